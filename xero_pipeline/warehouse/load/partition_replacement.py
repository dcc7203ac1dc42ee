"""Rows of a report that comes piece by piece: one piece becomes what was answered, the others stay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xero_pipeline.warehouse.load.merge import Merged
from xero_pipeline.warehouse.schema.ddl import SCHEMA, sql_columns
from xero_pipeline.warehouse.schema.model import SYNCED_AT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from xero_pipeline.warehouse.schema.model import Table


def replace_rows(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, within: Mapping[str, object]
) -> Merged:
    """Make the rows of one piece what was answered; rows that say the same keep their `synced_at`.

    Args:
        connection: In a transaction.
        table: A report's table. A piece has few rows: thousands would be better merged.
        rows: All rows of the piece, by column.
        within: The key columns that make the piece, and their values.
    """
    from sqlalchemy import MetaData, and_, delete, insert, select
    from sqlalchemy import Table as SqlTable

    target = SqlTable(table.name, MetaData(schema=SCHEMA), *sql_columns(table, table.all_columns))
    piece = and_(*(target.c[name] == value for name, value in within.items()))
    stored: list[dict[str, Any]] = [{**row} for row in connection.execute(select(target).where(piece)).mappings()]
    before = {_key(table, row): row for row in stored}
    merged = Merged()
    after: list[dict[str, Any]] = []
    for row in rows:
        known = before.pop(_key(table, row), None)
        same = known is not None and _says(known) == _says(row)
        merged += Merged(inserted=known is None, updated=known is not None and not same, unchanged=same)
        after.append(known if known is not None and same else dict(row))
    merged += Merged(removed=len(before))
    if merged.inserted or merged.updated or merged.removed:
        connection.execute(delete(target).where(piece))
        if after:
            connection.execute(insert(target), after)
    return merged


def _key(table: Table, row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in table.primary_key)


def _says(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != SYNCED_AT.name}
