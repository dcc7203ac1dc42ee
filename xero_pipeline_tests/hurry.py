"""What forked programs are spared: waits, and what a disk does for a machine that may lose its power.

All of it is about time. What is written, in which transaction, and what another process sees of it stays the same.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from functools import cache
from typing import Any


def hurry() -> None:
    """From now on, in this process and those that it forks."""
    lift_the_limit_of_the_minute()
    trust_the_machine()
    keep_dagsters_files_open()


def lift_the_limit_of_the_minute() -> None:
    """Our own limit would hold a first sync up for most of a minute; it has tests of its own."""
    from xero_pipeline.xero import quota

    rules = quota.Rules
    quota.Rules = lambda *given: replace(rules(*given), per_minute=100_000)  # pyright: ignore[reportAttributeAccessIssue]


def trust_the_machine() -> None:
    """SQLite's commits do not wait for the disk: who kills a process finds them all the same."""
    from sqlalchemy import Engine, event

    @event.listens_for(Engine, "connect")
    def connected(connection: Any, _record: Any) -> None:
        if isinstance(connection, sqlite3.Connection):
            with closing(connection.cursor()) as cursor:
                cursor.execute("PRAGMA synchronous = OFF")


def keep_dagsters_files_open() -> None:
    """Dagster opens and closes the file of a run, and makes an engine for it, at every event."""
    from dagster._core.storage.event_log.sqlite import sqlite_event_log
    from sqlalchemy import create_engine

    @cache
    def kept(url: str, timeout: float) -> Any:
        engine = create_engine(url, connect_args={"timeout": timeout})
        engine.dispose = lambda *_, **__: None
        return engine

    def made(url: str, *, connect_args: dict[str, float], **_: Any) -> Any:
        return kept(url, connect_args["timeout"])

    sqlite_event_log.create_engine = made  # pyright: ignore[reportAttributeAccessIssue]


HAS_THE_FILE_ALONE = f"from {__name__} import keep_the_warehouse_open; keep_the_warehouse_open()"
"""For `start`: a process that leaves the warehouse's file open between its transactions, where nobody else wants it."""


def keep_the_warehouse_open() -> None:
    """Opening the file anew for every transaction is a third of what a sync takes."""
    import atexit

    from xero_pipeline.warehouse.merge_duckdb import DuckDB

    opened, tried = DuckDB.engine, DuckDB._tried
    held: list[Any] = []

    def first_held(dialect: DuckDB, driver: Any, arguments: list[Any], options: dict[str, Any]) -> Any:
        found = tried(dialect, driver, arguments, options)
        if not held and found[0] is not None:
            held.append(tried(dialect, driver, arguments, options)[0])
            atexit.register(held[0].close)
        return found

    # DuckDB opens a file in one way at a time.
    DuckDB.engine = lambda dialect, *, read_only: opened(dialect, read_only=False)
    DuckDB._tried = first_held
