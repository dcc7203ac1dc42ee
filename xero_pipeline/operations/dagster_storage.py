"""Dagster's history in SQLite, in the same files as Dagster's own storage, which opens one anew for every event.

A sync of one organisation writes some 500 events. With the files of the newest runs kept open and the tables of a new
run copied instead of migrated, they cost a quarter. Any other Dagster reads and writes the same files beside it.
Events that come as a batch are one transaction (`dagster_event_batches.py`).
"""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, Self

from dagster._core.events.log import EventLogEntry
from dagster._core.storage.base_storage import DagsterStorage
from dagster._core.storage.event_log.schema import AssetKeyTable, SqlEventLogStorageTable
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from dagster._core.storage.runs.sqlite.sqlite_run_storage import SqliteRunStorage
from dagster._core.storage.schedules.sqlite.sqlite_schedule_storage import SqliteScheduleStorage
from dagster._core.storage.sqlite import create_db_conn_string
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.event import listens_for
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import StaticPool

from xero_pipeline.operations.dagster_event_batches import EventBatches, stored
from xero_pipeline.operations.dagster_event_rows import Row, index_rows
from xero_pipeline.operations.dagster_releases import BUSY_SECONDS

FILES_KEPT_OPEN = 16
"""The index and the runs of the organisations that are synced side by side."""


class SqliteStorage(DagsterSqliteStorage):
    """Named under `storage.custom` of the `dagster.yaml` that we write into our home.

    Args:
        base_dir: The folder of all its files.
    """

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        DagsterStorage.__init__(self)  # the parent's opens storages of its own
        self.base_dir = base_dir
        folder = Path(base_dir)
        self._run_storage = RunStorage.from_local(str(folder / "history"))
        self._event_log_storage = EventLog(str(folder / "history" / "runs"))
        self._schedule_storage = SqliteScheduleStorage.from_local(str(folder / "schedules"))
        self._inst_data = inst_data

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData, config_value: Any) -> Self:
        """As Dagster makes it from its configuration."""
        return cls.from_local(inst_data=inst_data, **config_value)


class RunStorage(SqliteRunStorage):
    """The list of runs, with its file kept open."""

    def __init__(self, conn_string: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engine = create_engine(conn_string)
        super().__init__(conn_string, inst_data)

    @contextmanager
    def connect(self) -> Generator[Connection]:
        """A transaction."""
        with self._engine.begin() as connection:
            yield connection

    def dispose(self) -> None:
        """Close the file."""
        super().dispose()
        self._engine.dispose()


class EventLog(EventBatches, SqliteEventLogStorage):
    """The events: a file a run, and one for all of them.

    Args:
        base_dir: The folder of these files.
    """

    _initialized_dbs: set[str]

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: OrderedDict[str, Engine] = OrderedDict()
        super().__init__(base_dir, inst_data)

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Events of assets and checks, in a transaction of their run's file and then one of the file for all."""
        rows = [(event, self._event_to_row(event)) for event in stored(events)]
        for run_id in dict.fromkeys(event.run_id for event, _ in rows):
            with self.run_connection(run_id) as connection:
                _add_events(connection, [row for event, row in rows if event.run_id == run_id])
        if rows:
            with self.index_connection() as connection:
                here = [(event, row) for event, first in rows for row in index_rows(event, first)]
                ids = _add_events(connection, [row for _, row in here])
                self._note(connection, [(number, *one) for number, one in zip(ids, here, strict=True)])

    def _note_assets(self, connection: Connection, values: Mapping[str, Row]) -> None:
        for asset, columns in values.items():
            known = AssetKeyTable.update().where(AssetKeyTable.c.asset_key == asset).values(**columns)
            if columns and not connection.execute(known).rowcount:
                connection.execute(AssetKeyTable.insert().values(asset_key=asset, **columns))

    def dispose(self) -> None:
        """Close every file."""
        super().dispose()
        self._close_files()

    def wipe(self) -> None:
        """Delete every run's file, and all that the one for all has."""
        self._close_files()
        super().wipe()

    @contextmanager
    def _connect(self, shard: str) -> Generator[Connection]:
        # The parent's lock: one thread at a time has the one connection of each file.
        with self._db_lock, self._opened(shard).begin() as connection:
            yield connection

    def _close_files(self) -> None:
        with self._db_lock:
            while self._engines:
                self._engines.popitem()[1].dispose()

    def _opened(self, shard: str) -> Engine:
        engine = self._engines.pop(shard, None)
        if not Path(self.path_for_shard(shard)).exists():
            # Of an old run it may have been dropped since (defs/automation/history_retention.py).
            self._initialized_dbs.discard(shard)
            engine = engine and engine.dispose()
        engine = engine or self._open(shard)
        self._engines[shard] = engine
        while len(self._engines) > FILES_KEPT_OPEN:
            self._engines.popitem(last=False)[1].dispose()
        return engine

    def _open(self, shard: str) -> Engine:
        engine = _engine(self.conn_string_for_shard(shard))
        if shard not in self._initialized_dbs:
            if not (self._copy_empty(Path(self.path_for_shard(shard))) or self._is_current(engine)):
                self._initdb(engine)
            self._initialized_dbs.add(shard)
        return engine

    def _copy_empty(self, path: Path) -> bool:
        """Whether this process made the file; not where another was first, or where a file cannot have two names."""
        if path.exists():
            return False
        draft = path.with_suffix(f".{os.getpid()}")
        draft.write_bytes(self._empty.content)
        try:
            os.link(draft, path)
        except OSError:
            return False
        finally:
            draft.unlink()
        return True

    def _is_current(self, engine: Engine) -> bool:
        """Whether a file has the newest layout; Dagster itself would read all its revisions to say so."""
        try:
            return _layout(engine) == self._empty.layout
        except OperationalError:  # it was never finished
            return False

    @cached_property
    def _empty(self) -> _EmptyFile:
        """The file of a run without events, made where no other process looks."""
        with TemporaryDirectory() as folder:
            engine = _engine(create_db_conn_string(folder, "empty"))
            self._initdb(engine)
            layout = _layout(engine)
            engine.dispose()  # brings everything into the file itself
            return _EmptyFile(Path(folder, "empty.db").read_bytes(), layout)


class _EmptyFile(NamedTuple):
    content: bytes
    layout: str


def _layout(engine: Engine) -> str:
    """The revision of a file."""
    with engine.connect() as connection:
        return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one()


def _add_events(connection: Connection, rows: Sequence[Row]) -> range:
    """Insert events in this order.

    Returns:
        Their ids: nobody else writes to the file before this transaction ends.
    """
    connection.execute(SqlEventLogStorageTable.insert(), rows)
    last: int = connection.exec_driver_sql("SELECT last_insert_rowid()").scalar_one()
    return range(last - len(rows) + 1, last + 1)


def _engine(address: str) -> Engine:
    threads = {"timeout": BUSY_SECONDS, "check_same_thread": False}
    engine = create_engine(address, poolclass=StaticPool, connect_args=threads)

    # With a write-ahead log a program that dies loses nothing by it, and a machine that does only the newest events.
    @listens_for(engine, "connect")
    def _settle(connection: Any, _: object) -> None:
        connection.execute("PRAGMA synchronous=NORMAL")

    return engine
