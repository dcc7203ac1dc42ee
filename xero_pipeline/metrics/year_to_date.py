"""Profit and loss since the financial year began, month after month, beside last year's and the budget."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xero_pipeline.calendar import add_months, month_start, months_between
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.ledger.statements.entity import entity_of
from xero_pipeline.metrics.profit import Profit, ProfitMonth, profit_by_month, profit_of

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Connection

YEAR = 12


@dataclass(frozen=True, slots=True)
class YearToDate:
    """Of each month of the financial year what was earned and spent from its beginning to the end of that month.

    Args:
        months: First days. A year that begins within a month has all of that month.
        this_year: None for months that have not begun.
        last_year: Until the same month of the year before; None for all where the books do not have all of that year.
        budget: What the overall budget plans until then, as far as Xero's budget report was pulled; None for all where
            there is no budget.
    """

    months: Sequence[date]
    this_year: Sequence[Profit | None]
    last_year: Sequence[Profit | None]
    budget: Sequence[Profit | None]

    @property
    def now(self) -> int:
        """The place of the current month."""
        return sum(one is not None for one in self.this_year) - 1


def year_to_date(connection: Connection, tenant_id: str, today: date) -> YearToDate | None:
    """The financial year that a day is in.

    Args:
        connection: To a warehouse whose ledger has been kept.

    Returns:
        None where nothing was earned or spent in it, or nobody knows when it ends.
    """
    try:
        ends = entity_of(connection, tenant_id).year_end
    except ConfigurationError:
        return None
    begins = month_start(ends.start_of(today))
    before = add_months(begins, -YEAR)
    known = profit_by_month(connection, tenant_id, before, today)
    planned = profit_by_month(connection, tenant_id, begins, add_months(begins, YEAR - 1), "budget")
    this_year = [one for one in known if one.month >= begins]
    if not this_year:
        return None
    months, whole = _twelve(begins), known[0].month == before
    last_year = [one for one in known if one.month < begins] if whole else []
    return YearToDate(
        months,
        _summed(this_year, months, month_start(today)),
        _summed(last_year, _twelve(before), begins),
        # Xero's budget reports are pulled until now: what it plans later is not known here.
        _summed(planned, months, planned[-1].month if planned else begins),
    )


def _twelve(begins: date) -> list[date]:
    return months_between(begins, add_months(begins, YEAR - 1))


def _summed(known: Iterable[ProfitMonth], months: Sequence[date], last: date) -> list[Profit | None]:
    """What the months come to, each with those before it.

    Args:
        last: None after this month.
    """
    every = list(known)
    return [
        profit_of(one for one in every if one.month <= month) if every and month <= last else None for month in months
    ]
