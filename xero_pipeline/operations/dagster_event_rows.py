"""The rows of Dagster's event tables, many at once; what is in them is what Dagster writes one by one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from dagster._core.definitions.asset_checks.asset_check_evaluation import AssetCheckEvaluationPlanned
from dagster._core.events import AssetMaterializationPlannedData
from dagster._core.events.log import EventLogEntry
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable, AssetEventTagsTable
from dagster._serdes import serialize_value
from sqlalchemy import Connection

from xero_pipeline.operations.dagster_releases import partitions_of

_ANY_PARTITION = "the key of a partition"

Row = dict[str, Any]


def index_rows(event: EventLogEntry, row: Row) -> list[Row]:
    """The rows of an event where partitions are asked for.

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


def add_tags(connection: Connection, tagged: Iterable[tuple[int, str, datetime, Mapping[str, str]]]) -> None:
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


def add_planned_checks(connection: Connection, planned: Iterable[tuple[int, EventLogEntry, datetime]]) -> None:
    """The executions of checks that events plan.

    Args:
        planned: Of each event its id, itself, and its time.
    """
    rows = [row for one in planned for row in _executions(*one)]
    if rows:
        connection.execute(AssetCheckExecutionsTable.insert(), rows)


def _executions(number: int, event: EventLogEntry, at: datetime) -> Iterator[Row]:
    planned = event.dagster_event and event.dagster_event.event_specific_data
    if not isinstance(planned, AssetCheckEvaluationPlanned):
        return
    text = serialize_value(event)
    for partition in partitions_of(planned) or [None]:
        yield {
            "asset_key": planned.asset_key.to_string(),
            "check_name": planned.check_name,
            "partition": partition,
            "run_id": event.run_id,
            "execution_status": AssetCheckExecutionRecordStatus.PLANNED.value,
            "evaluation_event": text,
            "evaluation_event_timestamp": at,
            "evaluation_event_storage_id": number,
        }
