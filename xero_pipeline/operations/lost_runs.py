"""Runs whose process is gone: Dagster cannot see that of a command line's, or when its code server went too."""

from __future__ import annotations

import hashlib
import json
import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import dagster as dg

PROCESS = ".dagster/xero_process"
"""Run tag, which Dagster's UI does not show: host, process id and start of the process that carries the run."""


def this_process() -> str:
    """What names this process for as long as it lives, and no other."""
    return f"{socket.gethostname()}:{os.getpid()}:{_started(os.getpid())}"


_CODE_SERVER = ".dagster/grpc_info"
"""Run tag of Dagster's: the code server that carries the run."""

_KILLED = "The process of this run was killed. The next sync goes on where it stopped."
_STOPPED = "Stopped together with Dagster. The next sync goes on where it stopped."


def fail_lost_runs(instance: dg.DagsterInstance) -> None:
    """Mark as failed what a killed command line, or a code server that was stopped, left unfinished on this machine."""
    import dagster as dg

    status = dg.DagsterRunStatus
    unfinished = [status.STARTED, status.STARTING, status.NOT_STARTED, status.CANCELING]
    for run in instance.get_runs(dg.RunsFilter(statuses=unfinished)):
        owner = run.tags.get(PROCESS)
        if owner and owner.startswith(f"{socket.gethostname()}:") and not _alive(owner):
            instance.report_run_failed(run, _KILLED)
        elif not owner and _has_no_code_server(run.tags):
            instance.report_run_failed(run, _STOPPED)


def socket_folder_prefix() -> str:
    """How the folders begin in which code servers of `run` on this machine have their sockets."""
    return f"xero-{hashlib.sha256(socket.gethostname().encode()).hexdigest()[:8]}-"


def _has_no_code_server(tags: Mapping[str, str]) -> bool:
    """Whether a code server of `run` carried the run, on this machine, and is not there any more."""
    try:
        address = Path(json.loads(tags.get(_CODE_SERVER, "{}")).get("socket") or "")
    except ValueError:
        return False
    if not address.parent.name.startswith(socket_folder_prefix()):
        # Of others, which may be on another machine, nobody knows from here.
        return False
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(address))
        except (FileNotFoundError, ConnectionRefusedError):
            return True
        except OSError:
            return False
    return False


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
