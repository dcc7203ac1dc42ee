"""The months of an organisation in the group, each with its rates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xero_pipeline.calendar import month_end, months_between, year_start

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from decimal import Decimal

    from xero_pipeline.ledger.consolidation.members import GroupMember
    from xero_pipeline.ledger.consolidation.rates import Rate, Rates


@dataclass(frozen=True, slots=True)
class MonthRates:
    """A month and its rates.

    Args:
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


@dataclass(frozen=True, slots=True)
class Beginning:
    """Where the group begins.

    Args:
        month: First day of its first month.
        held_back_by: The organisation without whose rates it would begin earlier; None if it begins with the books.
    """

    month: date
    held_back_by: GroupMember | None


def beginning(group: Sequence[GroupMember], currency: str, last: date, rates: Rates) -> Beginning:
    """The first month from which on every organisation has had its rates, so that no month shows a part of the group.

    An organisation that has no rate at all holds nobody back: all its months lack one.

    Args:
        group: The organisations, at least one.
        last: First day of the last month.
        rates: All rates that are known.
    """
    found = Beginning(min(one.first_month for one in group), None)
    for one in group:
        known = next(
            (month for month in months_between(one.first_month, last) if _has_both(one, currency, month, rates)), None
        )
        if known is not None and known > max(found.month, one.first_month):
            found = Beginning(known, one)
    return found


def months_of(organisation: GroupMember, currency: str, begins: date, last: date, rates: Rates) -> list[MonthRates]:
    """The months of an organisation in the group.

    Args:
        begins: First day of the group's first month.
        last: First day of the last month.
        rates: All rates that are known.
    """
    months = months_between(max(organisation.first_month, begins), last)
    return [_month(organisation, currency, month, rates) for month in months]


def _has_both(organisation: GroupMember, currency: str, month: date, rates: Rates) -> bool:
    measures = ("average", "closing")
    return all(rates.find(organisation.base_currency, currency, month, one) is not None for one in measures)


def _month(organisation: GroupMember, currency: str, month: date, rates: Rates) -> MonthRates:
    base, end = organisation.base_currency, month_end(month)
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
