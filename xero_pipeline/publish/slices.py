"""Slices: the rows of one organisation in one table. Which there are, what they say, and how they are read."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

from xero_pipeline.ledger.exact_sql import digest_sql
from xero_pipeline.publish.tables import TENANT
from xero_pipeline.warehouse.sql import literal, q

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from decimal import Decimal

    import pyarrow as pa
    from sqlalchemy import Connection

    from xero_pipeline.publish.tables import PublishedTable
    from xero_pipeline.warehouse.database.dialect import Dialect

SHARED = "shared"
"""Whose the rows are that belong to no organisation."""

ROWS_AT_ONCE = 50_000
"""Rows in memory at a time."""

Figures = dict[str, tuple["int | Decimal | None", ...]]
"""By organisation: how many rows, and the sums of the columns that can be added up."""


def fingerprints(connection: Connection, tables: Sequence[PublishedTable]) -> dict[PublishedTable, dict[str, str]]:
    """What every slice says, by table and organisation: the same text for the same rows.

    Args:
        connection: Of one moment; reading is enough.
    """
    named = {f"{table.schema}.{table.name}": table for table in tables}
    found: dict[PublishedTable, dict[str, str]] = {table: {} for table in tables}
    union = " UNION ALL ".join(_told(name, table, connection.dialect.name) for name, table in named.items())
    for name, whose, count, content in connection.exec_driver_sql(union):
        if count:
            found[named[name]][str(whose)] = f"{count}.{int(content) % 2**64:x}.{named[name].layout}"
    return found


def _told(name: str, table: PublishedTable, dialect: str) -> str:
    whose = literal(SHARED) if table.is_shared else f"CAST({TENANT} AS TEXT)"
    group = "" if table.is_shared else f" GROUP BY {TENANT}"
    content = f"CAST(SUM({digest_sql(dialect, table.telling)}) AS VARCHAR)"
    return f"SELECT '{name}' AS name, {whose} AS whose, COUNT(*) AS n, {content} AS content FROM {table.sql}{group}"


def changed(now: Mapping[str, str], before: Mapping[str, str]) -> set[str]:
    """The organisations whose slice is not as it was; those that have no row any more too."""
    return {whose for whose in {*now, *before} if now.get(whose) != before.get(whose)}


def rows_of(
    dialect: Dialect, connection: Connection, table: PublishedTable, whose: Collection[str]
) -> Iterator[pa.Table]:
    """The rows of some organisations, some at a time, as exact as they are stored."""
    listed = ", ".join(q(one.name) for one in table.columns)
    sql = f"SELECT {listed} FROM {table.sql}{_where(table, whose)}"
    with closing(dialect.stream(connection, sql, {}, ROWS_AT_ONCE)) as stream:
        for piece in stream.batches:
            yield piece.cast(table.arrow)


def figures(connection: Connection, table: PublishedTable, whose: Collection[str]) -> Figures:
    """How many rows the slices have, and the sums of their amounts."""
    return by_slice(connection.exec_driver_sql(figures_sql(table, table.sql, q, _where(table, whose))))


def by_slice(rows: Iterable[Sequence[Any]]) -> Figures:
    """The figures that such a question brought."""
    return {str(row[0]): tuple(row[1:]) for row in rows if row[1]}


def figures_sql(table: PublishedTable, name: str, quoted: Callable[[str], str], where: str = "") -> str:
    """The question for them, which every database understands.

    Args:
        name: Of the table in SQL.
        quoted: How a column is written.
    """
    sums = "".join(f", SUM({quoted(column)})" for column in table.sums)
    if table.is_shared:
        return f"SELECT {literal(SHARED)}, COUNT(*){sums} FROM {name}{where}"
    tenant = quoted(TENANT)
    return f"SELECT {tenant}, COUNT(*){sums} FROM {name}{where} GROUP BY {tenant}"


def _where(table: PublishedTable, whose: Collection[str]) -> str:
    return "" if table.is_shared else f" WHERE {among(sorted(whose), q(TENANT))}"


def among(whose: Sequence[str], column: str) -> str:
    """SQL: that a row is of one of these organisations."""
    return f"{column} IN ({', '.join(map(literal, whose))})" if whose else "1 = 0"
