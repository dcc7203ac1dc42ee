"""`schedule on|off|status`: the daily sync, as Dagster keeps it."""

from __future__ import annotations

import subprocess
import sys
from enum import StrEnum
from typing import Annotated

import typer

from xero_pipeline.errors import XeroPipelineError
from xero_pipeline.settings import Settings


class Switch(StrEnum):
    """What to do with the schedule."""

    on = "on"
    off = "off"
    status = "status"


def schedule(
    switch: Annotated[Switch, typer.Argument(help="Turn the daily sync on or off, or say which it is.")],
) -> None:
    """The daily sync at 05:00 UTC, carried by Dagster while `make run` (or its daemon) is up.

    Reading a little again (XERO_REREAD_CALLS) at 02:00 goes on and off with it.
    """
    from xero_pipeline.cli.display import say, screen
    from xero_pipeline.cli.instance import open_instance
    from xero_pipeline.cli.project import require_our_own
    from xero_pipeline.defs.schedules import DAILY, REREADING
    from xero_pipeline.health.dagster import is_on

    settings = Settings.load()
    require_our_own(settings, "Its schedules are turned on and off in its Dagster UI, under Automation.")
    with open_instance(settings) as instance:
        if switch is Switch.status:
            screen().print("on" if is_on(instance) else "off")
            return
        for name in (DAILY, REREADING):
            _dagster("start" if switch is Switch.on else "stop", name)
    say(f"The daily sync is {switch.value}.")


def _dagster(verb: str, *names: str) -> str:
    """Dagster's own command: it finds the schedule in our definitions and keeps the switch in its storage."""
    from xero_pipeline.cli.instance import project_file

    workspace = ["--workspace", str(project_file("workspace.yaml"))]
    done = subprocess.run(  # noqa: S603 - our own words only
        [sys.executable, "-m", "dagster", "schedule", verb, *names, *workspace],
        capture_output=True,
        text=True,
        check=False,
    )
    # "You have attempted to start the schedule …, but it is already running" is what was wanted.
    if done.returncode and "already" not in done.stderr:
        raise XeroPipelineError(f"Dagster could not {verb} the schedule: {done.stderr.strip().splitlines()[-1]}")
    return done.stdout
