"""Dagster: its home, whether the daily sync is on, and whether anybody is there to start it."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from xero_pipeline import clock
from xero_pipeline.calendar import months_between
from xero_pipeline.operations.health.result import HealthResult

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    import dagster as dg

    from xero_pipeline.settings import Settings
    from xero_pipeline.shard import Shard

MOST_PARTITIONS = 100_000
"""Keys of an asset, as Dagster advises."""

ALIVE_SECONDS = 120
"""A daemon shows itself every half minute."""


def check_dagster(
    settings: Settings, opened: Callable[[], AbstractContextManager[dg.DagsterInstance]], organisations: int
) -> Iterator[HealthResult]:
    """Open Dagster's history and look.

    Args:
        organisations: How many this code location has.

    Raises:
        ConfigurationError: Its database does not let us in.
    """
    with opened() as instance:
        home = os.environ.get("DAGSTER_HOME", instance.root_directory)
        yield HealthResult("Dagster home", "ok", f"{home}, {instance.get_runs_count():,} runs")
        yield _schedule(is_on(instance, (settings.shard,) if settings.shard else settings.shards), _last_seen(instance))
    yield from _partitions(settings, organisations)


def _partitions(settings: Settings, organisations: int) -> Iterator[HealthResult]:
    from xero_pipeline.sync.reports_due import earliest_month

    today = clock.today()
    months = len(months_between(earliest_month(settings.start_date, today), today))
    shards = settings.shard.count if settings.shard else 1
    if (cut := organisations * months) > MOST_PARTITIONS:
        enough = math.ceil(cut * shards / MOST_PARTITIONS)
        yield HealthResult(
            "partitions",
            "warning",
            f"a report has {cut:,} ({organisations:,} organisations, {months} months): Dagster grows slow",
            f"Share the organisations among {enough} code locations, XERO_SHARD=1/{enough} and so on, or set a later "
            "XERO_START_DATE.",
        )


def is_on(instance: dg.DagsterInstance, shards: Sequence[Shard] = ()) -> bool:
    """Whether the daily sync is on, in each code location: it is from the start, until somebody turns it off.

    `dagster schedule list` looks the switch up by how it was started, and misses one that the UI has turned.

    Args:
        shards: Which code locations, where there are several.
    """
    from xero_pipeline.defs.automation.schedules import DAILY

    names = {shard.named(DAILY) for shard in shards} or {DAILY}
    return not any(
        state.instigator_name in names and state.status.value == "STOPPED" for state in instance.all_instigator_state()
    )


def _last_seen(instance: dg.DagsterInstance) -> datetime | None:
    beats = [beat.timestamp for beat in instance.get_daemon_heartbeats().values()]
    return datetime.fromtimestamp(max(beats), UTC) if beats else None


def _schedule(on: bool, seen: datetime | None) -> HealthResult:
    if not on:
        return HealthResult("schedule", "ok", "the daily sync is off; `xero-pipeline schedule on` turns it on")
    if seen is not None and (clock.now() - seen).total_seconds() < ALIVE_SECONDS:
        return HealthResult("schedule", "ok", "the daily sync is on, and a Dagster daemon runs")
    last = f"was last there at {seen:%Y-%m-%d %H:%M} UTC" if seen else "was never there"
    return HealthResult(
        "schedule",
        "warning",
        f"the daily sync is on, but a Dagster daemon {last}: no scheduled sync runs",
        "Leave `make run` running, run `dagster-daemon` as a service, or run `xero-pipeline sync` yourself.",
    )
