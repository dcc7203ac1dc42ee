"""Bringing arrived rows into their tables: what is new, what differs, what is gone. Set by set, never row by row.

Every table is merged in the same three steps. First the rows that are there already are compared with the arrived
ones; a row that says the same stays untouched, with its `synced_at`. Then one MERGE writes what is new or differs.
Last, children that a changed record has no longer are marked `is_deleted`.

A record differs when its `raw` does, or when it comes back after it was marked deleted; one with an older
`updated_date_utc` than ours is an old page that came late, and stays out. The children of a record that does not
differ are not looked at. What changes between databases is behind `Dialect`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from xero_pipeline.warehouse.schema import SCHEMA
from xero_pipeline.warehouse.tables import table as table_named

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager

    import pyarrow as pa
    from sqlalchemy import Connection, Engine

    from xero_pipeline.warehouse.tables import Table

# Voided documents have been seen with a time of 1970: no reason to take them for older than what we have.
NO_TIME_BEFORE = "TIMESTAMP WITH TIME ZONE '1980-01-01 00:00:00+00'"


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge did to one table.

    Args:
        inserted: Rows that were not there.
        updated: Rows that said something else, or were marked deleted.
        unchanged: Rows that were left as they are.
        removed: Rows marked deleted because their record has them no longer.
    """

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0

    def __add__(self, other: Merged) -> Merged:
        return Merged(
            self.inserted + other.inserted,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            self.removed + other.removed,
        )


class Dialect(Protocol):
    """What one kind of database does in its own way."""

    def engine(self, *, read_only: bool) -> Engine:
        """An engine whose connections are closed after use."""
        ...

    def exclusive(self, purpose: str) -> AbstractContextManager[None]:
        """Hold the warehouse as far as this database needs it; raises WarehouseBusy."""
        ...

    def existing(self, connection: Connection) -> Mapping[str, Mapping[str, str | None]]:
        """Table → column → comment, the table's own comment under the empty name."""
        ...

    def stage(self, connection: Connection, name: str, rows: pa.Table, like: Table) -> str:
        """Make Arrow rows readable in SQL until the transaction ends; returns what to select from."""
        ...

    def stage_ids(self, connection: Connection, name: str, ids: pa.Array) -> str:
        """The same for one column of texts, which is called `id`."""
        ...

    def lock(self, connection: Connection, name: str) -> None:
        """Until the transaction ends, nobody else writes what goes by this name; for databases with many writers."""
        ...

    def known(self, source: str, table: Table, differs: str) -> str:
        """A query of the key columns of rows of `source` (s) that are in the table (t), and whether they differ."""
        ...

    def different(self, table: Table, column: str) -> str:
        """A condition that a column of `s` and `t` differs, nulls being equal."""
        ...

    def arrow(self, connection: Connection, sql: str, params: Mapping[str, object]) -> pa.Table:
        """The result of a query, with `:name` parameters."""
        ...


def merge_collection(dialect: Dialect, connection: Connection, batch: Mapping[str, pa.Table]) -> dict[str, Merged]:
    """Merge the tables of one collection, as `shape` made them, inside the caller's transaction.

    Args:
        dialect: The database's ways.
        connection: In a transaction.
        batch: Rows by table; the record's table and any of its children.
    """
    tables = [table_named(name) for name in batch]
    record = next(table for table in tables if table.role == "record")
    first = _merge_records(dialect, connection, record, batch[record.name])
    merged = {record.name: first}
    for table in tables:
        rows = batch[table.name]
        if table is record:
            continue
        if first.inserted or first.updated:
            all_new = not first.updated and not first.unchanged
            merged[table.name] = _merge_children(dialect, connection, record, table, rows, all_new=all_new)
        else:
            merged[table.name] = Merged(unchanged=rows.num_rows)
    return merged


def merge_rows(dialect: Dialect, connection: Connection, table: Table, source: str) -> Merged:
    """Merge rows that stand alone, such as report lines: a row differs when any column but `synced_at` does.

    Args:
        dialect: The database's ways.
        connection: In a transaction.
        table: Where they go.
        source: What to select them from: a staged name.
    """
    return _write(dialect, connection, table, source, _any_differs(dialect, table))


def merge_sql(table: Table, source: str) -> str:
    """One MERGE of rows that are all to be written."""
    names = [column.name for column in table.all_columns]
    values = [name for name in names if name not in table.primary_key]
    update = f"WHEN MATCHED THEN UPDATE SET {', '.join(f'{q(name)} = s.{q(name)}' for name in values)}"
    return (
        f"MERGE INTO {target(table)} AS t USING ({source}) AS s ON {same('t', 's', table.primary_key)} "
        f"{update if values else ''} WHEN NOT MATCHED THEN INSERT ({', '.join(map(q, names))}) "
        f"VALUES ({', '.join(f's.{q(name)}' for name in names)})"
    )


