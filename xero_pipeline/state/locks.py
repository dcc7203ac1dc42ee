"""Named locks that all processes respect, and that die with their holder.

Nobody waits for a killed process: in SQLite the lock is one of the operating system on a file beside the database,
in PostgreSQL an advisory lock of a transaction; both fall when the holder's process or connection ends.
"""

from __future__ import annotations

import hashlib
import select
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from filelock import FileLock, Timeout
from sqlalchemy.exc import OperationalError

from xero_pipeline.errors import LockLost

_WHILE_HELD = {
    # A server asks a silent client after two hours whether it is there; here, so that the lock of a machine that is
    # gone falls within two minutes.
    "tcp_keepalives_idle": "60",
    "tcp_keepalives_interval": "15",
    "tcp_keepalives_count": "4",
    # Whoever holds a lock is idle in its transaction for as long as the work takes; many servers end that.
    "idle_in_transaction_session_timeout": "0",
    # So do some with a statement that waits, as one for a lock does.
    "statement_timeout": "0",
}
_SINCE_17 = {"transaction_timeout": "0"}


@contextmanager
def exclusive(engine: sa.Engine, name: str, *, timeout_seconds: float) -> Generator[Hold]:
    """Hold the named lock: one holder over threads and processes.

    Not re-entrant. Works while the database is not ready yet.

    Args:
        engine: The state database's engine.
        name: What is locked; any text.
        timeout_seconds: How long to wait for the present holder.

    Yields:
        Whether it is still held can be asked of it.

    Raises:
        TimeoutError: The present holder still has it.
    """
    hold = _file_lock if engine.dialect.name == "sqlite" else _advisory_lock
    with hold(engine, name, timeout_seconds) as held:
        yield held


class Hold:
    """A lock that is held.

    Args:
        connection: The connection to PostgreSQL that it lives by; None where the operating system keeps it.
    """

    def __init__(self, connection: sa.Connection | None = None) -> None:
        self._raw: Any = connection.connection.driver_connection if connection is not None else None
        self._asking = threading.Lock()

    def require(self) -> None:
        """Make sure that nobody else can have it meanwhile, as far as this machine knows. Costs no round trip.

        Raises:
            LockLost: The server restarted, or the network was away for too long.
        """
        if self._raw is None:
            return
        with self._asking:
            lost = self._raw.closed
            if not lost and select.select([self._raw.fileno()], [], [], 0)[0]:
                # The server says something to a connection that asks nothing: that it is over, as a rule.
                try:
                    self._raw.pgconn.consume_input()
                except Exception:  # noqa: BLE001 - whichever error the driver has for it
                    lost = True
        if lost:
            raise LockLost(
                "The connection to the state database broke, and with it this organisation's lock: another machine may "
                "be syncing it now. What was read until then is kept, and the next attempt goes on from there."
            )


@contextmanager
def _file_lock(engine: sa.Engine, name: str, timeout_seconds: float) -> Generator[Hold]:
    directory = Path(f"{engine.url.database}-locks")
    directory.mkdir(mode=0o700, exist_ok=True)
    lock = FileLock(directory / f"{_digest(name)}.lock", timeout=timeout_seconds, mode=0o600)
    try:
        lock.acquire()
    except Timeout as error:
        raise TimeoutError(f"Another process has held the lock “{name}” for {timeout_seconds:g} s.") from error
    try:
        yield Hold()
    finally:
        lock.release()


@contextmanager
def _advisory_lock(engine: sa.Engine, name: str, timeout_seconds: float) -> Generator[Hold]:
    number = int(_digest(name)[:15], 16)
    with engine.connect() as connection, connection.begin():
        settings = {**_WHILE_HELD, "lock_timeout": str(int(timeout_seconds * 1000))}
        if (connection.dialect.server_version_info or ()) >= (17,):
            settings |= _SINCE_17
        connection.execute(sa.select(*(sa.func.set_config(name, value, True) for name, value in settings.items())))
        try:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(number)))
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) != "55P03":  # lock_not_available
                raise
            raise TimeoutError(f"Another process has held the lock “{name}” for {timeout_seconds:g} s.") from error
        yield Hold(connection)


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:24]
