"""How far the reading of a list has come: the one door to what is noted of it, in the transaction of its rows."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import text

from xero_pipeline.warehouse.progress.records import Cursor, RefreshRound, ResumePoint
from xero_pipeline.warehouse.schema.ddl import SCHEMA
from xero_pipeline.warehouse.sql import q

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Connection, TextClause

_Note = TypeVar("_Note", Cursor, ResumePoint, RefreshRound)
_TABLES = {Cursor: "cursors", ResumePoint: "reads", RefreshRound: "rounds"}
_KEY = ("tenant_id", "endpoint")
_END = f"DELETE FROM {SCHEMA}.reads WHERE tenant_id = :tenant_id AND endpoint = :endpoint"


class ReadProgress:
    """What is noted of one list of one organisation.

    Args:
        connection: In the transaction of the rows, where something is noted.
    """

    def __init__(self, connection: Connection, tenant_id: str, endpoint: str) -> None:
        self._connection = connection
        self._where = {"tenant_id": tenant_id, "endpoint": endpoint}

    def cursor(self) -> Cursor | None:
        """How far it has been read, None before its first complete read."""
        return next(iter(_read(self._connection, Cursor, self._where)), None)

    def resume_point(self) -> ResumePoint | None:
        """Where the last read of it goes on; None if it was not cut."""
        return next(iter(_read(self._connection, ResumePoint, self._where)), None)

    def refresh_round(self) -> RefreshRound:
        """How far reading it again has come; an empty round, if none was noted."""
        found = _read(self._connection, RefreshRound, self._where)
        return found[0] if found else RefreshRound(self._where["tenant_id"], self._where["endpoint"])

    def write(self, note: Cursor | ResumePoint | RefreshRound) -> None:
        """Note how far something has come; it takes the place of what was noted before."""
        values = {column.name: getattr(note, column.name) for column in fields(note)}
        self._connection.execute(_write_sql(type(note)), values)

    def end_read(self) -> None:
        """The read is complete, or another one takes its place: it has nowhere to go on."""
        self._connection.execute(text(_END), self._where)

    def ids_to_verify(self) -> list[str]:
        """Ids of records that are to be asked for, those noticed longest ago first."""
        sql = f"SELECT record_id FROM {SCHEMA}.missing WHERE {_equal(self._where)} ORDER BY noticed_at, record_id"
        return [str(row.record_id) for row in self._connection.execute(text(sql), self._where)]

    def add_ids_to_verify(self, ids: Iterable[str], at: datetime) -> None:
        """Note records that an answer left out; those that are noted already keep their place."""
        values = [{**self._where, "record_id": name, "noticed_at": at} for name in ids]
        sql = (
            f"INSERT INTO {SCHEMA}.missing (tenant_id, endpoint, record_id, noticed_at) "
            "VALUES (:tenant_id, :endpoint, :record_id, :noticed_at) ON CONFLICT DO NOTHING"
        )
        if values:
            self._connection.execute(text(sql), values)

    def remove_verified_ids(self, ids: Iterable[str]) -> None:
        """Records that Xero was asked for need not be asked for again."""
        values = [{**self._where, "record_id": name} for name in ids]
        if values:
            self._connection.execute(text(f"DELETE FROM {SCHEMA}.missing WHERE {_equal(values[0])}"), values)


def refresh_rounds(connection: Connection, tenant_id: str) -> dict[str, RefreshRound]:
    """The rounds of an organisation's endpoints, by endpoint; those never noted are left out."""
    return {row.endpoint: row for row in _read(connection, RefreshRound, {"tenant_id": tenant_id})}


def counts_to_verify(connection: Connection, tenant_id: str) -> dict[str, int]:
    """How many records of an organisation are to be asked for, by endpoint."""
    sql = f"SELECT endpoint, COUNT(*) AS n FROM {SCHEMA}.missing WHERE tenant_id = :tenant_id GROUP BY endpoint"
    return {row.endpoint: row.n for row in connection.execute(text(sql), {"tenant_id": tenant_id})}


def _read(connection: Connection, kind: type[_Note], where: Mapping[str, str]) -> list[_Note]:
    """What is noted, with instants in UTC, whatever zone the database shows them in."""
    found: list[dict[str, Any]] = [
        dict(row) for row in connection.execute(_read_sql(kind, tuple(where)), where).mappings()
    ]
    for row in found:
        row |= {name: value.astimezone(UTC) for name, value in row.items() if isinstance(value, datetime)}
    return [kind(**row) for row in found]


@cache
def _read_sql(kind: type[Cursor | ResumePoint | RefreshRound], where: tuple[str, ...]) -> TextClause:
    names = ", ".join(q(column.name) for column in fields(kind))
    return text(f"SELECT {names} FROM {SCHEMA}.{_TABLES[kind]} WHERE {_equal(where)}")


@cache
def _write_sql(kind: type[Cursor | ResumePoint | RefreshRound]) -> TextClause:
    names = [column.name for column in fields(kind)]
    others = ", ".join(f"{q(name)} = excluded.{q(name)}" for name in names if name not in _KEY)
    return text(
        f"INSERT INTO {SCHEMA}.{_TABLES[kind]} ({', '.join(map(q, names))}) "
        f"VALUES ({', '.join(f':{name}' for name in names)}) "
        f"ON CONFLICT ({', '.join(_KEY)}) DO UPDATE SET {others}"
    )


def _equal(where: Iterable[str]) -> str:
    return " AND ".join(f"{q(name)} = :{name}" for name in where)
