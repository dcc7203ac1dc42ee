"""Turns the daily sync on and off, by Dagster's own command; `health.dagster` tells which it is."""

from __future__ import annotations

import subprocess
import sys

from xero_pipeline.errors import XeroPipelineError


def turn(*, on: bool) -> None:
    """Turn the daily sync, and reading a little again, on or off by Dagster's own command; it takes some seconds.

    Raises:
        XeroPipelineError: Dagster could not.
    """
    from xero_pipeline.defs.automation.schedules import DAILY, REREADING
    from xero_pipeline.operations.dagster_home import project_file

    verb = "start" if on else "stop"
    workspace = ["--workspace", str(project_file("workspace.yaml"))]
    for name in (DAILY, REREADING):
        done = subprocess.run(  # noqa: S603 - our own words only
            [sys.executable, "-m", "dagster", "schedule", verb, name, *workspace],
            capture_output=True,
            text=True,
            check=False,
        )
        # "You have attempted to start the schedule …, but it is already running" is what was wanted.
        if done.returncode and "already" not in done.stderr:
            raise XeroPipelineError(f"Dagster could not {verb} the schedule: {done.stderr.strip().splitlines()[-1]}")
