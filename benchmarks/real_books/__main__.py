"""`python -m benchmarks.real_books FOLDER`: our ledger against the journals Xero itself posted, as a page.

FOLDER is a clone of https://github.com/fivetran/dbt_xero.
"""

from __future__ import annotations

import argparse
import datetime as dt
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from benchmarks.real_books import compared
from benchmarks.real_books.books import RealXero
from benchmarks.real_books.seeds import Moved, Seeds, read_seeds
from benchmarks.real_books.synced import Synced, synced
from xero_simulator.server import serving

LAST_DAY = dt.date(2026, 11, 30)
"""Eighty-six months: the books end in March 2021, and the years go on."""


def main() -> None:
    """Print the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.real_books", description=__doc__)
    parser.add_argument("folder", type=Path, help="a clone of https://github.com/fivetran/dbt_xero")
    parser.add_argument("--last-day", type=dt.date.fromisoformat, default=LAST_DAY, help="as 2026-11-30")
    given = parser.parse_args()
    seeds = read_seeds(given.folder)
    print(f"{len(seeds.rows('invoice'))} invoices, {len(seeds.journals)} journals that Xero posted\n")
    for name, postgresql, journals in (
        ("DuckDB", False, False),
        ("PostgreSQL", True, False),
        ("DuckDB, with Xero's journals read", False, True),
    ):
        with _ledger(seeds, given.last_day, postgresql=postgresql, journals=journals) as one:
            print(f"## {name}\n")
            if journals:
                print(f"Sources on which our own comparison differs: {compared.journal_differences(one.warehouse)}")
            else:
                _tell(one, seeds)


@contextmanager
def _ledger(seeds: Seeds, last: dt.date, *, postgresql: bool, journals: bool) -> Iterator[Synced]:
    from xero_pipeline_tests.postgresql import running_postgresql

    server = running_postgresql() if postgresql else nullcontext("")
    with serving(RealXero(seeds, last)) as url, tempfile.TemporaryDirectory() as home, server as warehouse:
        yield synced(url, Path(home), (seeds.first_month, last), warehouse=warehouse, journals=journals)


def _tell(one: Synced, seeds: Seeds) -> None:
    counts, differ = compared.documents(one.warehouse, seeds)
    off = Counter(document.kind for document in differ)
    print(f"{'Document':24} {'compared':>8} {'agree':>6} {'differ':>6}")
    for kind, count in [*sorted(counts.items()), ("all", sum(counts.values()))]:
        wrong = len(differ) if kind == "all" else off[kind]
        print(f"{kind:24} {count:8,} {count - wrong:6,} {wrong:6,}")
    off_lines = compared.lines(one.warehouse, seeds)
    print(f"Documents whose lines differ, by account and tax type, in amount or tax: {len(off_lines)}")
    for document in differ:
        print(f"\n{document.kind} {document.source_id} {document.problem}".rstrip())
        print(f"  ours   {_told(document.ours, seeds)}\n  Xero's {_told(document.theirs, seeds)}")
    months, figures, grouped = compared.tie_out(one.warehouse)
    print(f"\nMonths {months}, figures compared with Xero's reports {figures:,}; those that differ:")
    for group in grouped:
        print(f"  {group.statement:16} {group.cause:16} {group.figures:4} in {', '.join(group.months)}")
    print("\nWhat no document shows:")
    for month, account, cause, amount in compared.unexplained(one.warehouse):
        print(f"  {month} {account:36} {amount:12,.2f} {cause}")
    unknown = compared.unknown(one.warehouse)
    print(f"\nFigures whose cause is UNKNOWN: {len(unknown)}")
    for month, statement, account, measure, ours, theirs in unknown:
        print(f"  {month} {statement:16} {account:36} {measure:16} ours {ours:,.2f}, Xero's {theirs:,.2f}")
    print(
        f"\n{one.calls} calls in {one.sync_seconds:.0f} s; the ledger with its statements and the tie-out "
        f"{one.ledger_seconds:.1f} s ({one.ledger_cpu:.1f} s of CPU)\n"
    )


def _told(sums: Moved, seeds: Seeds) -> str:
    parts = (
        f"{day} {seeds.accounts[account]['name']} {amount:,.2f}" for (account, day), amount in sorted(sums.items())
    )
    return "; ".join(parts) or "nothing"


if __name__ == "__main__":
    main()
