"""What the figures must reach, and whether they did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.page import verdict

DUCKDB, POSTGRESQL = "DuckDB", "PostgreSQL"
SECONDS = {DUCKDB: 6.5, POSTGRESQL: 20.0}
"""Of a first load of 100,000 invoices."""
DAYS = (
    (DUCKDB, "quiet", "cpu", 1.0),
    (DUCKDB, "quiet", "calls", 26),
    (DUCKDB, "quiet", "event_bytes", 50_000),
    (DUCKDB, "first", "cpu", 4),
    (POSTGRESQL, "quiet", "cpu", 0.7),
    (POSTGRESQL, "quiet", "wall", 1.5),
    (POSTGRESQL, "quiet", "server_cpu", 0.5),
    (POSTGRESQL, "first", "server_cpu", 4),
)
CURRENT, CHANGED, SCREEN = 0.3, 0.8, 1.0
CALLS, DEFINITIONS, LEDGER = 102, 2.0, 10.0
LOAD_MEGABYTES, LEDGER_MEGABYTES = 400, 600
GROWTH = 1.1
"""Of the peak with 250,000 invoices over that with 100,000."""


@dataclass(frozen=True)
class Measured:
    """What `make bench` found.

    Args:
        loads: Database, invoices, and the figures of a first load.
        quiet: Of a day without a change.
        days: By database the figures of an organisation among many, of its first day and of a quiet one.
        ledgers: By database.
        screens: By database the seconds of each.
        definitions: Seconds to load them.
    """

    loads: Sequence[tuple[str, int, Mapping[str, Any]]]
    quiet: Mapping[str, Any]
    days: Mapping[str, Mapping[str, Mapping[str, float]]]
    ledgers: Mapping[str, Mapping[str, float]]
    screens: Mapping[str, Mapping[str, float]]
    definitions: float


def judge(found: Measured) -> None:
    """Print a line for each aim."""
    _judge_loads(found.loads)
    verdict("calls of a day without a change", found.quiet["calls"], found.quiet["bound"])
    for database, day_of, name, aim in DAYS:
        verdict(f"{name} of an organisation's {day_of} day in {database}", found.days[database][day_of][name], aim)
    verdict("seconds to the first ledger in DuckDB", found.ledgers[DUCKDB]["first"], LEDGER)
    for database, r in found.ledgers.items():
        verdict(f"seconds to see that a ledger is current in {database}", r["unchanged"], CURRENT)
        verdict(f"seconds to a ledger with 50 changed invoices in {database}", r["changed"], CHANGED)
    in_duckdb = found.ledgers[DUCKDB]["megabytes"]
    verdict("MB of our process with the ledger of 100,000 invoices in DuckDB", in_duckdb, LEDGER_MEGABYTES)
    for database, screens in found.screens.items():
        verdict(f"seconds to the slowest screen of many organisations in {database}", max(screens.values()), SCREEN)
    verdict("seconds to load the definitions", found.definitions, DEFINITIONS)


def _judge_loads(loads: Sequence[tuple[str, int, Mapping[str, Any]]]) -> None:
    of_size = {(database, size): r for database, size, r in loads}
    for database, seconds in SECONDS.items():
        r = of_size[database, 100_000]
        verdict(f"seconds of a first load into {database}", r["seconds"], seconds)
        verdict(f"calls into {database}", r["calls"], CALLS)
        verdict(f"MB of our process into {database}", r["megabytes"], LOAD_MEGABYTES)
        if larger := of_size.get((database, 250_000)):
            growth = larger["megabytes"] / r["megabytes"]
            verdict(f"times the MB into {database} with 250,000 invoices", growth, GROWTH)
