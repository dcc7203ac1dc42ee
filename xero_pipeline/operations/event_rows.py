"""The rows of Dagster's event tables, many at once; what is in them is what Dagster writes one by one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from dagster._core.events import AssetMaterializationPlannedData
from dagster._core.events.log import EventLogEntry
from dagster._core.storage.event_log.schema import AssetEventTagsTable, AssetKeyTable, SqlEventLogStorageTable
from dagster._serdes import serialize_value
from sqlalchemy import Connection

_ANY_PARTITION = "the key of a partition"

Row = dict[str, Any]


def add_events(connection: Connection, rows: Sequence[Row]) -> range:
    """Insert events in this order.

    Returns:
        Their ids: nobody else writes to the file before this transaction ends.
    """
    connection.execute(SqlEventLogStorageTable.insert(), rows)
    last: int = connection.exec_driver_sql("SELECT last_insert_rowid()").scalar_one()
    return range(last - len(rows) + 1, last + 1)


def index_rows(event: EventLogEntry, row: Row) -> list[Row]:
    """The rows of an event in the file that is asked about partitions.

    An event that plans several partitions has a row for each, like the event that Dagster writes where it plans them
    one by one: from these its UI tells which partitions are in progress and which failed.
    """
    planned = event.dagster_event and event.dagster_event.event_specific_data
    if not isinstance(planned, AssetMaterializationPlannedData) or planned.partitions_subset is None:
        return [row]
    one = planned._replace(partition=_ANY_PARTITION, partitions_subset=None)
    text = serialize_value(event._replace(dagster_event=event.get_dagster_event()._replace(event_specific_data=one)))
    keys = sorted(planned.partitions_subset.get_partition_keys())
    named = json.dumps(_ANY_PARTITION)
    return [row | {"partition": key, "event": text.replace(named, json.dumps(key))} for key in keys]


def add_tags(connection: Connection, tagged: Sequence[tuple[int, str, datetime, Mapping[str, str]]]) -> None:
    """The tags that are looked for.

    Args:
        tagged: Of each event its id, asset and time, and its tags.
    """
    rows = [
        {"event_id": number, "asset_key": asset, "event_timestamp": at, "key": key, "value": value}
        for number, asset, at, tags in tagged
        for key, value in tags.items()
    ]
    if rows:
        connection.execute(AssetEventTagsTable.insert(), rows)


def note_assets(connection: Connection, values: Mapping[str, Row]) -> None:
    """What the newest events of each asset say of it."""
    for asset, columns in values.items():
        known = AssetKeyTable.update().where(AssetKeyTable.c.asset_key == asset).values(**columns)
        if columns and not connection.execute(known).rowcount:
            connection.execute(AssetKeyTable.insert().values(asset_key=asset, **columns))
