"""Turns the daily sync on and off, by Dagster's own command; `health.dagster` tells which it is."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from xero_pipeline.errors import XeroPipelineError
from xero_pipeline.operations.code_locations import code_locations, write_workspace

if TYPE_CHECKING:
    from xero_pipeline.settings import Settings


def turn(settings: Settings, *, on: bool) -> None:
    """Turn the daily sync and the rolling refresh on or off, in every code location. It takes seconds for each.

    Args:
        settings: Say which code locations there are.

    Raises:
        XeroPipelineError: Dagster could not; all others are turned nevertheless.
    """
    from xero_pipeline.defs.automation.schedules import DAILY, REREADING

    problems: list[str] = []
    with TemporaryDirectory(prefix="xero-pipeline-") as folder:
        for location in code_locations(settings):
            # A file of its own: Dagster loads every location of a file, also one whose code server does not answer.
            workspace = write_workspace(Path(folder) / f"{location.name}.yaml", [location])
            for name in (DAILY, REREADING):
                problems += _turn(location.named(name), workspace, "start" if on else "stop")
    if problems:
        raise XeroPipelineError("; ".join(problems))


def _turn(schedule: str, workspace: Path, verb: str) -> Sequence[str]:
    """What went wrong."""
    done = subprocess.run(  # noqa: S603 - our own words only
        [sys.executable, "-m", "dagster", "schedule", verb, schedule, "--workspace", str(workspace)],
        capture_output=True,
        text=True,
        check=False,
    )
    # "You have attempted to start the schedule …, but it is already running" is what was wanted.
    if not done.returncode or "already" in done.stderr:
        return ()
    why = _error_in(done.stderr) or f"exit code {done.returncode}"
    return [f"Dagster could not {verb} the schedule {schedule}: {why}"]


def _error_in(said: str) -> str | None:
    """The line that says what was wrong: of a location that does not load, a traceback follows it."""
    lines = said.strip().splitlines()
    told = [line.removeprefix("Error: ") for line in lines if line.startswith("Error: ")]
    return next(iter(told or lines[-1:]), None)
