"""What there is to do and what does it: Dagster's runs and daemon, and about how many rows the warehouse has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from xero_pipeline.errors import WarehouseBusy
from xero_pipeline.state.webhook_inbox import SEQUENCE
from xero_pipeline.warehouse.database.row_estimates import row_estimates

if TYPE_CHECKING:
    import dagster as dg

    from xero_pipeline.state.webhook_inbox import WebhookInbox
    from xero_pipeline.state.webhook_records import WaitingList
    from xero_pipeline.warehouse.store import Warehouse
    from xero_pipeline.web.cached_read import CachedReads


@dataclass(frozen=True, slots=True)
class Workload:
    """What is the same whatever organisation one looks at.

    Args:
        runs: How many runs wait in Dagster's queue, are being started, and are at work, by their state.
        heartbeats: When each part of Dagster's daemon showed itself last, in seconds since the epoch.
        table_rows: About how many rows each table has; empty while the warehouse is busy and was not read before.
        events: How often Xero's webhooks were taken, refused and so on, by what it was.
        events_waiting: Events that are to be read, by table.
        oldest_events: When the oldest of them arrived, in seconds since the epoch, by table.
    """

    runs: Mapping[str, int]
    heartbeats: Mapping[str, float]
    table_rows: Mapping[str, int]
    events: Mapping[str, float] = field(default_factory=dict[str, float])
    events_waiting: Mapping[str, float] = field(default_factory=dict[str, float])
    oldest_events: Mapping[str, float] = field(default_factory=dict[str, float])


def workload(instance: dg.DagsterInstance, glance: CachedReads, inbox: WebhookInbox | None = None) -> Workload:
    """Look, without counting rows.

    Args:
        glance: Short looks into the warehouse.
        inbox: What Xero's webhooks told; None where they are not taken.
    """
    import dagster as dg

    counts = inbox.counts() if inbox else {}
    waiting = inbox.waiting() if inbox else []
    states = (dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED)
    parts, beats = instance.get_required_daemon_types(), instance.get_daemon_heartbeats()
    return Workload(
        runs={one.value.lower(): instance.get_runs_count(dg.RunsFilter(statuses=[one])) for one in states},
        heartbeats={name: beats[name].timestamp for name in sorted(parts) if name in beats},
        table_rows=_table_rows(glance),
        events={what: float(one.number) for what, one in counts.items() if what != SEQUENCE},
        events_waiting=_by_table(waiting),
        oldest_events={one.asset: one.oldest.timestamp() for one in reversed(waiting)},
    )


def _by_table(waiting: Iterable[WaitingList]) -> Mapping[str, float]:
    found: dict[str, float] = {}
    for one in waiting:
        found[one.asset] = found.get(one.asset, 0) + one.events
    return found


def _table_rows(glance: CachedReads) -> Mapping[str, int]:
    try:
        return glance.see("rows of tables", _read_table_rows).value
    except WarehouseBusy:
        return {}


def _read_table_rows(warehouse: Warehouse) -> Mapping[str, int]:
    with warehouse.reading() as connection:
        return row_estimates(connection)
