"""Two sensors: new organisations get their first load, months that are missing or stale get their reports."""

# No `from __future__ import annotations` here: Dagster reads the annotations of asset functions as they are.

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

import dagster as dg

from xero_pipeline import clock
from xero_pipeline.container import Services
from xero_pipeline.defs.automation.jobs import PULL, SYNC
from xero_pipeline.defs.automation.report_runs import ReportRun, from_cursor, organisations_in_flight, report_runs
from xero_pipeline.defs.partitions import ORGANISATIONS
from xero_pipeline.defs.resources import TokenStoreResource, WarehouseResource
from xero_pipeline.defs.run_tags import organisation_tags
from xero_pipeline.errors import WarehouseBusy
from xero_pipeline.state.deferred_work import DeferredTask
from xero_pipeline.sync.backfill_calls import fit_to_budget
from xero_pipeline.sync.reports_due import all_months_due, first_load_complete
from xero_pipeline.xero.reports.catalogue import Report

if TYPE_CHECKING:
    from xero_pipeline.defs.naming import Naming
    from xero_pipeline.defs.selection import AssetSelectionConfig

NEW_ORGANISATIONS = "new_organisations"
MONTHS_TO_PULL = "months_to_pull"

RUNS_PER_TICK = 20
"""A tick has 60 seconds, and a queue of thousands helps nobody: the next tick goes on where this one stopped."""

HOURS_BEFORE_AGAIN = 4
"""A first load that failed is asked for again in the next such part of the day: some causes cure themselves."""

ORGANISATIONS_PER_TICK = 300
"""Of how many organisations a tick looks up what is left of the day."""


def new_organisations(naming: "Naming", choice: "AssetSelectionConfig") -> dg.SensorDefinition:
    """Sees organisations that were connected and have no partition yet; never calls Xero.

    Args:
        choice: Which collections the first load brings; without any there is none.
    """

    @dg.sensor(
        name=naming.named(NEW_ORGANISATIONS),
        job_name=naming.named(SYNC) if choice.collections else None,
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Gives every newly connected organisation its partition and its first load; asks again some hours "
        "later if that did not get through.",
    )
    def found(
        context: dg.SensorEvaluationContext, xero_token_store: TokenStoreResource, xero_warehouse: WarehouseResource
    ) -> dg.SensorResult:
        if begun := xero_token_store.first_sync():
            return dg.SensorResult(skip_reason=begun, cursor=context.cursor)
        now = clock.now()
        known = context.instance.get_dynamic_partitions(ORGANISATIONS)
        organisations = xero_token_store.connected()
        names = {o.tenant_id: o.name for o in organisations}
        has_partition = set(known)
        new = [o.tenant_id for o in organisations if o.tenant_id not in has_partition]
        if new:
            return dg.SensorResult(
                dynamic_partitions_requests=[dg.DynamicPartitionsDefinition(name=ORGANISATIONS).build_add_request(new)],
                run_requests=[_first_load(one, "first-load", names) for one in new if choice.collections],
            )
        waiting = {o.tenant_id for o in organisations if o.status == "connected" and choice.collections}
        waiting -= organisations_in_flight(context.instance, known, now)
        noted = xero_token_store.services.deferred_work.list()
        # The sensor `unfinished` asks for exactly what is left of it.
        waiting -= {one.tenant_id for one in noted if not one.is_aside}
        try:
            waiting -= _loaded(xero_warehouse, sorted(waiting), choice, noted)
        except WarehouseBusy as busy:
            return dg.SensorResult(skip_reason=in_use(busy))
        again = f"first-load-again:{now:%Y-%m-%d}:{now.hour // HOURS_BEFORE_AGAIN}"
        return dg.SensorResult(
            run_requests=[_first_load(tenant_id, again, names) for tenant_id in sorted(waiting)],
            skip_reason=None if waiting else "Every connected organisation has its partition and its first load.",
        )

    return found


def _first_load(tenant_id: str, why: str, names: Mapping[str, str]) -> dg.RunRequest:
    return dg.RunRequest(
        run_key=f"{why}:{tenant_id}", partition_key=tenant_id, tags=organisation_tags([tenant_id], names)
    )


def in_use(busy: WarehouseBusy) -> str:
    """Why a tick is skipped: it must be short, and somebody writes."""
    return f"The warehouse is in use, the next tick looks again: {busy.message}"


