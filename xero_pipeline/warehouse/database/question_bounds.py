"""How long a question may take, and which schemas it reads: for questions of programs that nobody trusts."""

from __future__ import annotations

from contextlib import contextmanager
from threading import Timer
from typing import TYPE_CHECKING, Any, cast

from xero_pipeline.errors import QueryRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from sqlalchemy import Connection


@contextmanager
def bounded(connection: Connection, schemas: Sequence[str], seconds: float) -> Generator[None]:
    """What a look asks meanwhile is stopped after some seconds.

    Args:
        connection: From `looked_at`.
        schemas: Where alone it looks for a table without a schema.

    Raises:
        QueryRefused: It took longer.
    """
    of_server = connection.dialect.name == "postgresql"
    stopping = _by_server(connection, schemas, seconds) if of_server else _by_interrupt(connection, seconds)
    with stopping as was_stopped:
        try:
            yield
        except Exception as error:
            if not was_stopped(error):
                raise
            raise QueryRefused(
                f"The query took longer than {seconds:g} s and was stopped. Ask for less at a time."
            ) from error


@contextmanager
def _by_interrupt(connection: Connection, seconds: float) -> Generator[Callable[[Exception], bool]]:
    """DuckDB has no limit of its own: somebody interrupts it. Arrow says it in its own kind of error."""
    driver: Any = connection.connection.driver_connection
    timer = Timer(seconds, driver.interrupt)
    timer.start()
    try:
        yield lambda error: timer.finished.is_set() and "INTERRUPT Error" in str(error)
    finally:
        timer.cancel()
        timer.join()


@contextmanager
def _by_server(
    connection: Connection, schemas: Sequence[str], seconds: float
) -> Generator[Callable[[Exception], bool]]:
    from psycopg.errors import QueryCanceled

    settings = {
        "statement_timeout": f"{seconds * 1000:.0f}",
        "lock_timeout": f"{seconds * 1000:.0f}",
        "search_path": ", ".join(schemas),
        "standard_conforming_strings": "on",
    }
    for name, value in settings.items():
        connection.exec_driver_sql("SELECT set_config(%s, %s, TRUE)", (name, value))
    yield lambda error: isinstance(error, QueryCanceled)


def schemas_read(connection: Connection, sql: str) -> frozenset[str]:
    """The schemas whose tables a statement reads, through views down to them, as PostgreSQL's planner sees it.

    A DuckDB file holds nothing but the books: there it is none.

    Args:
        sql: As for SQLAlchemy's `text`, without parameters.
    """
    if connection.dialect.name != "postgresql":
        return frozenset()
    from sqlalchemy import text

    compiled: Any = text(f"EXPLAIN (VERBOSE, FORMAT JSON) {sql}").compile(dialect=connection.dialect)
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor:
        return frozenset(_schemas(cursor.execute(compiled.string, {}).fetchone()[0]))


def _schemas(plan: Any) -> Iterator[str]:
    if isinstance(plan, list):
        parts = cast("list[Any]", plan)
    else:
        known = cast("dict[str, Any]", plan) if isinstance(plan, dict) else {}
        parts = known.values()
        if "Schema" in known:
            yield known["Schema"]
    for part in parts:
        yield from _schemas(part)
