"""Dagster's history in PostgreSQL, in the tables of Dagster's own storage, which connects anew for every statement.

A connection costs PostgreSQL a process that knows nothing yet, more than what it is then asked. Here the storages of
an instance share a few that stay open. Any other Dagster reads and writes the same tables beside it.

An event does not wait for the disk: what is lost when the server itself goes down are events of the last second, and
none from before a run began or ended, nor before anything else that was committed there and did wait.
"""

from __future__ import annotations

import os
import select
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

from dagster._core.events import ASSET_CHECK_EVENTS, ASSET_EVENTS
from dagster._core.events.log import EventLogEntry
from dagster._core.storage.base_storage import DagsterStorage
from dagster._core.storage.event_log.schema import AssetKeyTable, SqlEventLogStorageTable
from dagster._serdes import ConfigurableClassData
from dagster_postgres.event_log import PostgresEventLogStorage
from dagster_postgres.run_storage import PostgresRunStorage
from dagster_postgres.schedule_storage import PostgresScheduleStorage
from dagster_postgres.storage import DagsterPostgresStorage
from dagster_postgres.utils import pg_url_from_config, retry_pg_connection_fn
from sqlalchemy import Connection, Engine, inspect
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.event import listen
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import QueuePool

from xero_pipeline.operations.dagster_event_batches import EventBatches, stored
from xero_pipeline.operations.dagster_event_rows import Row, index_rows
from xero_pipeline.operations.dagster_releases import given, postgresql_engine, token_provider_of

if TYPE_CHECKING:
    from dagster_postgres.auth import PgTokenProvider

EVENTS_KEPT_OPEN, KEPT_OPEN = 5, 2
"""Connections of an instance for events and for all else; more, where threads need them, are closed afterwards."""
OLD_SECONDS = 180
"""A connection that is older is replaced: gateways forget one that says nothing, after some minutes."""

MAIN_TABLES = frozenset({"runs", "instance_info", "event_logs", "jobs"})
"""Where one of them is missing, Dagster makes all that are."""


class PostgresqlStorage(DagsterPostgresStorage):
    """Named under `storage.custom` of the `dagster.yaml` that we write into our home.

    Args:
        postgres_url: Address of the database.
    """

    def __init__(
        self,
        postgres_url: str,
        should_autocreate_tables: bool = True,
        inst_data: ConfigurableClassData | None = None,
        token_provider: PgTokenProvider | None = None,
    ) -> None:
        DagsterStorage.__init__(self)  # the parent's opens storages of its own
        self.postgres_url = postgres_url
        self.should_autocreate_tables = should_autocreate_tables
        self._inst_data = inst_data
        engine = _opened(postgres_url, token_provider, KEPT_OPEN)
        events = _opened(postgres_url, token_provider, EVENTS_KEPT_OPEN)
        listen(events, "connect", _wait_for_no_disk)
        make = should_autocreate_tables and not MAIN_TABLES.issubset(_tables(engine))
        self._run_storage = PostgresqlRunStorage(engine, make, token_provider)
        self._event_log_storage = PostgresqlEventLog(events, make, token_provider)
        self._schedule_storage = PostgresqlScheduleStorage(engine, make, token_provider)

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]) -> Self:
        """As Dagster makes it from its configuration, which is that of its own storage."""
        return cls(
            pg_url_from_config(config_value),
            config_value.get("should_autocreate_tables", True),
            inst_data,
            token_provider_of(config_value),
        )


class _Shared:
    """A storage that has its connections from others.

    Args:
        engine: Whose connections it uses.
        make: Whether there may be tables to be made.
    """

    _engine: Engine

    def __init__(self, engine: Engine, make: bool, token_provider: PgTokenProvider | None) -> None:
        address = engine.url.render_as_string(hide_password=False)
        super().__init__(address, make, **given(token_provider))  # pyright: ignore[reportCallIssue]
        self._engine = engine

    def optimize_for_webserver(self, statement_timeout: int, pool_recycle: int, max_overflow: int) -> None:
        """In Dagster's web server: connections of its own, which give up what takes too long."""
        shared = self._engine
        super().optimize_for_webserver(statement_timeout, pool_recycle, max_overflow)  # pyright: ignore
        shared.dispose()

    def dispose(self) -> None:
        """Close the connections."""
        super().dispose()  # pyright: ignore
        self._engine.dispose()


