"""What Dagster's history has of a table already: partitions that are as they were need not be told again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import dagster as dg
import sqlalchemy as sa
from dagster._core.definitions.data_version import DATA_VERSION_TAG
from dagster._core.events import DagsterEventType
from dagster._core.storage.event_log.schema import AssetEventTagsTable, SqlEventLogStorageTable
from dagster._core.storage.event_log.sql_event_log import SqlEventLogStorage

if TYPE_CHECKING:
    from typing import Any

MADE, PLANNED = DagsterEventType.ASSET_MATERIALIZATION, DagsterEventType.ASSET_MATERIALIZATION_PLANNED

Versions = tuple[str | None, str | None]
"""Of a table and, when it was told, of the one that it is made of, if it is."""


class MaterialisationHistory:
    """Asks the history of a run's instance, once for each table.

    Args:
        storage: Where the history is.
        run_id: The run that asks; what it plans itself tells nothing.
    """

    def __init__(self, storage: SqlEventLogStorage, run_id: str) -> None:
        self._storage = storage
        self._run_id = run_id

    def versions(
        self, key: dg.AssetKey, made_of: dg.AssetKey | None, partitions: Collection[str]
    ) -> Mapping[str, Versions]:
        """By partition, what was told last; without those that a later run planned and did not come to."""
        newest = self._storage.get_latest_storage_id_by_partition(key, MADE, set(partitions))
        if not newest:
            return {}
        told, source, later = (SqlEventLogStorageTable.alias(name) for name in ("told", "source", "later"))
        before = (
            sa.select(sa.func.max(source.c.id))
            .where(
                _of(source, made_of, MADE) if made_of else sa.false(),
                source.c.partition == told.c.partition,
                source.c.id < told.c.id,
            )
            .correlate(told)
            .scalar_subquery()
        )
        planned = (
            sa.exists()
            .where(_of(later, key, PLANNED), later.c.partition == told.c.partition, later.c.id > told.c.id)
            .where(later.c.run_id != self._run_id)
            .correlate(told)
        )
        query = sa.select(told.c.partition, version_of(told.c.id), version_of(before)).where(
            told.c.id.in_(list(newest.values())), ~planned
        )
        with self._storage.index_connection() as connection:
            return {partition: (version, source) for partition, version, source in connection.execute(query)}

    def plan_no_more(self, key: dg.AssetKey, partitions: Collection[str]) -> None:
        """The run does not tell these: without this, Dagster's UI would show them as failed when the run fails."""
        if not partitions:
            return
        table = SqlEventLogStorageTable
        with self._storage.index_connection() as connection:
            connection.execute(
                table.delete().where(
                    _of(table, key, PLANNED), table.c.run_id == self._run_id, table.c.partition.in_(list(partitions))
                )
            )


def history_of(context: dg.AssetExecutionContext) -> MaterialisationHistory | None:
    """The history of the instance of a run; none where it is not in a database, or every partition is waited for."""
    storage = context.instance.event_log_storage
    awaited = "dagster/backfill" in context.run.tags
    return (
        MaterialisationHistory(storage, context.run.run_id)
        if isinstance(storage, SqlEventLogStorage) and not awaited
        else None
    )


def _of(table: sa.FromClause, key: dg.AssetKey, kind: DagsterEventType) -> sa.ColumnElement[bool]:
    return sa.and_(table.c.asset_key == key.to_string(), table.c.dagster_event_type == kind.value)


def version_of(event: Any) -> sa.ScalarSelect[str]:
    """SQL: the data version that an event told.

    Args:
        event: SQL of its id.
    """
    tags = AssetEventTagsTable.c
    return (
        sa.select(sa.func.max(tags.value)).where(tags.event_id == event, tags.key == DATA_VERSION_TAG).scalar_subquery()
    )
