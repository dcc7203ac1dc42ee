"""CPU-seconds of processes, as /proc counts them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
Processes = Mapping[int, tuple[int, float]]
"""By process its parent, and its CPU-seconds with those of its children that have ended."""


def processes() -> Processes:
    """All that run now."""
    found: dict[int, tuple[int, float]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            # Behind the name, which may hold anything: state, parent, …, utime, stime, and of ended children.
            fields = stat.read_text().rpartition(")")[2].split()
            found[int(stat.parent.name)] = (int(fields[1]), sum(map(int, fields[11:15])) / _TICKS)
    return found


def spent_by(pid: int, running: Processes) -> float:
    """CPU-seconds that a process and all below it have spent until now."""
    mine = running.get(pid, (0, 0.0))[1]
    return mine + sum(spent_by(child, running) for child, (parent, _) in running.items() if parent == pid)


def spent_by_postgresql(data: Path, running: Processes) -> float:
    """CPU-seconds that a server of PostgreSQL has spent until now.

    Args:
        data: Its data directory.
    """
    return spent_by(int((data / "postmaster.pid").read_text().split()[0]), running)
