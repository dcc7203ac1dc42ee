"""Bringing arrived rows into their tables: what is new, what differs, what is gone. Set by set, never row by row.

Every table is merged in the same three steps. First the rows that are there already are compared with the arrived
ones; a row that says the same stays untouched, with its `synced_at`. Then one MERGE writes what is new or differs
(where all is new and the database gains by it, one INSERT).
Last, children that a changed record has no longer are marked `is_deleted`. What is written over or marked goes into the
history first, as it was.

A record differs when its `raw` does, or when it comes back after it was marked deleted; one with an older
`updated_date_utc` than ours is an old page that came late, and stays out. The children of a record that does not
differ are not looked at. What changes between databases is behind `Dialect`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from xero_pipeline.warehouse.load.history import NO_TIME_BEFORE, has_history, keep_versions, next_since
from xero_pipeline.warehouse.schema.catalogue import table as table_named
from xero_pipeline.warehouse.schema.model import SYNCED_AT, VALID_FROM
from xero_pipeline.warehouse.sql import carry_out, q, same, target

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa
    from sqlalchemy import Connection

    from xero_pipeline.warehouse.database.dialect import Dialect
    from xero_pipeline.warehouse.schema.model import Table


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge did to one table.

    Args:
        inserted: Rows that were not there, those included that arrive already deleted.
        updated: Rows that said something else, or were marked deleted.
        unchanged: Rows that were left as they are.
        removed: Rows marked deleted because their record has them no longer.
    """

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0

    @property
    def changed(self) -> int:
        """Rows that are not as they were."""
        return self.inserted + self.updated + self.removed

    def __add__(self, other: Merged) -> Merged:
        return Merged(
            self.inserted + other.inserted,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            self.removed + other.removed,
        )


def merge_collection(dialect: Dialect, connection: Connection, batch: Mapping[str, pa.Table]) -> dict[str, Merged]:
    """Merge the tables of one collection, as `tables_of` made them, inside the caller's transaction.

    Args:
        connection: In a transaction.
        batch: Rows by table; the record's table and any of its children.
    """
    tables = [table_named(name) for name in batch]
    record = next(table for table in tables if table.role == "record")
    if not batch[record.name].num_rows:
        return {table.name: Merged() for table in tables}
    staged = dialect.stage(connection, f"arrived_{record.name}", batch[record.name], record)
    first = _write(dialect, connection, record, staged)
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
    """Merge rows that stand alone, such as report lines: a row differs when any column of Xero's does.

    Args:
        connection: In a transaction.
        source: What to select them from: a staged name.
    """
    return _write(dialect, connection, table, source)


@lru_cache(maxsize=1000)
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


def _merge_children(
    dialect: Dialect, connection: Connection, record: Table, table: Table, rows: pa.Table, *, all_new: bool
) -> Merged:
    """The children of the records just written; when all those are new, nothing of theirs can be gone."""
    if all_new and not rows.num_rows:
        return Merged()
    staged = dialect.stage(connection, f"arrived_{table.name}", rows, table)
    if all_new:
        dialect.insert(connection, table, staged)
        return Merged(inserted=rows.num_rows)
    source = f"of_{table.name}"
    chosen = _chosen(table, staged, _verdict_name(record), record.primary_key)
    carry_out(connection, f"CREATE TEMP TABLE {source} AS {chosen}")
    dialect.analyze(connection, source, table.primary_key)
    merged = merge_rows(dialect, connection, table, source)
    untouched = rows.num_rows - merged.inserted - merged.updated - merged.unchanged
    removed = 0 if table.accumulates else _mark_gone(dialect, connection, record, table, staged)
    return merged + Merged(unchanged=untouched, removed=removed)


