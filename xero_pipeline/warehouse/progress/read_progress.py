"""What we note about reading in parts: reads that were cut, rounds of reading again, records to be asked for by id."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import text

from xero_pipeline.warehouse.schema.ddl import SCHEMA
from xero_pipeline.warehouse.sql import q

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class ResumePoint:
    """Where a read that was cut goes on.

    Args:
        modified_since: What it asks for: changes since then; None for everything.
        first_answer: Xero's clock at the first answer of the first attempt.
        read_before: Everything dated before this day is in the warehouse.
        records: Records read until then.
        began_at: When the first attempt began, by our clock.
        read_to: Everything numbered up to this is, of a list that is read by numbers.
    """

    tenant_id: str
    endpoint: str
    modified_since: datetime | None
    first_answer: datetime | None
    read_before: date | None
    records: int
    began_at: datetime
    read_to: int | None = None


@dataclass(frozen=True, slots=True)
class RefreshRound:
    """How far reading everything of one endpoint again has come.

    Args:
        complete_at: When the last complete read of everything began.
        began_at: When the present round began; None between two rounds.
        read_before: Everything dated before this day was read again in the present round.
        swept_at: When its ids were last compared with all of Xero's.
        called_on: The last day, in UTC, on which a part was read.
        calls: What that day cost.
    """

    tenant_id: str
    endpoint: str
    complete_at: datetime | None = None
    began_at: datetime | None = None
    read_before: date | None = None
    swept_at: datetime | None = None
    called_on: date | None = None
    calls: int = 0

    def calls_on(self, day: date) -> int:
        """What was spent on a day, if it was the last one."""
        return self.calls if self.called_on == day else 0


_Row = TypeVar("_Row", ResumePoint, RefreshRound)
_KEY = ("tenant_id", "endpoint")


def read_resume_point(connection: Connection, tenant_id: str, endpoint: str) -> ResumePoint | None:
    """Where the last read of an endpoint goes on; None if it was not cut."""
    found = _read(connection, ResumePoint, "reads", {"tenant_id": tenant_id, "endpoint": endpoint})
    return found[0] if found else None


def write_resume_point(connection: Connection, read: ResumePoint) -> None:
    """Note how far a read has come, in the transaction of its rows."""
    _write(connection, "reads", read)


def delete_resume_point(connection: Connection, tenant_id: str, endpoint: str) -> None:
    """The read is complete, or another one takes its place."""
    where = {"tenant_id": tenant_id, "endpoint": endpoint}
    connection.execute(text(f"DELETE FROM {SCHEMA}.reads WHERE {_equal(where)}"), where)


def refresh_rounds(connection: Connection, tenant_id: str) -> dict[str, RefreshRound]:
    """The rounds of an organisation's endpoints, by endpoint; those never noted are left out."""
    return {row.endpoint: row for row in _read(connection, RefreshRound, "rounds", {"tenant_id": tenant_id})}


def refresh_round(connection: Connection, tenant_id: str, endpoint: str) -> RefreshRound:
    """The round of one endpoint; an empty one, if none was noted."""
    found = _read(connection, RefreshRound, "rounds", {"tenant_id": tenant_id, "endpoint": endpoint})
    return found[0] if found else RefreshRound(tenant_id, endpoint)


def write_refresh_round(connection: Connection, one: RefreshRound) -> None:
    """Note how far a round has come, in the transaction of its rows."""
    _write(connection, "rounds", one)


def ids_to_verify(connection: Connection, tenant_id: str, endpoint: str) -> list[str]:
    """Ids of records that are to be asked for, those noticed longest ago first."""
    where = {"tenant_id": tenant_id, "endpoint": endpoint}
    sql = f"SELECT record_id FROM {SCHEMA}.missing WHERE {_equal(where)} ORDER BY noticed_at, record_id"
    return [str(row.record_id) for row in connection.execute(text(sql), where)]


def counts_to_verify(connection: Connection, tenant_id: str) -> dict[str, int]:
    """How many records of an organisation are to be asked for, by endpoint."""
    sql = f"SELECT endpoint, COUNT(*) AS n FROM {SCHEMA}.missing WHERE tenant_id = :tenant_id GROUP BY endpoint"
    return {row.endpoint: row.n for row in connection.execute(text(sql), {"tenant_id": tenant_id})}


def add_ids_to_verify(connection: Connection, tenant_id: str, endpoint: str, ids: Iterable[str], at: datetime) -> None:
    """Note records that an answer left out; those that are noted already keep their place."""
    values = [{"tenant_id": tenant_id, "endpoint": endpoint, "record_id": name, "noticed_at": at} for name in ids]
    sql = (
        f"INSERT INTO {SCHEMA}.missing (tenant_id, endpoint, record_id, noticed_at) "
        "VALUES (:tenant_id, :endpoint, :record_id, :noticed_at) ON CONFLICT DO NOTHING"
    )
    if values:
        connection.execute(text(sql), values)


def remove_verified_ids(connection: Connection, tenant_id: str, endpoint: str, ids: Iterable[str]) -> None:
    """Records that Xero was asked for need not be asked for again."""
    values = [{"tenant_id": tenant_id, "endpoint": endpoint, "record_id": name} for name in ids]
    if values:
        connection.execute(text(f"DELETE FROM {SCHEMA}.missing WHERE {_equal(values[0])}"), values)


def _read(connection: Connection, kind: type[_Row], table: str, where: Mapping[str, str]) -> list[_Row]:
    names = [column.name for column in fields(kind)]
    sql = f"SELECT {', '.join(map(q, names))} FROM {SCHEMA}.{table} WHERE {_equal(where)}"
    return [kind(**{name: _utc(getattr(row, name)) for name in names}) for row in connection.execute(text(sql), where)]


def _write(connection: Connection, table: str, row: ResumePoint | RefreshRound) -> None:
    names = [column.name for column in fields(row)]
    others = ", ".join(f"{q(name)} = excluded.{q(name)}" for name in names if name not in _KEY)
    sql = (
        f"INSERT INTO {SCHEMA}.{table} ({', '.join(map(q, names))}) VALUES ({', '.join(f':{name}' for name in names)}) "
        f"ON CONFLICT ({', '.join(_KEY)}) DO UPDATE SET {others}"
    )
    connection.execute(text(sql), {name: getattr(row, name) for name in names})


def _equal(where: Mapping[str, object]) -> str:
    return " AND ".join(f"{q(name)} = :{name}" for name in where)


def _utc(value: Any) -> Any:
    """Instants in UTC, whatever zone the database shows them in."""
    from datetime import UTC, datetime

    return value.astimezone(UTC) if isinstance(value, datetime) else value
