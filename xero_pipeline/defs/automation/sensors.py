"""Two sensors: new organisations get their first load, months that are missing or stale get their reports."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import dagster as dg

from xero_pipeline.defs.automation.jobs import PULL, SYNC
from xero_pipeline.defs.automation.report_runs import ReportRun, from_cursor, next_turn, report_runs
from xero_pipeline.defs.automation.work_sensor import RUNS_PER_TICK, Tick, work_sensor
from xero_pipeline.defs.partitions import organisation_partitions
from xero_pipeline.defs.run_tags import organisation_tags
from xero_pipeline.sync.events.event_pace import sync_reserve
from xero_pipeline.sync.work_planner import affordable

if TYPE_CHECKING:
    from xero_pipeline.defs.naming import Naming
    from xero_pipeline.defs.selection import AssetSelectionConfig

NEW_ORGANISATIONS = "new_organisations"
MONTHS_TO_PULL = "months_to_pull"

HOURS_BEFORE_AGAIN = 4
"""A first load that failed is asked for again in the next such part of the day: some causes cure themselves."""

FIRST_LOADS_PER_TICK = 100
"""Each is a run of its own; the next tick asks for those that follow."""

ORGANISATIONS_PER_TICK = 300
"""Of how many organisations a tick looks up what is left of the day."""


def new_organisations(naming: Naming, choice: AssetSelectionConfig) -> dg.SensorDefinition:
    """Sees organisations that were connected and have no partition yet.

    Args:
        choice: Which collections the first load brings; without any there is none.
    """

    def ask(tick: Tick) -> dg.SensorResult:
        planner = tick.planner
        now, names = planner.now, planner.names
        if new := planner.new()[:FIRST_LOADS_PER_TICK]:
            return dg.SensorResult(
                dynamic_partitions_requests=[organisation_partitions(naming.organisations).build_add_request(new)],
                run_requests=[_first_load(one, "first-load", names) for one in new if choice.collections],
            )
        waiting = planner.first_loads(tick.warehouse, choice.awaited) if choice.collections else []
        again = f"first-load-again:{now:%Y-%m-%d}:{now.hour // HOURS_BEFORE_AGAIN}"
        asked, cursor = next_turn(waiting, tick.cursor, at_most=FIRST_LOADS_PER_TICK)
        return dg.SensorResult(
            run_requests=[_first_load(tenant_id, again, names) for tenant_id in asked],
            cursor=cursor,
            skip_reason=None if waiting else "Every connected organisation has its partition and its first load.",
        )

    return work_sensor(
        ask,
        naming,
        name=NEW_ORGANISATIONS,
        job_name=naming.named(SYNC) if choice.collections else None,
        description="Gives every newly connected organisation its partition and its first load; asks again some hours "
        "later if that did not get through.",
    )


def _first_load(tenant_id: str, why: str, names: Mapping[str, str]) -> dg.RunRequest:
    return dg.RunRequest(
        run_key=f"{why}:{tenant_id}", partition_key=tenant_id, tags=organisation_tags([tenant_id], names)
    )


def months_to_pull(naming: Naming, choice: AssetSelectionConfig) -> dg.SensorDefinition:
    """Sees from the warehouse which months of which reports are missing or stale.

    Args:
        naming: What it, its job and the reports are called.
        choice: Which reports are pulled by themselves.
    """

    def ask(tick: Tick) -> dg.SensorResult:
        planner, services = tick.planner, tick.services
        months = planner.months_due(tick.warehouse, choice.automatic, choice.awaited, services.settings.start_date)
        turn = from_cursor(sorted(months), tick.cursor)
        chosen = turn[:ORGANISATIONS_PER_TICK]
        # Events make months stale all day long.
        reserve = sync_reserve(services.settings.calls_per_day) if services.settings.webhook_keys else 0
        pulls = report_runs(planner.known, affordable(services.quota, chosen, months, reserve=reserve))
        asked, left = pulls[:RUNS_PER_TICK], pulls[RUNS_PER_TICK:]
        following = [*(t for t in chosen if any(t in pull.tenants for pull in left)), *turn[len(chosen) :]]
        return dg.SensorResult(
            run_requests=[_request(pull, planner.now, naming, planner.names) for pull in asked],
            skip_reason=None if asked else "No month is missing or stale, or its organisation is being synced.",
            cursor=following[0] if following else tick.cursor,
        )

    return work_sensor(
        ask,
        naming,
        name=MONTHS_TO_PULL,
        job_name=naming.named(PULL),
        description="Asks for the reports of months that were never pulled, or whose documents changed since, as far "
        "as the day's calls reach. The newest months come first; the rest waits for tomorrow.",
    )


def _request(pull: ReportRun, now: datetime, naming: Naming, names: Mapping[str, str]) -> dg.RunRequest:
    # With the hour in its key, a pull that failed is asked for again, but not every minute.
    return dg.RunRequest(
        run_key=f"{pull.name}:{now:%Y-%m-%dT%H}",
        tags=pull.tags(names),
        asset_selection=[naming.key(report) for report in pull.reports],
    )
