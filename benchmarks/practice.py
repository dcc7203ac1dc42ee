"""What a first load and a quiet day take where many organisations are carried by the processes of deploy/compose.yaml.

`make bench ARGS="practice 200"`. PostgreSQL, Redis, the workers and a simulated Xero that keeps its limits share the
cores of this machine. One month of one report is pulled, so that a first load stays short; a day of it is a sync of
everything, put into the queue as the schedule does.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.cpu import processes, spent_by, spent_by_postgresql
from benchmarks.page import row
from xero_pipeline_tests import clock
from xero_pipeline_tests.deploy.practice import Practice, eventually, practice
from xero_pipeline_tests.deploy.progress import failures, loaded, quiet, read_since, sync_all
from xero_simulator.limits import SimLimits

PATIENCE = 7_200.0
"""Seconds."""
WORKERS = 3


def measure(organisations: int, workers: int) -> dict[str, Any]:
    """A first load, and a day on which nothing changed.

    Returns:
        Of each its seconds, calls, calls refused, and CPU-seconds by kind of process.
    """
    clock.begin()
    month = clock.TODAY.replace(day=1).isoformat()
    size = {"organisations": organisations, "workers": workers, "runs_at_once": 2 * workers}
    found: dict[str, Any] = {"organisations": organisations, "workers": workers}
    with (
        tempfile.TemporaryDirectory() as folder,
        practice(Path(folder), **size, months=month, limits=SimLimits()) as it,
    ):
        with spent(it, found.setdefault("first", {})):
            _until(it, lambda: len(loaded(it)) == organisations)
        ((since,),) = it.query("SELECT now() + %s * interval '1 second'", float(os.environ["TESTS_CLOCK_AHEAD"]))
        with spent(it, found.setdefault("quiet", {})):
            sync_all(it)
            _until(it, lambda: read_since(it, since) >= organisations)
    return found


def _until(there: Practice, true: Callable[[], bool]) -> None:
    eventually(true, PATIENCE, lambda: failures(there))
    eventually(lambda: quiet(there), PATIENCE, lambda: failures(there))


@contextmanager
def spent(there: Practice, found: dict[str, Any]) -> Iterator[None]:
    """What everything takes meanwhile."""
    before, cpu, began = len(there.xero.seen), _cpu(there), time.monotonic()
    yield
    seen = there.xero.seen[before:]
    found |= {"seconds": time.monotonic() - began, "calls": len(seen)}
    found |= {"refused": sum(one.status == 429 for one in seen)}
    found["cpu"] = {kind: seconds - cpu[kind] for kind, seconds in _cpu(there).items()}


def _cpu(there: Practice) -> dict[str, float]:
    """CPU-seconds until now: of the simulator, PostgreSQL, the workers, and all others together."""
    running = there.cluster.running
    now = processes()
    workers = sum(spent_by(one.pid, now) for name, one in running.items() if "worker" in name)
    others = sum(spent_by(one.pid, now) for name, one in running.items() if "worker" not in name)
    server = spent_by_postgresql(there.database.folder / "data", now)
    return {"simulator": time.process_time(), "PostgreSQL": server, "workers": workers, "others": others}


def tell(organisations: int) -> None:
    """Print what was measured, and what that means for more workers."""
    found = measure(organisations, WORKERS)
    kinds = list(found["quiet"]["cpu"])
    row("Organisations", "Day", "Seconds", "Calls", "a second", "refused", *(f"CPU-s of {kind}" for kind in kinds))
    row("--:", "---", *["--:"] * (4 + len(kinds)))
    for day in ("first", "quiet"):
        r = found[day]
        each = (f"{r['cpu'][kind] / organisations:.2f}" for kind in kinds)
        row(
            organisations,
            day,
            f"{r['seconds']:.0f}",
            r["calls"],
            f"{r['calls'] / r['seconds']:.0f}",
            r["refused"],
            *each,
        )
    print("\nCPU-seconds are those of an organisation.\n")
    for workers in (4, 16):
        seconds = _computed(found["quiet"]["cpu"], organisations, workers)
        print(f"- 1,000 organisations on {workers} workers: {seconds:.0f} s")


def _computed(cpu: Mapping[str, float], organisations: int, workers: int) -> float:
    """Seconds of a quiet day, where each worker has a core of its own, and PostgreSQL four."""
    return max(cpu["workers"] / workers, cpu["PostgreSQL"] / 4) / organisations * 1_000
