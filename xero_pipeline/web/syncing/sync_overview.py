"""How the sync of an organisation stands: what the sync page shows and `/api/tables` tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from xero_pipeline import clock
from xero_pipeline.defs.automation.jobs import SYNC
from xero_pipeline.operations.calls_made import CallsMade, calls_made
from xero_pipeline.operations.synced_tables import SyncedTable, read_synced_tables, told
from xero_pipeline.sync.estimate.plan import Planner
from xero_pipeline.warehouse.days import zones_of
from xero_pipeline.warehouse.progress.issues import quarantined_records

if TYPE_CHECKING:
    from xero_pipeline.sync.estimate.plan import Plan
    from xero_pipeline.warehouse.store import Warehouse
    from xero_pipeline.web.app_context import AppContext

RUNS_SHOWN = 6


@dataclass(frozen=True, slots=True)
class SyncOverview:
    """All of it.

    Args:
        organisation: As the first page tells it.
        zone: Xero's name of its time zone; None before it was read.
        tables: As `told` tells them, each with its calls: of the last 24 hours, of the last sync, and planned.
        calls: All of them together, and how many of the day are left; `planned_known` is False where the plan is the
            least.
        rejected: Records that could not be read, the oldest first: collection, error and since when.
        runs: The last of this organisation, each with its steps.
        read_at: The moment the tables are of; `in_use` says why some may have changed since, and is else empty.
    """

    organisation: Mapping[str, Any]
    scheduler: Mapping[str, Any]
    zone: str | None
    tables: Sequence[Mapping[str, Any]]
    calls: Mapping[str, Any]
    rejected: Sequence[Mapping[str, Any]]
    runs: Sequence[Mapping[str, Any]]
    read_at: datetime
    in_use: str


@dataclass(frozen=True, slots=True)
class _Read:
    """What the warehouse knows, read once until it changes."""

    zone: str | None
    tables: Sequence[SyncedTable]
    rejected: Sequence[Mapping[str, Any]]
    plan: Plan


def sync_overview(context: AppContext, tenant_id: str) -> SyncOverview:
    """Look.

    Raises:
        WarehouseBusy: The warehouse is in use, and nothing was read before.
    """
    now = clock.now()
    one = context.status.one(tenant_id)
    runs: list[dict[str, Any]] = [
        {**run, "steps": [asdict(step) for step in context.status.steps(run)]}
        for run in context.status.runs(RUNS_SHOWN, tenant_id)
    ]
    last = next(((run["run_id"], run["start"]) for run in runs if run["job"] == SYNC and run["start"]), None)
    # What is due changes with the hour, too.
    seen = context.books.see(
        ("synced", tenant_id, now.strftime("%Y-%m-%d %H")), lambda warehouse: _read(context, warehouse, tenant_id)
    )
    made = context.books.read(lambda found: calls_made(found, context.services.call_outbox, tenant_id, now, last))
    planned = {item.asset: item for item in seen.value.plan.items}
    tables = [
        {**row, "calls": _calls(made.value.get(row["table"], CallsMade()), planned.get(row["table"]))}
        for row in told(seen.value.tables, one, now)
    ]
    return SyncOverview(
        organisation=one,
        scheduler=context.status.scheduler(context.dagster.look()),
        zone=seen.value.zone,
        tables=tables,
        calls={
            "today": one["calls_today"],
            "left_today": one["calls_left_today"],
            "last_sync": sum(calls.in_run for calls in made.value.values()) if last else None,
            "planned": seen.value.plan.calls,
            "planned_known": seen.value.plan.known,
        },
        rejected=seen.value.rejected,
        runs=runs,
        read_at=seen.at,
        in_use=seen.in_use,
    )


def _read(context: AppContext, warehouse: Warehouse, tenant_id: str) -> _Read:
    services = context.services
    planner = Planner(warehouse, services.quota, tenant_id, services.settings, costs=False)
    with warehouse.reading() as connection:
        tables = read_synced_tables(
            connection,
            tenant_id,
            services.collections,
            services.reports,
            file_bytes=services.settings.attachment_bytes,
        )
        rejected = quarantined_records(connection, tenant_id=tenant_id)
    return _Read(
        zones_of(warehouse).get(tenant_id), tables, rejected, planner.sync(services.collections, services.reports)
    )


def _calls(made: CallsMade, planned: Any) -> Mapping[str, Any]:
    return {"today": made.today, "last_sync": made.in_run, "planned": planned.calls if planned else 0}
