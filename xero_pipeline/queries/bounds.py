"""Asking a question of a program that nobody trusts: in a session that reads the books alone, for a bounded time."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from xero_pipeline.errors import QueryRefused
from xero_pipeline.queries.execution import SCHEMAS, explained, looking
from xero_pipeline.queries.plain_sql import plain_statement
from xero_pipeline.warehouse.database.question_bounds import bounded, schemas_read

if TYPE_CHECKING:
    from xero_pipeline.warehouse.query_stream import QueryStream
    from xero_pipeline.warehouse.store import Warehouse

SECONDS = 20.0
"""After which a question is stopped."""
ROWS_AT_ONCE = 500
OF_THE_BOOKS = frozenset({*SCHEMAS, "xero_history", "fivetran_xero"})
"""Schemas that may be read; on PostgreSQL others are beside them: the state, Dagster's history, other people's."""


@contextmanager
def asking_bounded(warehouse: Warehouse, sql: str, seconds: float = SECONDS) -> Generator[QueryStream]:
    """Ask one question.

    Args:
        sql: One SELECT, as `plain_statement` takes it.
        seconds: How long it may take, the taking of the answer included.

    Yields:
        The answer, to be taken before the block ends.

    Raises:
        QueryRefused: It is more than a SELECT over the books, wrong, or takes too long.
        ConfigurationError: There is no warehouse yet.
        WarehouseBusy: Another process held the file all the time.
    """
    statement = plain_statement(sql)
    with (
        looking(warehouse, sandboxed=True) as connection,
        explained(warehouse),
        bounded(connection, SCHEMAS, seconds),
    ):
        if others := sorted(schemas_read(connection, statement.sql) - OF_THE_BOOKS):
            raise QueryRefused(f"A query of an assistant reads the books alone, not schema {others[0]}.")
        stream = warehouse.dialect.stream(connection, statement.sql, {}, ROWS_AT_ONCE)
        with closing(stream):
            yield stream
