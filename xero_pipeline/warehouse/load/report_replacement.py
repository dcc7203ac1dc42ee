"""Rows of a report: its periods become what was answered, and the answers are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from xero_pipeline.warehouse.load.merge import Merged, merge_rows
from xero_pipeline.warehouse.load.restatements import ANSWER, note_restatements
from xero_pipeline.warehouse.progress.records import ReportPull
from xero_pipeline.warehouse.schema.arrow_types import table_schema
from xero_pipeline.warehouse.schema.catalogue import table as table_named
from xero_pipeline.warehouse.sql import carry_out, q, same, target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from xero_pipeline.warehouse.database.dialect import Dialect
    from xero_pipeline.warehouse.schema.model import Table


def replace_reports(
    dialect: Dialect, connection: Connection, table: Table, rows: pa.Table, pulls: Sequence[ReportPull]
) -> Merged:
    """Make the rows of the pulled periods what was answered; note the pulls, and what they restate.

    Args:
        connection: In a transaction.
        rows: All rows of all these periods.
        pulls: One answer a period.
    """
    staged = dialect.stage(connection, f"arrived_{table.name}", rows, table)
    asked = dialect.stage(connection, "asked", _pulls(pulls), table_named("report_pulls"))
    note_restatements(connection, table, staged, asked)
    merged = merge_rows(dialect, connection, table, staged)
    period = [name for name in ANSWER if table.has(name)]
    gone = f"gone_{table.name}"
    carry_out(connection, _gone_sql(gone, table, staged, asked, period))
    removed = connection.exec_driver_sql(
        f"DELETE FROM {target(table)} AS t USING {gone} AS g WHERE {same('t', 'g', table.primary_key)} RETURNING 1"
    ).fetchall()
    _note_pulls(connection, asked, f"changed_{table.name}", gone, period)
    return merged + Merged(removed=len(removed))


def _gone_sql(gone: str, table: Table, staged: str, asked: str, period: Sequence[str]) -> str:
    return (
        f"CREATE TEMP TABLE {gone} AS SELECT {', '.join(map(q, table.primary_key))} FROM {target(table)} AS t "
        f"WHERE EXISTS (SELECT 1 FROM {asked} AS a WHERE {same('a', 't', period)}) "
        f"AND NOT EXISTS (SELECT 1 FROM {staged} AS s WHERE {same('s', 't', table.primary_key)})"
    )


def _note_pulls(connection: Connection, asked: str, changed: str, gone: str, period: Sequence[str]) -> None:
    """Keep an answer that is new or differs; of one that does not, note that it was checked."""
    pulls = table_named("report_pulls")
    names = ", ".join(q(column.name) for column in pulls.all_columns)
    carry_out(
        connection,
        f"CREATE TEMP TABLE news AS SELECT a.* FROM {asked} AS a WHERE "
        f"EXISTS (SELECT 1 FROM {changed} AS c WHERE {same('c', 'a', period)}) "
        f"OR EXISTS (SELECT 1 FROM {gone} AS g WHERE {same('g', 'a', period)}) "
        f"OR NOT EXISTS (SELECT 1 FROM {target(pulls)} AS t WHERE {same('t', 'a', ANSWER)})",
    )
    connection.exec_driver_sql(
        f"UPDATE {target(pulls)} AS t SET checked_at = a.fetched_at, digest = a.digest FROM {asked} AS a "
        f"WHERE {same('t', 'a', ANSWER)} "
        f"AND NOT EXISTS (SELECT 1 FROM news AS n WHERE {same('n', 'a', ANSWER)}) AND NOT EXISTS (SELECT 1 "
        f"FROM {target(pulls)} AS o WHERE {same('o', 't', ANSWER)} AND o.fetched_at > t.fetched_at)"
    )
    connection.exec_driver_sql(
        f"INSERT INTO {target(pulls)} ({names}) SELECT {names} FROM news "
        f"ON CONFLICT ({', '.join(map(q, pulls.primary_key))}) "
        "DO UPDATE SET raw = excluded.raw, checked_at = excluded.checked_at, digest = excluded.digest"
    )


def _pulls(pulls: Sequence[ReportPull]) -> pa.Table:
    rows = [
        {name: getattr(pull, name) for name in ReportPull.__dataclass_fields__} | {"checked_at": pull.fetched_at}
        for pull in pulls
    ]
    return pa.Table.from_pylist(rows, schema=table_schema("report_pulls", "bookkeeping"))