def _mark_gone(dialect: Dialect, connection: Connection, record: Table, table: Table, staged: str) -> int:
    """Children that a changed record has no longer: their last version is kept, then they are marked."""
    verdict, keys = _verdict_name(record), record.primary_key
    gone = (
        "s.is_known AND NOT t.is_deleted "
        f"AND NOT EXISTS (SELECT 1 FROM {staged} AS a WHERE {same('a', 't', table.primary_key)})"
    )
    kept = keep_versions(dialect, connection, table, verdict, keys=keys, where=gone)
    if kept:
        connection.exec_driver_sql(
            f"UPDATE {target(table)} AS t SET is_deleted = TRUE, synced_at = s.synced_at, valid_from = s.valid_from "
            f"FROM {verdict} AS s WHERE {same('t', 's', keys)} AND {gone}"
        )
    return kept


def _write(dialect: Dialect, connection: Connection, table: Table, source: str) -> Merged:
    """Compare, then one MERGE of what is new or differs."""
    verdict = _verdict_name(table)
    carry_out(connection, _verdict_sql(type(dialect), table, source))
    dialect.analyze(connection, verdict, table.primary_key)
    known = "COUNT(CASE WHEN is_known THEN 1 END)"
    total, changed, updated = connection.exec_driver_sql(
        f"SELECT (SELECT COUNT(*) FROM {source}), COUNT(*), {known} FROM {verdict}"
    ).one()
    merged = Merged(inserted=changed - updated, updated=updated, unchanged=total - changed)
    if merged.updated and has_history(table):
        keep_versions(dialect, connection, table, verdict, keys=table.primary_key, where="s.is_known")
    if merged.inserted == total > 0:
        dialect.insert(connection, table, source)
    elif merged.inserted or merged.updated:
        connection.exec_driver_sql(merge_sql(table, _chosen(table, source, verdict, table.primary_key)))
    return merged


def _verdict_name(table: Table) -> str:
    return f"changed_{table.name}"


@lru_cache(maxsize=1000)
def _verdict_sql(dialect: type[Dialect], table: Table, source: str) -> str:
    """A temporary table of the keys to write, whether each is there already, and since when it is valid."""
    keys, versions = table.primary_key, has_history(table)
    differs = _record_differs(dialect, table) if table.role == "record" else _any_differs(dialect, table)
    told = {"differs": differs, "begins": next_since(table) if versions else "NULL"}
    columns = (*keys, SYNCED_AT.name, VALID_FROM.name) if versions else keys
    listed = ", ".join(map(q, keys))
    listed += ", synced_at, COALESCE(begins, valid_from) AS valid_from" if versions else ""
    return (
        f"CREATE TEMP TABLE {_verdict_name(table)} AS SELECT {listed}, is_known "
        f"FROM ({dialect.beside(source, table, columns, told)}) AS b WHERE NOT is_known OR differs"
    )


def _record_differs(dialect: type[Dialect], table: Table) -> str:
    differs = f"({dialect.different(table, 'raw')} OR {dialect.different(table, 'is_deleted')})"
    if not table.has("updated_date_utc"):
        return differs
    ours, theirs = 't."updated_date_utc"', 's."updated_date_utc"'
    older = f"{theirs} < {ours} AND {theirs} >= {NO_TIME_BEFORE}"
    return f"({differs} AND NOT COALESCE({older}, FALSE))"


def _chosen(table: Table, source: str, verdict: str, keys: Sequence[str]) -> str:
    """The rows to write, with the beginning that the verdict gave them."""
    told = (f"{'c' if column == VALID_FROM else 's'}.{q(column.name)}" for column in table.all_columns)
    return f"SELECT {', '.join(told)} FROM {source} AS s JOIN {verdict} AS c ON {same('c', 's', keys)}"


def _any_differs(dialect: type[Dialect], table: Table) -> str:
    ours = (*table.primary_key, VALID_FROM.name, SYNCED_AT.name)
    told = [column.name for column in table.all_columns if column.name not in ours]
    return "(" + (" OR ".join(dialect.different(table, name) for name in told) or "FALSE") + ")"
