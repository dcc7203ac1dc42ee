"""The daily sync, and some hours before it a little reading again."""

# No `from __future__ import annotations` here: Dagster reads the annotations of asset functions as they are.

from collections.abc import Iterator

import dagster as dg

from xero_pipeline.defs.entities import ORGANISATIONS_PER_RUN
from xero_pipeline.defs.jobs import REREAD, SYNC, reread_config
from xero_pipeline.defs.partitions import ORGANISATIONS, range_tags, runs_of_neighbours
from xero_pipeline.defs.resources import TokenStoreResource

DAILY = "daily_sync"
REREADING = "rolling_reread"


def daily_sync() -> dg.ScheduleDefinition:
    """Every day at 05:00 UTC a sync of every connected organisation; the reports follow by sensor."""

    @dg.schedule(
        name=DAILY,
        job_name=SYNC,
        cron_schedule="0 5 * * *",
        execution_timezone="UTC",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Reads what changed in every connected organisation. Its reports follow: the sensor "
        "`months_to_pull` sees which months changed.",
    )
    def daily(context: dg.ScheduleEvaluationContext, token_store: TokenStoreResource) -> Iterator[dg.RunRequest]:
        yield from _requests(context, token_store, DAILY)

    return daily


def rolling_reread() -> dg.ScheduleDefinition:
    """Every day at 02:00 UTC a part of every list read again, so that the daily sync and its reports follow."""

    @dg.schedule(
        name=REREADING,
        job_name=REREAD,
        cron_schedule="0 2 * * *",
        execution_timezone="UTC",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Reads some days of every list again, those read longest ago first, within XERO_REREAD_CALLS calls "
        "of each organisation: finds what Xero changed or deleted without telling.",
    )
    def rolling(
        context: dg.ScheduleEvaluationContext, token_store: TokenStoreResource
    ) -> Iterator[dg.RunRequest | dg.SkipReason]:
        calls = token_store.parts.settings.reread_calls
        if not calls:
            yield dg.SkipReason("XERO_REREAD_CALLS is 0: nothing is read again.")
            return
        for one in _requests(context, token_store, REREADING):
            yield one._replace(run_config=reread_config(calls))

    return rolling


def _requests(
    context: dg.ScheduleEvaluationContext, token_store: TokenStoreResource, name: str
) -> Iterator[dg.RunRequest]:
    """A run per stretch of neighbouring organisations that are connected."""
    connected = {organisation.tenant_id for organisation in token_store.connected()}
    day = context.scheduled_execution_time.date().isoformat()
    known = context.instance.get_dynamic_partitions(ORGANISATIONS)
    for stretch in runs_of_neighbours(known, connected, at_most=ORGANISATIONS_PER_RUN):
        yield request(stretch, run_key=f"{name}:{day}:{stretch[0]}")


def request(tenants: list[str], *, run_key: str) -> dg.RunRequest:
    """A run for neighbouring organisations.

    Args:
        tenants: Their tenant ids, neighbours in the order of the partitions.
        run_key: The same key never runs twice.
    """
    if len(tenants) == 1:
        return dg.RunRequest(run_key=run_key, partition_key=tenants[0], tags={"xero/organisation": tenants[0]})
    return dg.RunRequest(run_key=run_key, tags=range_tags(tenants))
