"""Budgets: one for the whole organisation, one for a tracking option, from the first month to a year ahead."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from xero_simulator.books.lists.settings import tracking_of
from xero_simulator.values.amounts import money
from xero_simulator.values.days import add_months, month_start
from xero_simulator.workbench import Record, Workbench

# Account, cents a month.
_OVERALL = (
    ("200", 17_500_000),
    ("210", 4_900_000),
    ("220", 2_600_000),
    ("310", 5_400_000),
    ("320", 1_300_000),
    ("330", 1_000_000),
    ("400", 140_000),
    ("416", 60_000),
    ("469", 640_000),
    ("477", 14_800_000),
)


_Budget = tuple[str, str, Sequence[tuple[str, int]], list[Record]]


def add_budgets(bench: Workbench) -> None:
    """Write the budgets, if the organisation has any."""
    if not bench.habits.budgets:
        return
    first = bench.config.first_month
    count = (bench.today.year - first.year) * 12 + bench.today.month - first.month + 13
    months = [add_months(first, number) for number in range(count)]
    north = tracking_of(bench, 0)
    rows: list[_Budget] = [("OVERALL", "Overall Budget", _OVERALL, [])]
    if north:
        rows.append(("TRACKING", "North", _OVERALL[:3], north))
    for kind, text, lines, tracking in rows:
        key = bench.id_of(f"budget/{kind}")
        share = 1 if kind == "OVERALL" else 3
        record: Record = {
            "BudgetID": key,
            "Status": "APPROVED",
            "Type": kind,
            "Description": text,
            "UpdatedDateUTC": bench.founded(f"budget/{kind}"),
            "BudgetLines": [_line(bench, code, amount // share, months) for code, amount in lines],
            "Tracking": tracking,
        }
        bench.add("Budgets", key, record)


def _line(bench: Workbench, code: str, amount: int, months: list[dt.date]) -> Record:
    balances = [
        {"Period": f"{month_start(month):%Y-%m}", "Amount": money(_seasonal(amount, month)), "Notes": ""}
        for month in months
    ]
    return {"AccountID": bench.account_id(code), "AccountCode": bench.code(code), "BudgetBalances": balances}


def _seasonal(amount: int, month: dt.date) -> int:
    """A little more in summer, and three per cent growth a year counted from 2020."""
    season = 100 + (4, 3, 1, 0, -2, -3, -3, -2, 0, 1, 2, 5)[month.month - 1]
    return amount * season * (100 + 3 * (month.year - 2020)) // 10_000
