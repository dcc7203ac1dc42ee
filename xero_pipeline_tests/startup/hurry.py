"""What the programs of journeys are spared: waits, and what a disk does for a machine that may lose its power.

All of it is about time. What is written, in which transaction, and what another process sees of it stays the same.
`TESTS_HURRY` in the environment of a program turns it on.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from functools import cache
from types import ModuleType
from typing import Any


def _lift_the_limit_of_the_minute(quota: Any) -> None:
    """Our own limit would hold a first sync up for most of a minute; it has tests of its own."""
    rules = quota.Rules
    quota.Rules = lambda *given: replace(rules(*given), per_minute=100_000)


def _trust_the_machine(_sqlalchemy: ModuleType) -> None:
    """SQLite's commits do not wait for the disk: who kills a process finds them all the same."""
    from sqlalchemy import Engine, event

    @event.listens_for(Engine, "connect")
    def connected(connection: Any, _record: Any) -> None:
        if isinstance(connection, sqlite3.Connection):
            with closing(connection.cursor()) as cursor:
                cursor.execute("PRAGMA synchronous = OFF")


def _keep_dagsters_files_open(sqlite_event_log: Any) -> None:
    """Dagster opens and closes the file of a run, and makes an engine for it, at every event."""
    create_engine = sqlite_event_log.create_engine

    @cache
    def kept(url: str, timeout: float) -> Any:
        engine = create_engine(url, connect_args={"timeout": timeout})
        engine.dispose = lambda *_, **__: None
        return engine

    def made(url: str, *, connect_args: dict[str, float], **_: Any) -> Any:
        return kept(url, connect_args["timeout"])

    sqlite_event_log.create_engine = made


HURRY = {
    "xero_pipeline.xero.quota.limiter": _lift_the_limit_of_the_minute,
    "sqlalchemy": _trust_the_machine,
    "dagster._core.storage.event_log.sqlite.sqlite_event_log": _keep_dagsters_files_open,
}
