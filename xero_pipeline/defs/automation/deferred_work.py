"""The sensor that asks again for what did not fit into a run's calls or into the day, and for what was put aside."""

# No `from __future__ import annotations` here: Dagster reads the annotations of asset functions as they are.

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import dagster as dg

from xero_pipeline import clock
from xero_pipeline.defs.assets.call_context import MAX_CALLS
from xero_pipeline.defs.automation.jobs import PULL, SYNC
from xero_pipeline.defs.automation.report_runs import organisations_in_flight, report_runs
from xero_pipeline.defs.partitions import ORGANISATIONS
from xero_pipeline.defs.resources import TokenStoreResource
from xero_pipeline.defs.run_tags import organisation_tags
from xero_pipeline.state.deferred_work import DeferredTask
from xero_pipeline.warehouse.schema.catalogue import table_group

if TYPE_CHECKING:
    from xero_pipeline.defs.naming import Naming

UNFINISHED = "unfinished"

RUNS_PER_TICK = 20
"""As for the months: the next tick goes on where this one stopped."""


def unfinished(naming: "Naming", jobs: Sequence, assets: Iterable[dg.AssetsDefinition]) -> dg.SensorDefinition:
    """Sees in the state database what waits for calls or is put aside, and when it goes on; never calls Xero.

    Args:
        naming: What it, its jobs and the tables are called.
        jobs: The jobs it may ask for.
        assets: What they bring up to date; what else was noted, such as a table that is no more, is left alone.
    """
    ours = {asset.op.name for asset in assets}

    @dg.sensor(
        name=naming.named(UNFINISHED),
        jobs=jobs,
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Asks again for exactly the tables and months that did not fit into the calls of a run "
        "(XERO_CALLS_PER_RUN, xero/max_calls) or into the organisation's day, as soon as they may go on; and for what "
        "was put aside because it cannot be read: after an hour, then less and less often, once a day in the end.",
    )
    def left(context: dg.SensorEvaluationContext, xero_token_store: TokenStoreResource) -> dg.SensorResult:
        if begun := xero_token_store.first_sync():
            return dg.SensorResult(skip_reason=begun, cursor=context.cursor)
        now = clock.now()
        known = context.instance.get_dynamic_partitions(ORGANISATIONS)
        # Whoever has to connect again is not asked about: the daily sync says so once a day, that is enough.
        names = {o.tenant_id: o.name for o in xero_token_store.connected() if o.status == "connected"}
        ready = set(names) & set(known)
        ready -= organisations_in_flight(context.instance, known, now)
        noted = xero_token_store.services.deferred_work.list()
        left = [one for one in noted if one.tenant_id in ready and _op(naming, one) in ours]
        due = [one for one in left if one.resume_at <= now]
        tenants = list(dict.fromkeys(one.tenant_id for one in due))
        requests = [
            _request(naming, [one for one in due if one.tenant_id == tenant_id], known, now, names)
            for tenant_id in tenants
        ]
        return dg.SensorResult(run_requests=requests[:RUNS_PER_TICK], skip_reason=None if due else _skip_reason(left))

    return left


def _op(naming: "Naming", one: DeferredTask) -> str:
    return naming.named(f"{'pull' if one.months else 'sync'}_{one.asset}")


def _skip_reason(left: Sequence[DeferredTask]) -> str:
    if not left:
        return "Nothing waits for calls, or its organisation is being synced."
    first, aside = left[0], sum(one.is_aside for one in left)
    waits = [f"{len(left) - aside} tables wait for calls"] if len(left) > aside else []
    waits += [f"{aside} tables are put aside"] if aside else []
    return f"{', '.join(waits)}; {first.asset} goes on first: at {first.resume_at:%Y-%m-%d %H:%M} UTC."


def _request(
    naming: "Naming", due: Sequence[DeferredTask], order: Sequence[str], now: datetime, names: Mapping[str, str]
) -> dg.RunRequest:
    """The next run of an organisation: one at a time, its documents before the reports made of them.

    What has spent budgets in vain waits for the rest, lest it spend each new one before them.
    """
    patience = min(one.in_vain for one in due)
    turn = [one for one in due if one.in_vain == patience]
    documents, reports = [one for one in turn if not one.months], [one for one in turn if one.months]
    return _sync(naming, documents, now, names) or _pull(naming, reports, order, now, names)


def _sync(
    naming: "Naming", turn: Sequence[DeferredTask], now: datetime, names: Mapping[str, str]
) -> dg.RunRequest | None:
    if not turn:
        return None
    return dg.RunRequest(
        job_name=naming.named(SYNC),
        run_key=_key(turn, "documents", now),
        partition_key=turn[0].tenant_id,
        asset_selection=[naming.key(table.name) for one in turn for table in table_group(one.asset)],
        run_config={"ops": {_op(naming, one): {"config": json.loads(one.config)} for one in turn}},
        tags={**organisation_tags([turn[0].tenant_id], names), **_bound(turn)},
    )


def _pull(
    naming: "Naming", turn: Sequence[DeferredTask], order: Sequence[str], now: datetime, names: Mapping[str, str]
) -> dg.RunRequest:
    pull = report_runs(order, {turn[0].tenant_id: {one.asset: one.months for one in turn}})[0]
    return dg.RunRequest(
        job_name=naming.named(PULL),
        run_key=_key(turn, pull.name, now),
        asset_selection=[naming.key(report) for report in pull.reports],
        tags={**pull.tags(names), **_bound(turn)},
    )


def _bound(turn: Iterable[DeferredTask]) -> dict[str, str]:
    """The bound that the run had which this one goes on for; the setting holds without a word."""
    bounds = [one.max_calls for one in turn if one.max_calls is not None]
    return {MAX_CALLS: str(min(bounds))} if bounds else {}


def _key(turn: Sequence[DeferredTask], what: str, now: datetime) -> str:
    # With the hour in its key, a run that failed for another reason is asked for again, but not every minute.
    return f"{UNFINISHED}:{turn[0].tenant_id}:{turn[0].in_vain}:{what}:{now:%Y-%m-%dT%H}"