def target(table: Table) -> str:
    """The table's full name in SQL."""
    return f"{SCHEMA}.{q(table.name)}"


def q(name: str) -> str:
    """A quoted identifier: `option` and `position` are words of SQL."""
    return f'"{name}"'


def same(left: str, right: str, names: Sequence[str]) -> str:
    """A condition that two rows have the same values in these columns."""
    return " AND ".join(f"{left}.{q(name)} = {right}.{q(name)}" for name in names)


def _merge_records(dialect: Dialect, connection: Connection, table: Table, rows: pa.Table) -> Merged:
    staged = dialect.stage(connection, f"arrived_{table.name}", rows, table)
    differs = f"({dialect.different(table, 'raw')} OR {dialect.different(table, 'is_deleted')})"
    if table.has("updated_date_utc"):
        ours, theirs = 't."updated_date_utc"', 's."updated_date_utc"'
        older = f"{theirs} < {ours} AND {theirs} >= {NO_TIME_BEFORE}"
        differs = f"({differs} AND NOT COALESCE({older}, FALSE))"
    return _write(dialect, connection, table, staged, differs)


def _merge_children(
    dialect: Dialect, connection: Connection, record: Table, table: Table, rows: pa.Table, *, all_new: bool
) -> Merged:
    """The children of the records just written; when all those are new, nothing of theirs can be gone."""
    if all_new and not rows.num_rows:
        return Merged()
    staged = dialect.stage(connection, f"arrived_{table.name}", rows, table)
    if all_new:
        connection.exec_driver_sql(merge_sql(table, f"SELECT * FROM {staged}"))
        return Merged(inserted=rows.num_rows)
    source = f"of_{table.name}"
    chosen = _chosen(staged, _verdict_name(record), record.primary_key)
    connection.exec_driver_sql(f"CREATE TEMP TABLE {source} AS {chosen}")
    merged = merge_rows(dialect, connection, table, source)
    untouched = rows.num_rows - merged.inserted - merged.updated - merged.unchanged
    gone = [] if table.accumulates else connection.exec_driver_sql(_gone_sql(record, table, staged)).fetchall()
    return merged + Merged(unchanged=untouched, removed=len(gone))


def _gone_sql(record: Table, table: Table, staged: str) -> str:
    return (
        f"UPDATE {target(table)} AS t SET is_deleted = TRUE, synced_at = c.synced_at "
        f"FROM {_verdict_name(record)} AS c "
        f"WHERE c.is_known AND {same('t', 'c', record.primary_key)} AND NOT t.is_deleted "
        f"AND NOT EXISTS (SELECT 1 FROM {staged} AS s WHERE {same('s', 't', table.primary_key)}) RETURNING 1"
    )


def _write(dialect: Dialect, connection: Connection, table: Table, source: str, differs: str) -> Merged:
    """Compare, then one MERGE of what is new or differs."""
    verdict = _verdict_name(table)
    connection.exec_driver_sql(_verdict_sql(verdict, table, source, dialect.known(source, table, differs)))
    total = connection.exec_driver_sql(f"SELECT COUNT(*) FROM {source}").scalar_one()
    updates = "COUNT(CASE WHEN is_known THEN 1 END)"
    counts = connection.exec_driver_sql(f"SELECT COUNT(*) - {updates}, {updates} FROM {verdict}").one()
    merged = Merged(inserted=counts[0], updated=counts[1], unchanged=total - counts[0] - counts[1])
    if merged.inserted or merged.updated:
        chosen = _chosen(source, verdict, table.primary_key)
        rows = chosen if merged.unchanged else f"SELECT * FROM {source}"
        connection.exec_driver_sql(merge_sql(table, rows))
    return merged


def _verdict_name(table: Table) -> str:
    return f"changed_{table.name}"


def _verdict_sql(verdict: str, table: Table, source: str, known: str) -> str:
    """A temporary table of the keys to write, and whether each is there already."""
    keys = table.primary_key
    told = ", ".join(f"s.{q(name)}" for name in (*keys, "synced_at") if table.has(name))
    return (
        f"CREATE TEMP TABLE {verdict} AS WITH known AS ({known}) "
        f"SELECT {told}, known.differs IS NOT NULL AS is_known FROM {source} AS s "
        f"LEFT JOIN known ON {same('known', 's', keys)} WHERE known.differs IS NULL OR known.differs"
    )


def _chosen(source: str, verdict: str, keys: Sequence[str]) -> str:
    return f"SELECT s.* FROM {source} AS s WHERE EXISTS (SELECT 1 FROM {verdict} AS c WHERE {same('c', 's', keys)})"


def _any_differs(dialect: Dialect, table: Table) -> str:
    names = [column.name for column in table.all_columns]
    told = [name for name in names if name not in table.primary_key and name != "synced_at"]
    return "(" + (" OR ".join(dialect.different(table, name) for name in told) or "FALSE") + ")"
