"""Dagster: its home, whether the daily sync is on, and whether anybody is there to start it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from xero_pipeline import clock
from xero_pipeline.operations.health.finding import Finding

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    import dagster as dg

ALIVE_SECONDS = 120
"""A daemon shows itself every half minute."""


def check_dagster(opened: Callable[[], AbstractContextManager[dg.DagsterInstance]]) -> Iterator[Finding]:
    """Open Dagster's history and look.

    Raises:
        ConfigurationError: Its database does not let us in.
    """
    with opened() as instance:
        home = os.environ.get("DAGSTER_HOME", instance.root_directory)
        yield Finding("Dagster home", "ok", f"{home}, {instance.get_runs_count():,} runs")
        yield _schedule(is_on(instance), _last_seen(instance))


def is_on(instance: dg.DagsterInstance) -> bool:
    """Whether the daily sync is on: it is from the start, until somebody turns it off.

    `dagster schedule list` looks the switch up by how it was started, and misses one that the UI has turned.
    """
    from xero_pipeline.defs.automation.schedules import DAILY

    return not any(
        state.instigator_name == DAILY and state.status.value == "STOPPED" for state in instance.all_instigator_state()
    )


def _last_seen(instance: dg.DagsterInstance) -> datetime | None:
    beats = [beat.timestamp for beat in instance.get_daemon_heartbeats().values()]
    return datetime.fromtimestamp(max(beats), UTC) if beats else None


def _schedule(on: bool, seen: datetime | None) -> Finding:
    if not on:
        return Finding("schedule", "ok", "the daily sync is off; `xero-pipeline schedule on` turns it on")
    if seen is not None and (clock.now() - seen).total_seconds() < ALIVE_SECONDS:
        return Finding("schedule", "ok", "the daily sync is on, and a Dagster daemon runs")
    last = f"was last there at {seen:%Y-%m-%d %H:%M} UTC" if seen else "was never there"
    return Finding(
        "schedule",
        "warning",
        f"the daily sync is on, but a Dagster daemon {last}: no scheduled sync runs",
        "Leave `make run` running, run `dagster-daemon` as a service, or run `xero-pipeline sync` yourself.",
    )
