"""The months of an organisation in the group, each with its rates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xero_pipeline.ledger.years import year_start

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from xero_pipeline.ledger.group.books import Organisation
    from xero_pipeline.ledger.group.rates import Rate, Rates


@dataclass(frozen=True, slots=True)
class MonthRates:
    """A month and its rates.

    Args:
        start: Its first day.
        end: Its last day.
        year_start: First day of the financial year that its last day is in.
        average: Its average rate, None if it is missing.
        closing: The rate at its end, None if it is missing.
        problem: Which rate is missing; None if none is.
    """

    start: date
    end: date
    year_start: date
    average: Rate | None
    closing: Rate | None
    problem: str | None

    @property
    def average_value(self) -> Decimal | None:
        """The average rate as a number."""
        return self.average.value if self.average else None

    @property
    def closing_value(self) -> Decimal | None:
        """The closing rate as a number."""
        return self.closing.value if self.closing else None


def months_of(organisation: Organisation, currency: str, last: date, rates: Rates) -> list[MonthRates]:
    """The months of an organisation, from the first that has an average rate; all, where none has.

    Args:
        organisation: Whose books.
        currency: The presentation currency.
        last: First day of the last month.
        rates: All rates that are known.
    """
    found: list[MonthRates] = []
    month = organisation.first_month
    while month <= last:
        found.append(_month(organisation, currency, month, rates))
        month = _after(month)
    begin = next((place for place, one in enumerate(found) if one.average), 0)
    return found[begin:]


def _month(organisation: Organisation, currency: str, month: date, rates: Rates) -> MonthRates:
    import datetime as dt

    base, end = organisation.base_currency, _after(month) - dt.timedelta(days=1)
    average = rates.find(base, currency, month, "average")
    closing = rates.find(base, currency, month, "closing")
    missing = [name for name, rate in (("average", average), ("closing", closing)) if rate is None]
    problem = None
    if missing:
        problem = (
            f"No {' and no '.join(missing)} rate from {base} to {currency} in {month:%Y-%m}: no document of the month "
            "or the one before has it. Give it with `xero-pipeline rates --import FILE`"
        )
    year = year_start(end, organisation.year_end_day, organisation.year_end_month)
    return MonthRates(month, end, year, average, closing, problem)


def _after(month: date) -> date:
    return month.replace(year=month.year + 1, month=1) if month.month == 12 else month.replace(month=month.month + 1)
