"""The whole warehouse from one database into another: every table with its history, checked before it counts.

It is one transaction in the new database: either all of it is there, and says the same, or nothing is. Meanwhile nobody
writes to the old one, which stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from xero_pipeline.errors import ConfigurationError, MoveFailed
from xero_pipeline.warehouse.load.history import HISTORY_SCHEMA, REPLACED_AT, VALID_TO, has_history
from xero_pipeline.warehouse.schema.arrow_types import column_type
from xero_pipeline.warehouse.schema.catalogue import all_tables
from xero_pipeline.warehouse.schema.ddl import SCHEMA
from xero_pipeline.warehouse.sql import q

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy import Connection

    from xero_pipeline.warehouse.schema.model import Column
    from xero_pipeline.warehouse.store import Warehouse

ROWS_AT_ONCE = 20_000
"""Rows in memory at a time."""

_FOUND = f"""
SELECT c.table_schema, c.table_name, c.column_name FROM information_schema.columns AS c
JOIN information_schema.tables AS t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
WHERE c.table_schema IN ('{SCHEMA}', '{HISTORY_SCHEMA}') AND t.table_type = 'BASE TABLE'
"""
_NOTES = ("layout", "alembic_version")


@dataclass(frozen=True, slots=True)
class MovedTable:
    """One table of one schema, as both databases have it."""

    schema: str
    table: str
    columns: tuple[Column, ...]

    @property
    def name(self) -> str:
        """Its full name, as people write it."""
        return f"{self.schema}.{self.table}"

    @property
    def sql(self) -> str:
        """Its full name in SQL."""
        return f"{self.schema}.{q(self.table)}"

    @property
    def arrow(self) -> pa.Schema:
        """Its rows, to Arrow."""
        return pa.schema([pa.field(column.name, column_type(column.kind)) for column in self.columns])


def places() -> list[MovedTable]:
    """Every table that has rows of ours: those of the books, our own, and the histories."""
    current = [MovedTable(SCHEMA, table.name, table.all_columns) for table in all_tables()]
    earlier = [
        MovedTable(HISTORY_SCHEMA, table.name, (*table.all_columns, VALID_TO, REPLACED_AT))
        for table in all_tables()
        if has_history(table)
    ]
    return current + earlier


def move(source: Warehouse, target: Warehouse, *, progress: Callable[[str, int], None] | None = None) -> dict[str, int]:
    """Copy a warehouse into an empty one; both have this program's layout then.

    Args:
        source: Where the rows are; nobody else writes there until this is done.
        progress: Told after each table: its name and how many rows it has.

    Returns:
        The rows of every table that has any.

    Raises:
        ConfigurationError: The target has rows already.
        MoveFailed: The copy does not say the same, or the source has what this program does not know; the target is
            as it was.
        NewerDatabase: A newer program wrote one of them.
        WarehouseBusy: Somebody else writes to the source, or has the file.
    """
    source.prepare()
    target.prepare()
    moved: dict[str, int] = {}
    with target.writing() as into:
        _require_empty(into)
        with source.reading() as out:
            source.dialect.freeze(out, [place.sql for place in places()])
            _require_known(out)
            for place in places():
                if count := copy_table(place, source, out, target, into):
                    moved[place.name] = count
                    if progress:
                        progress(place.name, count)
    return moved


def copy_table(place: MovedTable, source: Warehouse, out: Connection, target: Warehouse, into: Connection) -> int:
    """Copy one table's rows and compare the copy.

    Args:
        place: The table; it exists on both sides, empty where the rows go.
        source: Where the rows are.
        out: A connection to it.
        into: A connection to it, in a transaction.

    Returns:
        How many rows.

    Raises:
        MoveFailed: The copy does not say the same.
    """
    for rows in source.dialect.batches(out, f"SELECT {_listed(place)} FROM {place.sql}", ROWS_AT_ONCE):
        target.dialect.append(into, place.sql, rows.cast(place.arrow))
    return _compared(place, out, into)


def _require_empty(connection: Connection) -> None:
    for place in places():
        if connection.exec_driver_sql(f"SELECT 1 FROM {place.sql} LIMIT 1").first():
            raise ConfigurationError(
                f"The warehouse to move to is not empty: it has rows in {place.name}. Name an empty database, or drop "
                f"the schemas {SCHEMA} and {HISTORY_SCHEMA} there if nobody needs them."
            )


def _require_known(connection: Connection) -> None:
    """What the declarations do not know would be left behind without a word."""
    known = {(place.schema, place.table): {column.name for column in place.columns} for place in places()}
    strange = sorted(
        f"{schema}.{table}.{column}"
        for schema, table, column in connection.exec_driver_sql(_FOUND)
        if table not in _NOTES and column not in known.get((schema, table), ())
    )
    if strange:
        raise MoveFailed(
            f"The warehouse has columns that are not ours: {', '.join(strange[:5])}{' …' if strange[5:] else ''}. They "
            f"would be left behind. Move them to another schema than {SCHEMA} and {HISTORY_SCHEMA}, then try again."
        )


def _compared(place: MovedTable, out: Connection, into: Connection) -> int:
    """How many rows there are, when both say the same."""
    questions = dict(_questions(place.columns))
    sql = f"SELECT {', '.join(questions.values())} FROM {place.sql}"
    before, after = (tuple(connection.exec_driver_sql(sql).one()) for connection in (out, into))
    for asked, ours, theirs in zip(questions, before, after, strict=True):
        if ours != theirs:
            raise MoveFailed(
                f"{place.name}: {asked} is {ours} in the old warehouse and {theirs} in the new one. Nothing was moved. "
                "Please report it."
            )
    return before[0]


def _questions(columns: Sequence[Column]) -> Iterator[tuple[str, str]]:
    """What is compared of a table: rows, sums of all numbers, first and last of all times, the length of all texts."""
    yield "the number of rows", "COUNT(*)"
    for column in columns:
        name = q(column.name)
        yield f"the number of values of {column.name}", f"COUNT({name})"
        if column.kind in {"money", "quantity", "rate", "integer"}:
            yield f"the sum of {column.name}", f"SUM({name})"
        elif column.kind in {"day", "instant"}:
            yield f"the first {column.name}", f"MIN({name})"
            yield f"the last {column.name}", f"MAX({name})"
        elif column.kind == "boolean":
            yield f"how often {column.name} is true", f"COUNT(CASE WHEN {name} THEN 1 END)"
        else:
            yield f"the length of all {column.name}", f"SUM(LENGTH(CAST({name} AS TEXT)))"


def _listed(place: MovedTable) -> str:
    return ", ".join(q(column.name) for column in place.columns)
