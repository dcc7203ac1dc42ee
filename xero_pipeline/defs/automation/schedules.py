"""The daily sync, and some hours before it a little reading again."""

# No `from __future__ import annotations` here: Dagster reads the annotations of asset functions as they are.

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import dagster as dg

from xero_pipeline.defs.assets.collections import ORGANISATIONS_PER_RUN
from xero_pipeline.defs.automation.jobs import REREAD, SYNC, daily_config, reread_config
from xero_pipeline.defs.partitions import runs_of_neighbours
from xero_pipeline.defs.resources import TOKEN_STORE, token_store_of
from xero_pipeline.defs.run_tags import run_request

if TYPE_CHECKING:
    from xero_pipeline.defs.naming import Naming
    from xero_pipeline.defs.selection import AssetSelectionConfig

DAILY = "daily_sync"
REREADING = "rolling_reread"


def daily_sync(naming: "Naming", choice: "AssetSelectionConfig", *, events: bool = False) -> dg.ScheduleDefinition:
    """Every day at 05:00 UTC a sync of every connected organisation; the reports follow by sensor.

    Args:
        choice: Which lists there are.
        events: Whether Xero's webhooks are taken.
    """

    @dg.schedule(  # pyright: ignore[reportUnknownMemberType] - Dagster's own signature
        name=naming.named(DAILY),
        job_name=naming.named(SYNC),
        cron_schedule="0 5 * * *",
        execution_timezone="UTC",
        required_resource_keys={naming.resource(TOKEN_STORE)},
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Reads what changed in every connected organisation. Its reports follow: the sensor "
        "`months_to_pull` sees which months changed. Lists that seldom change are read once a week.",
    )
    def daily(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest]:
        yield from _requests(context, naming, DAILY, daily_config(naming, choice, events=events))

    return daily


def rolling_reread(naming: "Naming", choice: "AssetSelectionConfig") -> dg.ScheduleDefinition:
    """Every day at 02:00 UTC a part of every list read again, so that the daily sync and its reports follow.

    Args:
        choice: Which lists there are.
    """

    @dg.schedule(  # pyright: ignore[reportUnknownMemberType] - Dagster's own signature
        name=naming.named(REREADING),
        job_name=naming.named(REREAD),
        cron_schedule="0 2 * * *",
        execution_timezone="UTC",
        required_resource_keys={naming.resource(TOKEN_STORE)},
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Rolling refresh: reads some days of every list again, those read longest ago first, within "
        "XERO_REREAD_CALLS calls of each organisation: finds what Xero changed or deleted without telling.",
    )
    def rolling(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
        calls = token_store_of(context, naming).services.settings.reread_calls
        if not calls:
            yield dg.SkipReason("XERO_REREAD_CALLS is 0: nothing is read again.")
            return
        yield from _requests(context, naming, REREADING, reread_config(naming, choice, calls))

    return rolling


def _requests(
    context: dg.ScheduleEvaluationContext, naming: "Naming", name: str, config: Mapping[str, Any] | None = None
) -> Iterator[dg.RunRequest]:
    """A run per stretch of neighbouring organisations that are connected.

    Args:
        config: Of each run.
    """
    names = {organisation.tenant_id: organisation.name for organisation in token_store_of(context, naming).connected()}
    day = context.scheduled_execution_time.date().isoformat()
    known = context.instance.get_dynamic_partitions(naming.organisations)
    for stretch in runs_of_neighbours(known, names, at_most=ORGANISATIONS_PER_RUN):
        yield run_request(stretch, names, run_key=f"{name}:{day}:{stretch[0]}", config=config)
