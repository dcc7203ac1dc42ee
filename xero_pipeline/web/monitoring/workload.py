"""What there is to do and what does it: Dagster's runs and daemon, and about how many rows the warehouse has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xero_pipeline.errors import WarehouseBusy
from xero_pipeline.warehouse.database.row_estimates import row_estimates

if TYPE_CHECKING:
    import dagster as dg

    from xero_pipeline.warehouse.store import Warehouse
    from xero_pipeline.web.cached_read import CachedReads


@dataclass(frozen=True, slots=True)
class Workload:
    """What is the same whatever organisation one looks at.

    Args:
        runs: How many runs wait in Dagster's queue, are being started, and are at work, by their state.
        heartbeats: When each part of Dagster's daemon showed itself last, in seconds since the epoch.
        table_rows: About how many rows each table has; empty while the warehouse is busy and was not read before.
    """

    runs: Mapping[str, int]
    heartbeats: Mapping[str, float]
    table_rows: Mapping[str, int]


def workload(instance: dg.DagsterInstance, glance: CachedReads) -> Workload:
    """Look, without counting rows.

    Args:
        glance: Short looks into the warehouse.
    """
    import dagster as dg

    states = (dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED)
    parts, beats = instance.get_required_daemon_types(), instance.get_daemon_heartbeats()
    return Workload(
        runs={one.value.lower(): instance.get_runs_count(dg.RunsFilter(statuses=[one])) for one in states},
        heartbeats={name: beats[name].timestamp for name in sorted(parts) if name in beats},
        table_rows=_table_rows(glance),
    )


def _table_rows(glance: CachedReads) -> Mapping[str, int]:
    try:
        return glance.see("rows of tables", _read_table_rows).value
    except WarehouseBusy:
        return {}


def _read_table_rows(warehouse: Warehouse) -> Mapping[str, int]:
    with warehouse.reading() as connection:
        return row_estimates(connection)
