"""Dagster's history in SQLite, in the same files as Dagster's own storage, which opens one anew for every event.

A sync of one organisation writes some 500 events. With the files of the newest runs kept open and the tables of a new
run copied instead of migrated, they cost a quarter. Any other Dagster reads and writes the same files beside it.
Events that come as a batch are one transaction (`event_rows.py`).
"""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

from dagster._core.events import ASSET_CHECK_EVENTS, ASSET_EVENTS, BATCH_WRITABLE_EVENTS, DagsterEventType
from dagster._core.events.log import EventLogEntry
from dagster._core.storage.base_storage import DagsterStorage
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from dagster._core.storage.runs.sqlite.sqlite_run_storage import SqliteRunStorage
from dagster._core.storage.schedules.sqlite.sqlite_schedule_storage import SqliteScheduleStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS, create_db_conn_string
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.event import listens_for
from sqlalchemy.pool import StaticPool

from xero_pipeline.operations.event_rows import add_events, add_tags, index_rows, note_assets

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


class EventLog(SqliteEventLogStorage):
    """The events: a file a run, and one for all of them.

    Args:
        base_dir: The folder of these files.
    """

    _initialized_dbs: set[str]

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: OrderedDict[str, Engine] = OrderedDict()
        self._there = set[str]()
        super().__init__(base_dir, inst_data)

    @property
    def supports_partition_subset_in_asset_materialization_planned_events(self) -> bool:
        """A run plans the partitions of an asset by one event; `store_event_batch` lists them where the UI looks."""
        return True

    def store_event(self, event: EventLogEntry) -> None:
        """An event, in the file of its run and, where other runs are asked for it, in that of all of them."""
        if event.dagster_event_type in BATCH_WRITABLE_EVENTS:
            self.store_event_batch([event])
        else:
            super().store_event(event)

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Events of assets and checks, in a transaction of their run's file and then one of the file for all.

        What is in these files afterwards is what the same events would have left that came one by one.
        """
        events = [one for one in events if one.dagster_event_type != DagsterEventType.ASSET_FAILED_TO_MATERIALIZE]
        rows = [(event, self._event_to_row(event)) for event in events]
        for run_id in dict.fromkeys(event.run_id for event in events):
            with self.run_connection(run_id) as connection:
                add_events(connection, [row for event, row in rows if event.run_id == run_id])
        if rows:
            self._index([(event, row) for event, first in rows for row in index_rows(event, first)])

    def _index(self, rows: Sequence[tuple[EventLogEntry, dict[str, Any]]]) -> None:
        has_columns = self.has_asset_key_index_cols()
        newest: dict[str, dict[str, Any]] = {}
        with self.index_connection() as connection:
            ids = add_events(connection, [row for _, row in rows])
            known = [(number, *one) for number, one in zip(ids, rows, strict=True)]
            of_assets = [one for one in known if one[1].dagster_event_type in ASSET_EVENTS]
            add_tags(
                connection,
                [(n, row["asset_key"], row["timestamp"], self._tags_for_asset_event(e)) for n, e, row in of_assets],
            )
            # Only the last event of a kind leaves anything, and it is large.
            last = {(row["asset_key"], event.dagster_event_type): (number, event) for number, event, row in of_assets}
            for (asset, _), (number, event) in sorted(last.items(), key=lambda one: one[1][0]):
                newest.setdefault(asset, {}).update(self._get_asset_entry_values(event, number, has_columns))
            note_assets(connection, newest)
        for number, event, _ in known:
            if event.dagster_event_type in ASSET_CHECK_EVENTS:
                self.store_asset_check_event(event, number)

    def has_table(self, table_name: str) -> bool:
        """Whether there is a table; asked of the file until there is."""
        return self._has(table_name, lambda: super(EventLog, self).has_table(table_name))

    def has_asset_key_col(self, column_name: str) -> bool:
        """Whether the table of assets has a column; asked of the file until it has."""
        return self._has(f"asset_keys.{column_name}", lambda: super(EventLog, self).has_asset_key_col(column_name))

    def _has(self, name: str, look: Callable[[], bool]) -> bool:
        # No version of Dagster takes them away again.
        if name not in self._there and look():
            self._there.add(name)
        return name in self._there

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
            if not self._copy_empty(Path(self.path_for_shard(shard))):
                self._initdb(engine)
            self._initialized_dbs.add(shard)
        return engine

    def _copy_empty(self, path: Path) -> bool:
        """Whether this process made the file; not where another was first, or where a file cannot have two names."""
        if path.exists():
            return False
        draft = path.with_suffix(f".{os.getpid()}")
        draft.write_bytes(self._empty)
        try:
            os.link(draft, path)
        except OSError:
            return False
        finally:
            draft.unlink()
        return True

    @cached_property
    def _empty(self) -> bytes:
        """The file of a run without events, made where no other process looks."""
        with TemporaryDirectory() as folder:
            engine = _engine(create_db_conn_string(folder, "empty"))
            self._initdb(engine)
            engine.dispose()  # brings everything into the file itself
            return Path(folder, "empty.db").read_bytes()


def _engine(address: str) -> Engine:
    threads = {"timeout": SQLITE_BUSY_TIMEOUT_SECONDS, "check_same_thread": False}
    engine = create_engine(address, poolclass=StaticPool, connect_args=threads)

    # With a write-ahead log a program that dies loses nothing by it, and a machine that does only the newest events.
    @listens_for(engine, "connect")
    def _settle(connection: Any, _: object) -> None:
        connection.execute("PRAGMA synchronous=NORMAL")

    return engine