class PostgresqlRunStorage(_Shared, PostgresRunStorage):
    """The list of runs."""


class PostgresqlScheduleStorage(_Shared, PostgresScheduleStorage):
    """Ticks of schedules and sensors."""


class PostgresqlEventLog(_Shared, EventBatches, PostgresEventLogStorage):
    """The events."""

    def store_event(self, event: EventLogEntry) -> None:
        """An event. Nobody is notified: no Dagster of this version listens."""
        if event.dagster_event_type in ASSET_EVENTS | ASSET_CHECK_EVENTS:
            super().store_event(event)
            return
        with self.run_connection() as connection:
            connection.execute(SqlEventLogStorageTable.insert().inline(), self._event_to_row(event))

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Events of assets and checks in one statement, then in one transaction what they say elsewhere.

        An event must not be seen later than one with a higher id: who asks for what is new would miss it. So none
        waits, uncommitted, for the rows of assets that another run is writing.
        """
        rows = [(event, row) for event in stored(events) for row in index_rows(event, self._event_to_row(event))]
        if not rows:
            return
        events_table = SqlEventLogStorageTable
        with self.run_connection() as connection:
            returning = events_table.insert().returning(events_table.c.id, sort_by_parameter_order=True)
            ids = connection.execute(returning, [row for _, row in rows]).scalars().all()
        with self.index_transaction() as connection:
            self._note(connection, [(number, *one) for number, one in zip(ids, rows, strict=True)])

    def _note_assets(self, connection: Connection, values: Mapping[str, Row]) -> None:
        alike: dict[tuple[str, ...], list[Row]] = {}
        # In the order of their names: two that write the same assets must not wait for each other.
        for asset, columns in sorted(values.items()):
            alike.setdefault(tuple(columns), []).append({"asset_key": asset, **columns})
        for names, rows in alike.items():
            adding = insert(AssetKeyTable)
            new = {name: adding.excluded[name] for name in names}
            same = [AssetKeyTable.c.asset_key]
            clause = (
                adding.on_conflict_do_update(index_elements=same, set_=new) if new else adding.on_conflict_do_nothing()
            )
            connection.execute(clause, rows)


def _tables(engine: Engine) -> list[str]:
    return retry_pg_connection_fn(lambda: inspect(engine).get_table_names())


def _opened(address: str, token_provider: PgTokenProvider | None, kept_open: int) -> Engine:
    engine = postgresql_engine(
        address,
        token_provider,
        isolation_level="AUTOCOMMIT",
        poolclass=QueuePool,
        pool_size=kept_open,
        max_overflow=-1,
        pool_use_lifo=True,
        pool_recycle=OLD_SECONDS,
    )
    listen(engine, "connect", _note_process)
    listen(engine, "checkout", _refuse_lost)
    return engine


def _note_process(_: Any, record: Any) -> None:
    record.info["process"] = os.getpid()


def _wait_for_no_disk(connection: Any, _: Any) -> None:
    with connection, connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO off")


def _refuse_lost(connection: Any, record: Any, _: Any) -> None:
    """Let the pool connect anew where the server has gone meanwhile, or where this process was forked from another.

    A server that ends a connection says so on it, and asking the system for that is no message to the server.
    """
    if record.info["process"] != os.getpid():
        # The driver leaves the other process's connection alone.
        record.dbapi_connection = None
        raise DisconnectionError("of another process")
    watched = select.poll()
    watched.register(connection.fileno(), select.POLLIN)
    if watched.poll(0):
        raise DisconnectionError("lost")
