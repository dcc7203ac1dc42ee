"""`make bench`: calls and bytes, rows a second, memory, and how long the definitions take to load."""

from __future__ import annotations

import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table

SIZES = (10_000, 100_000)
AIMS = {"calls": 102, "rate": 5_000, "megabytes": 600, "definitions": 3.0}


@contextmanager
def simulator(invoices: int) -> Iterator[str]:
    """A simulator with limits off in another process.

    Args:
        invoices: Of its one organisation.
    """
    command = [sys.executable, "-m", "xero_pipeline", "simulator", "serve", "--port", "0", "--no-limits"]
    with subprocess.Popen([*command, "--invoices", str(invoices)], stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            found = re.search(r"http://\S+", process.stderr.readline())
            assert found, "the simulator did not start"
            yield found[0]
        finally:
            process.terminate()


def load(invoices: int) -> dict[str, float]:
    """A first load in a process of its own.

    Args:
        invoices: How many.
    """
    with simulator(invoices) as url, tempfile.TemporaryDirectory() as home:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.load", url, home], capture_output=True, text=True, check=False
        )
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def definitions(times: int = 5) -> float:
    """Seconds a fresh process takes to load the definitions; the median.

    Args:
        times: How often.
    """
    code = "from xero_pipeline.definitions import defs; defs().resolve_all_job_defs()"
    taken = []
    with tempfile.TemporaryDirectory() as home:
        for _ in range(times):
            started = time.perf_counter()
            subprocess.run([sys.executable, "-W", "ignore", "-c", code], cwd=Path(home), check=True)
            taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def main() -> None:
    """Print the page."""
    console = Console(width=110)
    table = Table(title="First load of invoices with their lines, HTTP answer to committed row (simulator apart)")
    for header in ("Invoices", "Lines", "Calls", "MB on the wire", "Seconds", "Invoices/s", "Rows/s", "Peak MB"):
        table.add_column(header, justify="right")
    results = []
    for size in SIZES:
        r = load(size)
        results.append(r)
        rows = r["records"] + r["lines"]
        table.add_row(
            f"{r['records']:,.0f}",
            f"{r['lines']:,.0f}",
            f"{r['calls']:.0f}",
            f"{r['wire_bytes'] / 1e6:.1f}",
            f"{r['seconds']:.1f}",
            f"{r['records'] / r['seconds']:,.0f}",
            f"{rows / r['seconds']:,.0f}",
            f"{r['megabytes']:.0f}",
        )
    console.print(table)
    seconds = definitions()
    console.print(f"Definitions load in {seconds:.2f} s (median of 5 fresh processes)")
    largest = results[-1]
    measured = {
        "calls": largest["calls"],
        "rate": largest["records"] / largest["seconds"],
        "megabytes": largest["megabytes"],
        "definitions": seconds,
    }
    for name, aim in AIMS.items():
        good = measured[name] >= aim if name == "rate" else measured[name] <= aim
        console.print(f"{'reached' if good else 'MISSED '}  {name}: {measured[name]:,.2f}, aim {aim:,}")


if __name__ == "__main__":
    main()
