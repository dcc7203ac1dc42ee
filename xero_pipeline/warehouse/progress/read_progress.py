"""How far the reading of a list has come: the one door to what is noted of it, in the transaction of its rows."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import text

from xero_pipeline.warehouse.progress.records import Cursor, RefreshRound, ResumePoint
from xero_pipeline.warehouse.schema.ddl import SCHEMA
from xero_pipeline.warehouse.sql import q

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from sqlalchemy import Connection, TextClause

_Note = TypeVar("_Note", Cursor, ResumePoint, RefreshRound)
_TABLES = {Cursor: "cursors", ResumePoint: "reads", RefreshRound: "rounds"}
_KEY = ("tenant_id", "endpoint")
_AT_ONCE = 100
"""Notes a statement."""
_FORGET = f"UPDATE {SCHEMA}.rounds SET answer = NULL WHERE tenant_id = :tenant_id AND endpoint = :endpoint"
_END = f"DELETE FROM {SCHEMA}.reads WHERE tenant_id = :tenant_id AND endpoint = :endpoint"


@dataclass(frozen=True, slots=True)
class ReadState:
    """How far a list of an organisation had been read before a read of it.

    Args:
        cursor: None before its first complete read.
        resume_point: Where the last read goes on; None if it was not cut.
        refresh_round: How far reading it again has come.
    """

    cursor: Cursor | None
    resume_point: ResumePoint | None
    refresh_round: RefreshRound


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
        values = {f"{column.name}_0": getattr(note, column.name) for column in fields(note)}
        self._connection.execute(_write_sql(type(note)), values)

    def forget_answer(self) -> None:
        """The rows are not what the last whole answer said any more."""
        self._connection.execute(text(_FORGET), self._where)

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


def read_states(connection: Connection, endpoint: str, tenants: Collection[str]) -> dict[str, ReadState]:
    """How far a list has been read, by organisation: a query for each kind of note, however many organisations."""
    cursors = _by_tenant(connection, Cursor, endpoint, tenants)
    points = _by_tenant(connection, ResumePoint, endpoint, tenants)
    rounds = _by_tenant(connection, RefreshRound, endpoint, tenants)
    return {
        one: ReadState(cursors.get(one), points.get(one), rounds.get(one) or RefreshRound(one, endpoint))
        for one in tenants
    }


def cursors(connection: Connection, endpoint: str) -> list[Cursor]:
    """How far a list has been read of every organisation of which it was ever read to the end."""
    return _read(connection, Cursor, {"endpoint": endpoint})


def cursors_of(connection: Connection, tenant_id: str) -> dict[str, Cursor]:
    """How far the lists of an organisation have been read, by endpoint; those never read to the end are left out."""
    return {one.endpoint: one for one in _read(connection, Cursor, {"tenant_id": tenant_id})}


def write_notes(connection: Connection, notes: Iterable[Cursor | RefreshRound]) -> None:
    """Note complete reads that brought nothing new, with a few statements for all of them.

    A round says that the rows are what an answer said. Where somebody else has read another one meanwhile, it stays as
    he left it.
    """
    by_kind: dict[type[Cursor | RefreshRound], list[Cursor | RefreshRound]] = {}
    for note in notes:
        by_kind.setdefault(type(note), []).append(note)
    for kind, some in by_kind.items():
        for start in range(0, len(some), _AT_ONCE):
            part = some[start : start + _AT_ONCE]
            values = {f"{c.name}_{n}": getattr(note, c.name) for n, note in enumerate(part) for c in fields(kind)}
            connection.execute(_write_sql(kind, len(part), same_answer=kind is RefreshRound), values)


def refresh_rounds(connection: Connection, tenant_id: str) -> dict[str, RefreshRound]:
    """The rounds of an organisation's endpoints, by endpoint; those never noted are left out."""
    return {row.endpoint: row for row in _read(connection, RefreshRound, {"tenant_id": tenant_id})}


def counts_to_verify(connection: Connection, tenant_id: str) -> dict[str, int]:
    """How many records of an organisation are to be asked for, by endpoint."""
    sql = f"SELECT endpoint, COUNT(*) AS n FROM {SCHEMA}.missing WHERE tenant_id = :tenant_id GROUP BY endpoint"
    return {row.endpoint: row.n for row in connection.execute(text(sql), {"tenant_id": tenant_id})}


def _by_tenant(connection: Connection, kind: type[_Note], endpoint: str, tenants: Collection[str]) -> dict[str, _Note]:
    # Of several all are read at once, and sorted out here.
    where = {"endpoint": endpoint} | ({"tenant_id": next(iter(tenants))} if len(tenants) == 1 else {})
    return {one.tenant_id: one for one in _read(connection, kind, where) if one.tenant_id in tenants}


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
def _write_sql(
    kind: type[Cursor | ResumePoint | RefreshRound], count: int = 1, *, same_answer: bool = False
) -> TextClause:
    names = [column.name for column in fields(kind)]
    others = ", ".join(f"{q(name)} = excluded.{q(name)}" for name in names if name not in _KEY)
    rows = ", ".join(f"({', '.join(f':{name}_{number}' for name in names)})" for number in range(count))
    return text(
        f"INSERT INTO {SCHEMA}.{_TABLES[kind]} AS t ({', '.join(map(q, names))}) VALUES {rows} "
        f"ON CONFLICT ({', '.join(_KEY)}) DO UPDATE SET {others}"
        + (" WHERE t.answer IS NOT DISTINCT FROM excluded.answer" if same_answer else "")
    )


def _equal(where: Iterable[str]) -> str:
    return " AND ".join(f"{q(name)} = :{name}" for name in where)
