"""What a month is meant to bring: income, cost of sales, wages and how many documents carry them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from xero_simulator.values.days import month_end
from xero_simulator.workbench import Workbench


@dataclass(frozen=True, slots=True)
class MonthPlan:
    """The aims of one whole month, in cents of base currency without tax.

    The draws stay well inside what the books promise (200,000-300,000 a month, cost of sales 28-34 % and wages
    55-65 % of income), so that credit notes and the cents of exchange rates cannot carry a month outside.

    Args:
        income: Sales of every kind.
        cost_of_sales: Direct costs of every kind.
        overheads: Other running costs, roughly.
        sales: How many sales invoices, of every status.
        bills: How many bills, of every status.
    """

    month: dt.date
    income: int
    cost_of_sales: int
    wages: int
    overheads: int
    sales: int
    bills: int

    @property
    def last(self) -> dt.date:
        """The last day of the month."""
        return month_end(self.month)


def plan_month(bench: Workbench, month: dt.date) -> MonthPlan:
    """Draw the aims of a month; the same month has the same aims on every day."""
    chance = bench.random(month, "plan")
    income = chance.randint(21_500_000, 28_500_000)
    documents = bench.config.invoices_in(month)
    sales = (documents * 3 + 4) // 5
    return MonthPlan(
        month=month,
        income=income,
        cost_of_sales=income * chance.randint(298, 322) // 1000,
        wages=income * chance.randint(574, 624) // 1000,
        overheads=income * chance.randint(45, 65) // 1000,
        sales=sales,
        bills=documents - sales,
    )


def spread_days(month: dt.date, amounts: Sequence[int]) -> list[dt.date]:
    """Days for documents such that on every day about the month's due share has been done.

    Args:
        amounts: What each document weighs.
    """
    days, whole, seen = month_end(month).day, sum(amounts) or 1, 0
    found: list[dt.date] = []
    for amount in amounts:
        middle = 2 * seen + amount
        seen += amount
        found.append(_day_of(month, min(days - 1, days * middle // (2 * whole))))
    return found


@lru_cache(maxsize=4096)
def _day_of(month: dt.date, offset: int) -> dt.date:
    return month + dt.timedelta(days=offset)
