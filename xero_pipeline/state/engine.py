"""The state database: opened, made ready, and written by one process at a time.

SQLite for one machine (the default), PostgreSQL for several. Both give the same promise to the rooms above:
what happens inside `immediate()` happens for all processes one after the other.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import DatabaseError

from xero_pipeline.addresses import state_address
from xero_pipeline.errors import ConfigurationError, StillOpening
from xero_pipeline.state.locks import exclusive
from xero_pipeline.state.transaction import write_transaction
from xero_pipeline.state.upgrade import altering, is_current, make

# Seconds a writer waits for the others before SQLite gives up; every write of ours takes milliseconds.
BUSY_SECONDS = 30
# In PostgreSQL the tables stay out of the way of the warehouse and of whatever else lives in the database.
POSTGRESQL_SCHEMA = "xero_state"


# A lock's connection says nothing while the work is done: gateways forget it after some minutes, and the server keeps
# the lock of a machine that is gone for two hours, unless somebody asks in between.
_KEEPALIVES = {"keepalives_idle": 60, "keepalives_interval": 15, "keepalives_count": 4}


def open_state(url: str) -> sa.Engine:
    """Open the state database, making and checking its tables.

    A SQLite file is made readable for its owner alone (mode 0600), a directory made for it likewise (0700).

    Args:
        url: SQLAlchemy address: `sqlite:///path/to/state.db` or `postgresql://…`.

    Returns:
        The engine, to be shared by all threads of the process. Statements must be SQLAlchemy expressions
        on the tables of `state_metadata()`: in PostgreSQL the schema is put in by translation.

    Raises:
        ConfigurationError: XERO_STATE_URL names no database we can use, or one with other tables.
        NewerDatabase: A newer program wrote it; nothing is changed.
        StillOpening: Another process makes it ready, and takes long.
    """
    address = state_address(url)
    engine = _sqlite(address) if address.get_backend_name() == "sqlite" else _postgresql(address)
    try:
        with exclusive(engine, "open", timeout_seconds=BUSY_SECONDS):
            if engine.dialect.name == "sqlite":
                _use_write_ahead_log(engine)
            _make_ready(engine)
    except TimeoutError as error:
        engine.dispose()
        raise StillOpening(
            f"Another process has been making the state database ready for {BUSY_SECONDS} s and has not finished. Try "
            "again in a moment."
        ) from error
    except (DatabaseError, sqlite3.DatabaseError) as error:
        engine.dispose()
        reason = getattr(error, "orig", error)  # SQLAlchemy's own text would repeat the statement
        raise ConfigurationError(
            f"XERO_STATE_URL: cannot use {address.render_as_string()} as state database: {reason}"
        ) from error
    except BaseException:
        engine.dispose()
        raise
    return engine


def _sqlite(address: sa.URL) -> sa.Engine:
    path = Path(address.database or "")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # The file is made before SQLite sees it, so that it never exists with a wider mode;
        # SQLite gives its journal files the mode of the database.
        make_private(path)
        path.chmod(0o600)
    except OSError as error:
        raise ConfigurationError(f"XERO_STATE_URL: cannot write {path}: {error.strerror}.") from error
    engine = sa.create_engine(address, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def make_private(path: Path) -> None:
    """Make an empty file that only its owner may read, unless it is there.

    A file that is there is not opened: closing it again would drop every lock this process holds on it, SQLite's own
    among them, and other processes would take the database for abandoned and throw its journal away (POSIX locks;
    sqlite.org, "How To Corrupt An SQLite Database File", section 2.2).
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # Python's own driver begins transactions lazily and never as IMMEDIATE: take that out of its hands.
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")
    # A rotated token must survive a power cut: every commit reaches the disk.
    connection.execute("PRAGMA synchronous = FULL")


def _begin_sqlite(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get("xero_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _use_write_ahead_log(engine: sa.Engine) -> None:
    # Lasts in the file. Done once under the lock, because switching does not wait for other connections.
    raw = engine.raw_connection()
    try:
        raw.cursor().execute("PRAGMA journal_mode = WAL")
    finally:
        raw.close()


def _postgresql(address: sa.URL) -> sa.Engine:
    options = {name: value for name, value in _KEEPALIVES.items() if name not in address.query}
    # Each organisation that is being synced holds a connection for its lock, and one more while its token is renewed:
    # a bound would let all of them wait for each other.
    pool: dict[str, Any] = {"pool_pre_ping": True, "max_overflow": -1}
    engine = sa.create_engine(address, hide_parameters=True, connect_args=options, **pool)
    return engine.execution_options(schema_translate_map={None: POSTGRESQL_SCHEMA})


def _make_ready(engine: sa.Engine) -> None:
    schema = POSTGRESQL_SCHEMA if engine.dialect.name == "postgresql" else None
    with write_transaction(engine) as connection:
        if schema is not None:
            connection.execute(sa.schema.CreateSchema(schema, if_not_exists=True))
        if is_current(connection, schema):
            return
    with altering(engine) as connection:
        make(connection, schema)
