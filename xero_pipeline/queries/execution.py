"""Asking the warehouse: one question, read only, its answer in pieces."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from xero_pipeline.errors import ConfigurationError, QueryRefused
from xero_pipeline.queries.sql_statement import given, read_statement

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from xero_pipeline.warehouse.query_stream import QueryStream
    from xero_pipeline.warehouse.store import Warehouse

SCHEMAS = ("xero", "ledger")
"""Whose tables may be named without their schema, and are exported."""

ROWS_AT_ONCE = 10_000
"""Rows in memory at a time."""


@contextmanager
def looking(warehouse: Warehouse, *, sandboxed: bool = False) -> Generator[Connection]:
    """A connection to read with, of one moment, to a warehouse as it is: nothing is made, moved or upgraded.

    Args:
        sandboxed: For statements that are not ours: nothing else of the machine can be read.

    Raises:
        ConfigurationError: There is no warehouse yet.
        WarehouseBusy: Another process held the file all the time.
    """
    dialect = warehouse.dialect
    if not dialect.is_there():
        raise ConfigurationError(
            "There is no warehouse yet where XERO_WAREHOUSE_URL, or XERO_PIPELINE_HOME, says: run "
            "`xero-pipeline connect` and `xero-pipeline sync` first, or correct the setting."
        )
    with dialect.looked_at(SCHEMAS, sandboxed=sandboxed) as connection:
        yield connection


@contextmanager
def asking(
    warehouse: Warehouse, sql: str, params: Mapping[str, object] | None = None, *, sandboxed: bool = True
) -> Generator[QueryStream]:
    """Ask one question.

    Args:
        sql: One statement that reads; parameters are written `:name`.
        sandboxed: As for `looking`; only statements of ours do without.

    Yields:
        The answer, to be taken before the block ends.

    Raises:
        QueryRefused: The statement is wrong, or does not only read.
        ConfigurationError: There is no warehouse yet.
        WarehouseBusy: Another process held the file all the time.
    """
    statement = read_statement(sql)
    values = given(statement, params or {})
    with looking(warehouse, sandboxed=sandboxed) as connection, explained(warehouse):
        stream = warehouse.dialect.stream(connection, statement.sql, values, ROWS_AT_ONCE)
        with closing(stream):
            yield stream


@contextmanager
def explained(warehouse: Warehouse) -> Generator[None]:
    """What the database says against a statement, as a paragraph."""
    try:
        yield
    except Exception as error:
        told = warehouse.dialect.refusal(error)
        if told is None:
            raise
        raise QueryRefused(_paragraph(told)) from error


def _paragraph(told: str) -> str:
    if "read-only" in told:
        return "`query` only reads, and this statement would change the warehouse. Change the books in Xero and sync."
    what, _, where = told.partition("LINE ")
    sentence = " ".join(what.split()).rstrip(".?! ")
    # The database shows the line, and below it an arrow that points at nothing in a paragraph.
    line = where.splitlines()[0].strip() if where else ""
    return (
        f"The database refuses the query: {sentence}{f' (line {line})' if line else ''}. docs/tables.md has every "
        "table and column; `xero-pipeline query --list` has the built-in queries."
    )
