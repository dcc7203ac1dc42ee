"""What the simulated Xero remembers: consents, tokens, connections, used-up limits, journals it has numbered.

One SQLite file can be shared by several processes, as mock mode does; without a file everything stays in memory.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from filelock import FileLock

_SCHEMA = """
CREATE TABLE IF NOT EXISTS keys (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS questions (id TEXT PRIMARY KEY, asked TEXT NOT NULL, expires REAL NOT NULL);
CREATE TABLE IF NOT EXISTS grants (
    id TEXT PRIMARY KEY, client_id TEXT NOT NULL, event_id TEXT NOT NULL, scopes TEXT NOT NULL,
    granted REAL NOT NULL, public INTEGER NOT NULL DEFAULT 0, revoked INTEGER NOT NULL DEFAULT 0,
    user_id TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS codes (
    digest TEXT PRIMARY KEY, grant_id TEXT NOT NULL, redirect_uri TEXT NOT NULL, challenge TEXT NOT NULL,
    nonce TEXT NOT NULL, expires REAL NOT NULL, used INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS refresh_tokens (
    digest TEXT PRIMARY KEY, grant_id TEXT NOT NULL, parent TEXT, expires REAL NOT NULL, replaced REAL);
CREATE TABLE IF NOT EXISTS connections (
    id TEXT PRIMARY KEY, client_id TEXT NOT NULL, tenant_id TEXT NOT NULL, event_id TEXT NOT NULL,
    created REAL NOT NULL, updated REAL NOT NULL, user_id TEXT NOT NULL, UNIQUE (client_id, user_id, tenant_id));
CREATE TABLE IF NOT EXISTS windows (
    owner TEXT NOT NULL, kind TEXT NOT NULL, number INTEGER NOT NULL, calls INTEGER NOT NULL,
    PRIMARY KEY (owner, kind));
CREATE TABLE IF NOT EXISTS journals (
    tenant_id TEXT NOT NULL, number INTEGER NOT NULL, id TEXT NOT NULL, created INTEGER NOT NULL, source TEXT NOT NULL,
    day TEXT NOT NULL, fingerprint TEXT NOT NULL, stands INTEGER NOT NULL, record BLOB NOT NULL,
    PRIMARY KEY (tenant_id, number));
CREATE TABLE IF NOT EXISTS in_flight (id TEXT PRIMARY KEY, owner TEXT NOT NULL, since REAL NOT NULL);
"""

# Stores from before there were several people: whatever they know was allowed by the first.
_PEOPLE = """
BEGIN IMMEDIATE;
ALTER TABLE grants ADD COLUMN user_id TEXT NOT NULL DEFAULT '7a1c1f1e-43a5-5d51-9d1c-6a0f5f2d9b10';
ALTER TABLE connections RENAME TO connections_before;
CREATE TABLE connections (
    id TEXT PRIMARY KEY, client_id TEXT NOT NULL, tenant_id TEXT NOT NULL, event_id TEXT NOT NULL,
    created REAL NOT NULL, updated REAL NOT NULL, user_id TEXT NOT NULL, UNIQUE (client_id, user_id, tenant_id));
INSERT INTO connections SELECT *, '7a1c1f1e-43a5-5d51-9d1c-6a0f5f2d9b10' FROM connections_before;
DROP TABLE connections_before;
COMMIT;
"""


class Store:
    """One SQLite database, safe for the threads of this process and for other processes.

    Args:
        path: The file, made with mode 0600 when it is missing; None keeps everything in memory.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lock = threading.RLock()
        self._opened: sqlite3.Connection | None = None

    def read(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        """Rows of one query.

        Args:
            sql: The query with `?` for its values.
        """
        with self._lock:
            return self._connection().execute(sql, values).fetchall()

    @contextmanager
    def writing(self) -> Generator[sqlite3.Connection]:
        """A write transaction that holds off every other writer; an exception undoes it."""
        with self._lock:
            connection = self._connection()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def close(self) -> None:
        """Closes the database; the next use opens it again, so memory is forgotten and a file is kept."""
        with self._lock:
            if self._opened is not None:
                self._opened.close()
                self._opened = None

    def _connection(self) -> sqlite3.Connection:
        if self._opened is None:
            self._opened = _open_memory() if self._path is None else _open_file(self._path)
        return self._opened


def _open_memory() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
    connection.row_factory = sqlite3.Row
    connection.executescript(_SCHEMA)
    return connection


def _open_file(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    # The lock is for the first moments only: two processes that turn a new file to WAL at once disturb each other.
    with FileLock(f"{path}.lock", timeout=60):
        # A file that is there is not opened: closing it would drop the locks SQLite holds on it in this process.
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        connection = sqlite3.connect(path, timeout=60, check_same_thread=False, isolation_level=None)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA journal_mode=WAL")
        # A killed process loses nothing; only a power cut could, and simulated tokens are not worth a disk flush.
        connection.execute("PRAGMA synchronous=OFF")
        connection.executescript(_SCHEMA)
        if "user_id" not in {row["name"] for row in connection.execute("PRAGMA table_info(grants)")}:
            connection.executescript(_PEOPLE)
    return connection
