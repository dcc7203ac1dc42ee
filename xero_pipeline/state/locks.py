"""Named locks that all processes respect, and that die with their holder.

Nobody waits for a killed process: in SQLite the lock is one of the operating system on a file beside the database,
in PostgreSQL an advisory lock of a transaction; both fall when the holder's process or connection ends.
"""

from __future__ import annotations

import hashlib
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from filelock import FileLock, Timeout
from sqlalchemy.exc import OperationalError

_KEEPALIVES = {"keepalives_idle": "60", "keepalives_interval": "15", "keepalives_count": "4"}


@contextmanager
def exclusive(engine: sa.Engine, name: str, *, timeout_seconds: float) -> Generator[None]:
    """Hold the named lock: one holder over threads and processes.

    Not re-entrant. Works while the database is not ready yet.

    Args:
        engine: The state database's engine.
        name: What is locked; any text.
        timeout_seconds: How long to wait for the present holder.

    Yields:
        Nothing; the lock is held inside.

    Raises:
        TimeoutError: The present holder still has it.
    """
    hold = _file_lock if engine.dialect.name == "sqlite" else _advisory_lock
    with hold(engine, name, timeout_seconds):
        yield


@contextmanager
def _file_lock(engine: sa.Engine, name: str, timeout_seconds: float) -> Generator[None]:
    directory = Path(f"{engine.url.database}-locks")
    directory.mkdir(mode=0o700, exist_ok=True)
    lock = FileLock(directory / f"{_digest(name)}.lock", timeout=timeout_seconds, mode=0o600)
    try:
        lock.acquire()
    except Timeout as error:
        raise TimeoutError(f"Another process has held the lock “{name}” for {timeout_seconds:g} s.") from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _advisory_lock(engine: sa.Engine, name: str, timeout_seconds: float) -> Generator[None]:
    number = int(_digest(name)[:15], 16)
    with engine.connect() as connection, connection.begin():
        milliseconds = str(int(timeout_seconds * 1000))
        connection.execute(sa.select(sa.func.set_config("lock_timeout", milliseconds, True)))
        # A server asks a silent client after two hours whether it is there; here, so that the lock of a machine that is
        # gone falls within two minutes.
        for setting, value in _KEEPALIVES.items():
            connection.execute(sa.select(sa.func.set_config(f"tcp_{setting}", value, True)))
        # Whoever holds a lock is idle in its transaction for as long as the work takes; many servers end that.
        connection.execute(sa.select(sa.func.set_config("idle_in_transaction_session_timeout", "0", True)))
        try:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(number)))
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) != "55P03":  # lock_not_available
                raise
            raise TimeoutError(f"Another process has held the lock “{name}” for {timeout_seconds:g} s.") from error
        yield


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:24]