def months_to_pull(naming: "Naming", choice: "AssetSelectionConfig") -> dg.SensorDefinition:
    """Sees from the warehouse which months of which reports are missing or stale; never calls Xero.

    Args:
        naming: What it, its job and the reports are called.
        choice: Which reports are pulled by themselves.
    """

    @dg.sensor(
        name=naming.named(MONTHS_TO_PULL),
        job_name=naming.named(PULL),
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Asks for the reports of months that were never pulled, or whose documents changed since, as far "
        "as the day's calls reach. The newest months come first; the rest waits for tomorrow.",
    )
    def due(
        context: dg.SensorEvaluationContext, xero_token_store: TokenStoreResource, xero_warehouse: WarehouseResource
    ) -> dg.SensorResult:
        if begun := xero_token_store.first_sync():
            return dg.SensorResult(skip_reason=begun, cursor=context.cursor)
        now, services = clock.now(), xero_token_store.services
        known = context.instance.get_dynamic_partitions(ORGANISATIONS)
        # Whoever has to connect again is not asked about: the daily sync says so once a day, that is enough.
        names = {o.tenant_id: o.name for o in xero_token_store.connected() if o.status == "connected"}
        ready = set(names) & set(known)
        ready -= organisations_in_flight(context.instance, known, now)
        noted = services.deferred_work.list()
        # Reports that did not fit are asked for by the sensor `unfinished`, when they may go on.
        ready -= {one.tenant_id for one in noted if one.months and not one.is_aside}
        try:
            months = _due(services, xero_warehouse, choice, sorted(ready), now, noted)
        except WarehouseBusy as busy:
            return dg.SensorResult(skip_reason=in_use(busy), cursor=context.cursor)
        turn = from_cursor(sorted(months), context.cursor)
        chosen = turn[:ORGANISATIONS_PER_TICK]
        pulls = report_runs(known, _affordable(services, chosen, months))
        asked, left = pulls[:RUNS_PER_TICK], pulls[RUNS_PER_TICK:]
        following = [*(t for t in chosen if any(t in pull.tenants for pull in left)), *turn[len(chosen) :]]
        return dg.SensorResult(
            run_requests=[_request(pull, now, naming, names) for pull in asked],
            skip_reason=None if asked else "No month is missing or stale, or its organisation is being synced.",
            cursor=following[0] if following else context.cursor,
        )

    return due


Due = Mapping[str, Mapping[Report, Sequence[date]]]
"""By organisation and report the months that are due."""


def _due(
    services: Services,
    warehouse: WarehouseResource,
    choice: "AssetSelectionConfig",
    ready: Sequence[str],
    now: datetime,
    noted: Iterable[DeferredTask],
) -> Due:
    """What is due in these organisations; nothing before an organisation's first load is complete.

    Months that were put aside are not: the sensor `unfinished` asks for them again, at its pace.
    """
    noted = list(noted)
    tenants = sorted(_loaded(warehouse, ready, choice, noted))
    start = services.settings.start_date
    due = all_months_due(warehouse.glance(), tenants, choice.automatic, at=now, start_date=start)
    aside = {(one.tenant_id, one.asset): frozenset(one.months) for one in noted if one.is_aside}
    left = {
        tenant_id: {
            report: [month for month in months if month not in aside.get((tenant_id, report.name), ())]
            for report, months in wanted.items()
        }
        for tenant_id, wanted in due.items()
    }
    return {tenant_id: months for tenant_id, months in left.items() if any(months.values())}


def _loaded(
    warehouse: WarehouseResource, tenants: Sequence[str], choice: "AssetSelectionConfig", noted: Iterable[DeferredTask]
) -> set[str]:
    """Whose first load is complete; nobody waits for what was put aside."""
    if not tenants:
        return set()
    aside = {(one.tenant_id, one.asset) for one in noted if one.is_aside}
    store = warehouse.glance()
    return first_load_complete(store, tenants, choice.awaited, aside)


def _affordable(services: Services, tenants: Sequence[str], due: Due) -> Mapping[str, Mapping[str, Sequence[date]]]:
    """As much of it as each organisation's day still holds, by the names of the reports."""
    return {
        tenant_id: {
            report.name: months
            for report, months in fit_to_budget(
                due[tenant_id], services.quota.snapshot(tenant_id).day_remaining
            ).items()
        }
        for tenant_id in tenants
    }


def _request(pull: ReportRun, now: datetime, naming: "Naming", names: Mapping[str, str]) -> dg.RunRequest:
    # With the hour in its key, a pull that failed is asked for again, but not every minute.
    return dg.RunRequest(
        run_key=f"{pull.name}:{now:%Y-%m-%dT%H}",
        tags=pull.tags(names),
        asset_selection=[naming.key(report) for report in pull.reports],
    )
