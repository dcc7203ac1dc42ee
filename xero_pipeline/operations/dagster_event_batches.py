"""What our storages of Dagster's events share: many are written at once, and what tables there are is asked once."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, partial

from dagster._core.events import ASSET_EVENTS, BATCH_WRITABLE_EVENTS, DagsterEventType
from dagster._core.events.log import EventLogEntry
from dagster._core.storage.event_log.schema import AssetKeyTable
from dagster._core.storage.event_log.sql_event_log import SqlEventLogStorage
from sqlalchemy import Connection

from xero_pipeline.operations.dagster_event_rows import Row, add_planned_checks, add_tags
from xero_pipeline.operations.dagster_releases import has_column

Numbered = tuple[int, EventLogEntry, Row]
"""An event, with its id and its row."""

_NEWEST = "last_materialization_timestamp"


class EventBatches(SqlEventLogStorage):
    """Stands before a storage of Dagster's own.

    What is in the tables after a batch is what the same events would have left that came one by one. That a check is
    planned is kept where all runs are, with its number, as Dagster does since 1.12.13; older releases look for neither.
    """

    @property
    def supports_partition_subset_in_asset_materialization_planned_events(self) -> bool:
        """A run plans the partitions of an asset by one event; `store_event_batch` lists them where the UI looks."""
        return True

    @abstractmethod
    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Events that `BATCH_WRITABLE_EVENTS` of Dagster allows."""

    @abstractmethod
    def _note_assets(self, connection: Connection, values: Mapping[str, Row]) -> None:
        """What the newest events of each asset say of it."""

    def store_event(self, event: EventLogEntry) -> None:
        """An event."""
        if event.dagster_event_type in BATCH_WRITABLE_EVENTS:
            self.store_event_batch([event])
        else:
            super().store_event(event)

    def has_table(self, table_name: str) -> bool:
        """Whether there is a table; asked of the database until there is."""
        return self._has(table_name, lambda: super(EventBatches, self).has_table(table_name))

    def has_asset_key_col(self, column_name: str) -> bool:
        """Whether the table of assets has a column; asked of the database until it has."""
        return self._has(f"asset_keys.{column_name}", lambda: super(EventBatches, self).has_asset_key_col(column_name))

    @cached_property
    def _there(self) -> set[str]:
        return set()

    def _has(self, name: str, look: Callable[[], bool]) -> bool:
        # No version of Dagster takes them away again.
        if name not in self._there and look():
            self._there.add(name)
        return name in self._there

    def _note(self, connection: Connection, events: Sequence[Numbered]) -> None:
        """What the events say elsewhere than in their own rows."""
        of_assets = [one for one in events if one[1].dagster_event_type in ASSET_EVENTS]
        tagged = ((n, row["asset_key"], row["timestamp"], self._tags_for_asset_event(e)) for n, e, row in of_assets)
        add_tags(connection, tagged)
        self._note_assets(connection, self._newest(connection, of_assets))
        add_planned_checks(connection, ((n, event, row["timestamp"]) for n, event, row in events))

    def _newest(self, connection: Connection, of_assets: Sequence[Numbered]) -> Mapping[str, Row]:
        has_columns = self._has(f"asset_keys.{_NEWEST}", partial(has_column, connection, AssetKeyTable.name, _NEWEST))
        # Only the last event of a kind leaves anything, and it is large.
        last = {(row["asset_key"], event.dagster_event_type): (number, event) for number, event, row in of_assets}
        newest: dict[str, Row] = {}
        for (asset, _), (number, event) in sorted(last.items(), key=lambda one: one[1][0]):
            newest.setdefault(asset, {}).update(self._get_asset_entry_values(event, number, has_columns))
        return newest


def stored(events: Iterable[EventLogEntry]) -> list[EventLogEntry]:
    """Those of a batch that have a row."""
    return [one for one in events if one.dagster_event_type != DagsterEventType.ASSET_FAILED_TO_MATERIALIZE]
