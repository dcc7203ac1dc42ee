"""The sensor that asks again for what did not fit into a run's calls or into the day, and for what was put aside."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import dagster as dg

from xero_pipeline.defs.assets.call_context import MAX_CALLS
from xero_pipeline.defs.automation.jobs import PULL, SYNC
from xero_pipeline.defs.automation.report_runs import next_turn, report_runs
from xero_pipeline.defs.automation.work_sensor import RUNS_PER_TICK, Tick, work_sensor
from xero_pipeline.defs.run_tags import organisation_tags
from xero_pipeline.state.deferred_work import DeferredTask
from xero_pipeline.warehouse.schema.catalogue import table_group

if TYPE_CHECKING:
    from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition as Job

    from xero_pipeline.defs.naming import Naming
    from xero_pipeline.sync.work_planner import WorkPlanner

UNFINISHED = "unfinished"


def unfinished(naming: Naming, jobs: Sequence[Job], assets: Iterable[dg.AssetsDefinition]) -> dg.SensorDefinition:
    """Sees in the state database what waits for calls or is put aside, and when it goes on; never calls Xero.

    Args:
        naming: What it, its jobs and the tables are called.
        jobs: The jobs it may ask for.
        assets: What they bring up to date; what else was noted, such as a table that is no more, is left alone.
    """
    ours = {asset.op.name for asset in assets}

    def ask(tick: Tick) -> dg.SensorResult:
        planner = tick.planner
        left = [one for one in planner.left() if _op(naming, one) in ours]
        due: dict[str, list[DeferredTask]] = {}
        for one in left:
            if one.resume_at <= planner.now:
                due.setdefault(one.tenant_id, []).append(one)
        turn, cursor = next_turn(due, tick.cursor, at_most=RUNS_PER_TICK)
        return dg.SensorResult(
            run_requests=[_request(naming, due[tenant_id], planner) for tenant_id in turn],
            skip_reason=None if due else _skip_reason(left),
            cursor=cursor,
        )

    return work_sensor(
        ask,
        naming,
        name=UNFINISHED,
        jobs=jobs,
        description="Asks again for exactly the tables and months that did not fit into the calls of a run "
        "(XERO_CALLS_PER_RUN, xero/max_calls) or into the organisation's day, as soon as they may go on; and for what "
        "was put aside because it cannot be read: after an hour, then less and less often, once a day in the end.",
    )


def _op(naming: Naming, one: DeferredTask) -> str:
    return naming.named(f"{'pull' if one.months else 'sync'}_{one.asset}")


def _skip_reason(left: Sequence[DeferredTask]) -> str:
    if not left:
        return "Nothing waits for calls, or its organisation is being synced."
    first, aside = left[0], sum(one.is_aside for one in left)
    waits = [f"{len(left) - aside} tables wait for calls"] if len(left) > aside else []
    waits += [f"{aside} tables are put aside"] if aside else []
    return f"{', '.join(waits)}; {first.asset} goes on first: at {first.resume_at:%Y-%m-%d %H:%M} UTC."


def _request(naming: Naming, due: Sequence[DeferredTask], planner: WorkPlanner) -> dg.RunRequest:
    """The next run of an organisation: one at a time, its documents before the reports made of them.

    What has spent budgets in vain waits for the rest, lest it spend each new one before them.
    """
    patience = min(one.in_vain for one in due)
    turn = [one for one in due if one.in_vain == patience]
    documents, reports = [one for one in turn if not one.months], [one for one in turn if one.months]
    return _sync(naming, documents, planner) or _pull(naming, reports, planner)


def _sync(naming: Naming, turn: Sequence[DeferredTask], planner: WorkPlanner) -> dg.RunRequest | None:
    if not turn:
        return None
    return dg.RunRequest(
        job_name=naming.named(SYNC),
        run_key=_key(turn, "documents", planner.now),
        partition_key=turn[0].tenant_id,
        asset_selection=[naming.key(table.name) for one in turn for table in table_group(one.asset)],
        run_config={"ops": {_op(naming, one): {"config": json.loads(one.config)} for one in turn}},
        tags={**organisation_tags([turn[0].tenant_id], planner.names), **_bound(turn)},
    )


def _pull(naming: Naming, turn: Sequence[DeferredTask], planner: WorkPlanner) -> dg.RunRequest:
    pull = report_runs(planner.known, {turn[0].tenant_id: {one.asset: one.months for one in turn}})[0]
    return dg.RunRequest(
        job_name=naming.named(PULL),
        run_key=_key(turn, pull.name, planner.now),
        asset_selection=[naming.key(report) for report in pull.reports],
        tags={**pull.tags(planner.names), **_bound(turn)},
    )


def _bound(turn: Iterable[DeferredTask]) -> dict[str, str]:
    """The bound that the run had which this one goes on for; the setting holds without a word."""
    bounds = [one.max_calls for one in turn if one.max_calls is not None]
    return {MAX_CALLS: str(min(bounds))} if bounds else {}


def _key(turn: Sequence[DeferredTask], what: str, now: datetime) -> str:
    # With the hour in its key, a run that failed for another reason is asked for again, but not every minute.
    return f"{UNFINISHED}:{turn[0].tenant_id}:{turn[0].in_vain}:{what}:{now:%Y-%m-%dT%H}"
