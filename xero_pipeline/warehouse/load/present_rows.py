"""Which records are there, and how many on each day: what a read in parts is planned by and compared with."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from sqlalchemy import text

from xero_pipeline.warehouse.schema.catalogue import table_group
from xero_pipeline.warehouse.sql import among, literal, q, target

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    import pyarrow as pa
    from sqlalchemy import Connection

    from xero_pipeline.warehouse.schema.model import Table

CHANGED = "updated_date_utc"
"""The column that says when Xero changed a record, where Xero tells it."""


def active_ids(
    connection: Connection,
    collection: str,
    tenant_id: str,
    *,
    as_of: datetime,
    day: str = "",
    start: date | None = None,
    end: date | None = None,
) -> set[str]:
    """The ids of records that are not marked deleted and were not written since an instant.

    Args:
        as_of: What was written since then is left out: a read that began then may not know it.
        day: The column that dates a record; an instant counts by its day in UTC.
        start: Only what is dated on or after this day.
        end: Only what is dated before this day.
    """
    record = table_group(collection)[0]
    params: dict[str, object] = {"tenant_id": tenant_id, "as_of": as_of}
    sql = (
        f"SELECT {q(record.key[0])} FROM {target(record)} "
        "WHERE tenant_id = :tenant_id AND NOT is_deleted AND synced_at < :as_of"
    )
    for name, sign, bound in (("start", ">=", start), ("end", "<", end)):
        if bound is not None:
            sql += f" AND {_day(record, day)} {sign} :{name}"
            params[name] = bound
    return {row[0] for row in connection.execute(text(sql), params)}


def active_records(connection: Connection, collection: str, tenant_id: str) -> dict[str, str]:
    """The records that are not marked deleted, as they were received, by their ids."""
    record = table_group(collection)[0]
    sql = (
        f"SELECT {q(record.key[0])}, CAST(raw AS TEXT) FROM {target(record)} WHERE tenant_id = :tenant_id "
        "AND NOT is_deleted"
    )
    return {row[0]: row[1] for row in connection.execute(text(sql), {"tenant_id": tenant_id})}


def stamps_of(connection: Connection, collection: str, tenant_id: str, ids: Sequence[str]) -> dict[str, datetime]:
    """When records were last changed in Xero, as far as we have them; those marked deleted, or without a time, not."""
    record = table_group(collection)[0]
    key = q(record.key[0])
    sql = (
        f"SELECT {key} AS id, updated_date_utc AS at FROM {target(record)} WHERE tenant_id = :tenant_id "
        f"AND NOT is_deleted AND updated_date_utc IS NOT NULL AND {key} IN {among(ids)}"
    )
    return {row.id: row.at.astimezone(UTC) for row in connection.execute(text(sql), {"tenant_id": tenant_id})}


def ids_changed(
    connection: Connection,
    collection: str,
    tenant_id: str,
    *,
    written_since: datetime,
    after: datetime,
    before: datetime,
) -> set[str]:
    """The records that were written since an instant, for a change that Xero dates between two others."""
    record = table_group(collection)[0]
    sql = (
        f"SELECT {q(record.key[0])} FROM {target(record)} WHERE tenant_id = :tenant_id AND synced_at >= :written "
        "AND updated_date_utc > :after AND updated_date_utc < :before"
    )
    params = {"tenant_id": tenant_id, "written": written_since, "after": after, "before": before}
    return set(connection.scalars(text(sql), params))


def references_of(
    connection: Connection, collection: str, tenant_id: str, ids: Sequence[str], columns: Sequence[str]
) -> dict[str, dict[str, str | None]]:
    """What some columns of records say, by the ids of the records.

    Args:
        columns: Those of ids of other records.
    """
    record = table_group(collection)[0]
    key, told = q(record.key[0]), ", ".join(map(q, columns))
    sql = f"SELECT {key}, {told} FROM {target(record)} WHERE tenant_id = :tenant_id AND {key} IN {among(ids)}"
    found = connection.execute(text(sql), {"tenant_id": tenant_id})
    return {row[0]: dict(zip(columns, row[1:], strict=True)) for row in found}


def counts_by_day(
    connection: Connection, collection: str, tenant_id: str, day: str, start: date | None
) -> list[tuple[date, int]]:
    """How many records there are of each day, the oldest day first; days without any are left out.

    Args:
        day: The column that dates a record.
        start: The first day to count; None for all.
    """
    record = table_group(collection)[0]
    dated, params = _day(record, day), {"tenant_id": tenant_id, "start": start}
    since = "" if start is None else f"AND {dated} >= :start "
    sql = (
        f"SELECT {dated} AS day, COUNT(*) AS records FROM {target(record)} "
        f"WHERE tenant_id = :tenant_id AND {dated} IS NOT NULL {since}GROUP BY 1 ORDER BY 1"
    )
    found = connection.execute(text(sql), {name: value for name, value in params.items() if value is not None})
    return [(row.day, row.records) for row in found]


def row_counts(connection: Connection, collections: Iterable[str], tenant_id: str) -> Mapping[str, int]:
    """How many records an organisation has in some collections, deleted ones too.

    Args:
        collections: Names of the records' tables.
    """
    counts = [
        f"SELECT '{name}' AS name, COUNT(*) AS n FROM {target(table_group(name)[0])} WHERE tenant_id = :tenant_id"
        for name in collections
    ]
    return {row.name: row.n for row in connection.execute(text(" UNION ALL ".join(counts)), {"tenant_id": tenant_id})}


def record_summaries(
    connection: Connection, collections: Iterable[str], tenant_id: str
) -> Mapping[str, tuple[int, datetime | None]]:
    """How many records an organisation has in some collections, deleted ones too, and when Xero changed one last.

    Args:
        collections: Names of the records' tables.

    Returns:
        By name both; the instant is None where Xero does not tell it.
    """
    records = [table_group(name)[0] for name in collections]
    if not records:
        return {}
    sql = " UNION ALL ".join(
        f"SELECT '{record.name}' AS name, COUNT(*) AS n, {_newest(record)} AS newest FROM {target(record)} "
        "WHERE tenant_id = :tenant_id"
        for record in records
    )
    return {row.name: (row.n, row.newest) for row in connection.execute(text(sql), {"tenant_id": tenant_id})}


def max_number(connection: Connection, collection: str, tenant_id: str, path: str) -> int:
    """The highest number of a record; 0 if there is none.

    Args:
        path: Xero's name of the number.
    """
    record = table_group(collection)[0]
    (number,) = [column.name for column in record.columns if column.path == path]
    sql = f"SELECT MAX({q(number)}) AS n FROM {target(record)} WHERE tenant_id = :tenant_id"
    return connection.execute(text(sql), {"tenant_id": tenant_id}).scalar_one() or 0


def ids_of_same_numbers(
    connection: Connection, collection: str, tenant_id: str, path: str, arrived: pa.Table
) -> list[str]:
    """The records, not deleted, that have the number of one that arrived, and another id.

    Args:
        path: Xero's name of the number.
        arrived: Rows of the record's table.
    """
    record = table_group(collection)[0]
    (number,) = [column.name for column in record.columns if column.path == path]
    (key,) = record.key
    numbers, ids = (among(arrived[name].drop_null().to_pylist()) for name in (number, key))
    sql = (
        f"SELECT {q(key)} FROM {target(record)} WHERE tenant_id = {literal(tenant_id)} AND NOT is_deleted "
        f"AND {q(number)} IN {numbers} AND {q(key)} NOT IN {ids}"
    )
    return list(connection.exec_driver_sql(sql, execution_options={"no_parameters": True}).scalars())


def _newest(record: Table) -> str:
    return f"MAX({q(CHANGED)})" if record.has(CHANGED) else "CAST(NULL AS TIMESTAMP WITH TIME ZONE)"


def _day(record: Table, column: str) -> str:
    """SQL: the day of a row. Xero's clock is UTC, whatever zone the database shows instants in."""
    name = q(column)
    return f"CAST({name} AT TIME ZONE 'UTC' AS DATE)" if record.column(column).kind == "instant" else name
