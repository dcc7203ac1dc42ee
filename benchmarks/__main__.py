"""`make bench`: rows a second, memory, calls of a day without a change, and how long the definitions take to load.

`make bench ARGS=slices` loads 250,000 invoices as well, more than Xero gives in one list; `ARGS=neighbours` measures in
a warehouse of 10 million invoice lines of 1,000 organisations instead of one of a million: that takes an hour.
`ARGS=peers` measures other tools beside ours and nothing else (`benchmarks/peers/`), `ARGS="practice 200"` so many
organisations on three workers.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from benchmarks.aims import DUCKDB, POSTGRESQL, Measured, judge
from benchmarks.connected import simulator
from benchmarks.page import machine, row

LOADS = ((DUCKDB, 10_000), (DUCKDB, 100_000), (POSTGRESQL, 100_000))
SLICES = ((DUCKDB, 250_000), (POSTGRESQL, 250_000))
ORGANISATIONS = 50
"""In a run."""
FIGURES = (("cpu", 2), ("server_cpu", 2), ("wall", 2), ("calls", 1))
PEERS = 100_000
"""Invoices of the comparison with other tools, where no number follows `peers`."""
PRACTICE = 200
"""Organisations of a practice, likewise."""


def measured(
    module: str, invoices: int, *more: str, database: str = DUCKDB, given: tuple[str, ...] = ()
) -> dict[str, Any]:
    """What a module of ours measures, in a process of its own with an empty home.

    Args:
        invoices: Of each simulated organisation.
        more: Other options of the simulator's command.
        database: Where the warehouse is.
        given: Other arguments of the module.
    """
    from xero_pipeline_tests.postgresql import running_postgresql

    server = running_postgresql(durable=True) if database == POSTGRESQL else nullcontext("")
    with simulator(invoices, *more) as url, tempfile.TemporaryDirectory() as home, server as warehouse:
        done = subprocess.run(
            [sys.executable, "-m", f"benchmarks.{module}", url, home, *given],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "XERO_WAREHOUSE_URL": warehouse},
        )
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def definitions(times: int = 5) -> float:
    """Seconds a fresh process takes to load the definitions; the median."""
    code = "from xero_pipeline.definitions import defs; defs().resolve_all_job_defs()"
    taken = []
    with tempfile.TemporaryDirectory() as home:
        for _ in range(times):
            started = time.perf_counter()
            subprocess.run([sys.executable, "-W", "ignore", "-c", code], cwd=Path(home), check=True)
            taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def loads(sizes: tuple[tuple[str, int], ...]) -> list[tuple[str, int, dict[str, Any]]]:
    """Print the first loads.

    Args:
        sizes: Database and invoices of each.

    Returns:
        The same, with what was measured.
    """
    row(
        "Warehouse", "Invoices", "Lines", "Calls", "MB on the wire", "Seconds", "CPU-s of ours", "Invoices/s", "Peak MB"
    )
    row(*["---"] + ["--:"] * 8)
    found = []
    for database, size in sizes:
        r = measured("load", size, database=database)
        counts = (f"{r[name]:,.0f}" for name in ("records", "lines", "calls"))
        rates = (f"{r['wire_bytes'] / 1e6:.1f}", f"{r['seconds']:.1f}", f"{r['cpu']:.1f}")
        row(database, *counts, *rates, f"{r['records'] / r['seconds']:,.0f}", f"{r['megabytes']:.0f}")
        found.append((database, size, r))
    return found


def day() -> Mapping[str, Any]:
    """Print what a day without a change costs."""
    r = measured("day", 1_200)
    bound = r["endpoints"] + r["budgets"] + sum(calls for _, calls in r["reports"].values())
    due = ", ".join(f"{name} ({months})" for name, (months, _) in r["reports"].items())
    row("Calls of the first sync", "Calls of the day after", "At most", "Rows changed", "CPU-s of ours")
    row(*["--:"] * 5)
    row(r["first"], r["calls"], bound, r["changed"], f"{r['cpu']:.1f}")
    print(
        f"\nAt most: {r['endpoints']} endpoints, {r['budgets']} budgets, and the reports that are due, "
        f"with their months: {due}.\n"
    )
    return {**r, "bound": bound}


def organisations() -> dict[str, Any]:
    """Print what an organisation costs where a run of Dagster carries many, on a first day and on a quiet one."""
    row(
        "Warehouse", "Organisations", "Day", "CPU-s of ours", "of PostgreSQL", "Seconds", "Calls", "Events of Dagster",
        "kB of them",
    )  # fmt: skip
    row(*["---", "--:", "---"] + ["--:"] * 6)
    found: dict[str, Any] = {}
    for database in (DUCKDB, POSTGRESQL):
        r = found[database] = measured(
            "organisations", 300, "--organisations", str(ORGANISATIONS), "--months", "12", database=database
        )
        for day_of in ("first", "quiet"):
            d = r[day_of]
            figures = (f"{d[name]:.{places}f}" for name, places in FIGURES)
            row(database, r["organisations"], day_of, *figures, f"{d['events']:.0f}", f"{d['event_bytes'] / 1e3:.0f}")
    return found


def neighbours(others: int) -> None:
    """Print what an organisation's day takes in a PostgreSQL warehouse of its own, and in one of many.

    Args:
        others: How many have the same warehouse.
    """
    one = ("--organisations", "1", "--months", "12")
    r = measured("neighbours", 5_200, *one, database=POSTGRESQL, given=(str(others),))
    row("Invoice lines in the warehouse", *(name.replace("_", " ") + ", s" for name in r["alone"]))
    row(*["--:"] * (len(r["alone"]) + 1))
    for whose, lines in (("alone", r["lines"] // (others + 1)), ("among", r["lines"])):
        row(f"{lines:,}", *(f"{seconds:.2f}" for seconds in r[whose].values()))


def ledgers() -> dict[str, dict[str, Any]]:
    """Print how long the general ledger of 100,000 invoices takes.

    Returns:
        By database what was measured.
    """
    row(
        "Warehouse", "Invoices", "Payments", "Lines of journals", "First, s", "CPU-s", "Nothing changed, s",
        "50 invoices changed, s",
    )  # fmt: skip
    row(*["---"] + ["--:"] * 7)
    found = {}
    for database in (DUCKDB, POSTGRESQL):
        r = found[database] = measured("ledger", 100_000, database=database)
        counts = (f"{r[name]:,.0f}" for name in ("invoices", "payments", "journal_lines"))
        row(database, *counts, *(f"{r[name]:.1f}" for name in ("first", "cpu", "unchanged", "changed")))
    return found


def statuses() -> dict[str, dict[str, float]]:
    """Print how long the screens of all organisations take where there are many.

    Returns:
        By database the seconds of each screen.
    """
    screens = ("status", "status --json", "web page", "/api/status", "/metrics")
    row("Warehouse and state", "Organisations", *(f"{screen}, s" for screen in screens))
    row("---", *["--:"] * (len(screens) + 1))
    found = {}
    for database in (DUCKDB, POSTGRESQL):
        r = found[database] = measured("status", 1, database=database)
        row(database, f"{r.pop('organisations'):,.0f}", *(f"{r[screen]:.2f}" for screen in screens))
    return found


def way() -> dict[str, Any]:
    """Print how many files and functions of ours one page of invoices passes."""
    r = measured("way", 1_000)
    row("Stretch", "Files", "Functions")
    row("---", "--:", "--:")
    for stretch in ("question to row", "answer to row", "row to page"):
        row(stretch, r[stretch]["files"], r[stretch]["functions"])
    return r


def main() -> None:
    """Print the page."""
    if "peers" in sys.argv:
        from benchmarks.peers.comparison import compare

        print(f"# Other tools beside ours\n\n`make bench ARGS=peers`, {machine()}.\n")
        compare(_number() or PEERS)
        return
    if "practice" in sys.argv:
        from benchmarks.practice import tell

        print(f"# A practice\n\n`make bench ARGS=practice`, {machine()}.\n")
        tell(_number() or PRACTICE)
        return
    print(f"# Benchmarks\n\n`make bench{' ARGS=slices' if 'slices' in sys.argv else ''}`, {machine()}.\n")
    print("## First load of invoices with their lines, HTTP answer to committed row\n")
    print("The simulator answers from another process, the PostgreSQL server is a third; all share the cores.\n")
    found = loads((*LOADS, *SLICES) if "slices" in sys.argv else LOADS)
    print("\n## A day without a change\n")
    quiet = day()
    print("## Days of many organisations, what each costs\n")
    print("300 invoices and 12 months each; a run of Dagster for all, as the schedule and the sensors ask for it.\n")
    many = organisations()
    print("\n## The general ledger and its statements, from documents that are there\n")
    kept = ledgers()
    print("\n## One organisation among many in a PostgreSQL warehouse\n")
    neighbours(1_000 if "neighbours" in sys.argv else 100)
    print("\n## The screens of many organisations\n")
    print("`status` with the start of its process; the others from a web page that runs. The shortest of five.\n")
    seen = statuses()
    print("\n## The way of a record: files and functions of ours\n")
    way()
    seconds = definitions()
    print(f"\n## Definitions\n\nThey load in {seconds:.2f} s (median of 5 fresh processes).\n\n## Aims\n")
    judge(Measured(found, quiet, many, kept, seen, seconds))


def _number() -> int | None:
    return next((int(word) for word in sys.argv if word.isdecimal()), None)


if __name__ == "__main__":
    main()
