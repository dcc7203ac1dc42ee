"""The sensor that has lists read of which Xero's webhooks told, and the ledger kept afterwards, in the same run."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import dagster as dg

from xero_pipeline.defs.automation.jobs import EVENTS
from xero_pipeline.defs.automation.work_sensor import Tick, work_sensor
from xero_pipeline.defs.partitions import range_tags
from xero_pipeline.defs.run_tags import organisation_tags
from xero_pipeline.state.webhook_inbox import WebhookInbox
from xero_pipeline.sync.events.event_pace import is_due
from xero_pipeline.warehouse.schema.catalogue import table_group

if TYPE_CHECKING:
    from datetime import datetime

    from xero_pipeline.defs.naming import Naming
    from xero_pipeline.defs.selection import AssetSelectionConfig
    from xero_pipeline.state.webhook_records import WaitingList
    from xero_pipeline.sync.work_planner import WorkPlanner

EVENTS_TO_READ = "events_to_read"

SECONDS = 10
"""How often it looks: what changed is to be in the ledger within a minute."""

AGAIN = timedelta(minutes=10)
"""When what could not be read is asked for again, if nothing new is told."""


def events_to_read(
    naming: Naming, choice: AssetSelectionConfig, ledger: Sequence[dg.AssetsDefinition]
) -> dg.SensorDefinition:
    """Sees in the state database which lists events wait for.

    Args:
        choice: Which lists there are.
        ledger: The assets that follow in the same run.
    """
    tables = {endpoint.table for endpoint in choice.collections}
    followed = [key for asset in ledger if asset.op.name == naming.named("post_ledger") for key in asset.keys]

    def ask(tick: Tick) -> dg.SensorResult:
        planner, services = tick.planner, tick.services
        waiting = [one for one in WebhookInbox(services.state).waiting() if one.asset in tables]
        ready = _ready(waiting, planner)
        left = services.quota.snapshots({one.tenant_id for one in ready})
        per_day = services.settings.calls_per_day
        due = [one for one in ready if is_due(one, left[one.tenant_id].day_remaining, per_day, planner.now)]
        runs, cursor = tick.next_runs({one.tenant_id for one in due})
        return dg.SensorResult(
            run_requests=[_request(naming, run, due, planner, followed) for run in runs],
            skip_reason=None if runs else _skip_reason(waiting),
            cursor=cursor,
        )

    return work_sensor(
        ask,
        naming,
        name=EVENTS_TO_READ,
        job_name=naming.named(EVENTS),
        seconds=SECONDS,
        description="Reads the lists that Xero's webhooks told of, and keeps the ledger, within the organisation's "
        "calls of the day: at once while more than half of them are left, then every ten minutes, and of the last "
        "fifth none, which is the daily sync's.",
    )


def _ready(waiting: Sequence[WaitingList], planner: WorkPlanner) -> list[WaitingList]:
    """What may be asked for: nothing that waits for calls, or was put aside, before its time."""
    whose = planner.callable()
    later = {(one.tenant_id, one.asset) for one in planner.noted if one.resume_at > planner.now}
    return [one for one in waiting if one.tenant_id in whose and (one.tenant_id, one.asset) not in later]


def _skip_reason(waiting: Sequence[WaitingList]) -> str:
    if not waiting:
        return "Nothing was told that has not been read."
    events = sum(one.events for one in waiting)
    return f"{events} events wait: for calls, or because their organisations are being synced."


def _request(
    naming: Naming,
    tenants: Sequence[str],
    due: Sequence[WaitingList],
    planner: WorkPlanner,
    followed: Collection[dg.AssetKey],
) -> dg.RunRequest:
    mine = [one for one in due if one.tenant_id in tenants]
    lists = sorted({one.asset for one in mine})
    newest = max(one.newest for one in mine)
    config: Mapping[str, Any] = {naming.named(f"sync_{name}"): {"config": {"events": True}} for name in lists}
    alone = len(tenants) == 1
    return dg.RunRequest(
        run_key=f"{EVENTS_TO_READ}:{tenants[0]}:{len(tenants)}:{newest:%Y-%m-%dT%H:%M:%S.%f}:{_bucket(planner.now)}",
        partition_key=tenants[0] if alone else None,
        asset_selection=[*(naming.key(table.name) for name in lists for table in table_group(name)), *followed],
        run_config={"ops": config},
        tags={**organisation_tags(tenants, planner.names), **({} if alone else range_tags(tenants))},
    )


def _bucket(now: datetime) -> str:
    """The part of the day it is."""
    return f"{now.timestamp() // AGAIN.total_seconds():.0f}"
