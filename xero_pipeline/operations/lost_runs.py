"""Runs of this command line whose process was killed: Dagster cannot see that, so we tell it."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import dagster as dg

PROCESS = ".dagster/xero_process"
"""Run tag, which Dagster's UI does not show: host, process id and start of the process that carries the run."""


def this_process() -> str:
    """What names this process for as long as it lives, and no other."""
    return f"{socket.gethostname()}:{os.getpid()}:{_started(os.getpid())}"


def bury_lost_runs(instance: dg.DagsterInstance) -> None:
    """Mark as failed what a killed command line of this machine left unfinished.

    Args:
        instance: Dagster's history.
    """
    import dagster as dg

    unfinished = [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.NOT_STARTED]
    for run in instance.get_runs(dg.RunsFilter(statuses=unfinished)):
        owner = run.tags.get(PROCESS)
        if owner and owner.startswith(f"{socket.gethostname()}:") and not _alive(owner):
            instance.report_run_failed(
                run, "The process of this run was killed. The next sync goes on where it stopped."
            )


def _alive(owner: str) -> bool:
    _, pid, started = owner.rsplit(":", 2)
    return _started(int(pid)) == started


def _started(pid: int) -> str:
    """When a process began, in the kernel's ticks: process ids are used again. Empty when it is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return _without_proc(pid)
    state, *rest = stat.rpartition(")")[2].split()
    # A process that is dead but not yet fetched by its parent works no more.
    return "" if state == "Z" else rest[18]


def _without_proc(pid: int) -> str:
    """The same where there is no /proc (macOS): whether the process is there at all."""
    if Path("/proc/self").exists():
        return ""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return ""
    return "alive"
