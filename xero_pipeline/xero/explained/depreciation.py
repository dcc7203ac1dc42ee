"""What a fixed asset was depreciated by, month by month: Xero's register says only what that comes to.

Xero's rules are those of help.xero.com ("How Xero calculates straight line depreciation", "… diminishing value
depreciation"). They leave open how a month is rounded, and the API whether a rate is a part or a percentage; so each
reading is tried, and the first that comes to what the register says is the one. If none does, there is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import product

from xero_pipeline.calendar import add_months, month_end, month_start

_CENT = Decimal("0.01")
_DIMINISHING = {"DiminishingValue100": 100, "DiminishingValue150": 150, "DiminishingValue200": 200}
_HUNDRED = Decimal(100)
_MOST_MONTHS = 1_200


@dataclass(frozen=True, slots=True)
class DepreciationRule:
    """How an asset is depreciated.

    Args:
        method: Xero's DepreciationMethod.
        by_days: Whether a month counts by its days, not as a twelfth.
        rate: Xero's DepreciationRate, where it is by rate.
        years: Xero's EffectiveLifeYears, where it is by life.
        value: What is depreciated in the end.
        start: The first day.
        year_end: Month and day on which the financial year ends.
    """

    method: str
    by_days: bool
    rate: Decimal | None
    years: Decimal | None
    value: Decimal
    start: date
    year_end: tuple[int, int]


Month = tuple[date, Decimal]
"""The last day of a month and what was depreciated in it."""


def depreciation(rule: DepreciationRule, ends: Sequence[date], total: Decimal) -> list[Month] | None:
    """The months that come to a total; None if none do.

    Args:
        ends: Days up to which it may have been depreciated; the first that fits counts.
    """
    for end, part, daily in product(ends, (False, True), (False, True)):
        months = list(_months(rule, end, part=part, daily=daily))
        if sum((amount for _, amount in months), Decimal(0)) == total:
            return months
    return None


def _months(rule: DepreciationRule, end: date, *, part: bool, daily: bool) -> Iterator[Month]:
    share = _yearly_share(rule, part=part)
    taken = in_year = Decimal(0)
    year = _year_of(rule.start, rule)
    exact = Decimal(0)
    month = month_start(rule.start)
    for _ in range(_MOST_MONTHS):
        if month > end or taken >= rule.value:
            return
        last = month_end(month)
        if _year_of(last, rule) != year:
            year, in_year, exact = _year_of(last, rule), taken, Decimal(0)
        base = rule.value - in_year if rule.method in _DIMINISHING else rule.value
        before = exact
        exact += _of_month(rule, base * share, max(month, rule.start), min(last, end), daily=daily)
        amount = min(_rounded(exact) - _rounded(before), rule.value - taken)
        if amount:
            yield last, amount
        taken += amount
        month = add_months(month, 1)


def _yearly_share(rule: DepreciationRule, *, part: bool) -> Decimal:
    """Which part of its base an asset is depreciated by in a year."""
    if rule.method == "FullDepreciation":
        return Decimal(1)
    if rule.rate is not None:
        return rule.rate if part else rule.rate / _HUNDRED
    return Decimal(_DIMINISHING.get(rule.method, 100)) / _HUNDRED / rule.years if rule.years else Decimal(0)


def _of_month(rule: DepreciationRule, annual: Decimal, first: date, last: date, *, daily: bool) -> Decimal:
    if rule.method == "FullDepreciation":
        return annual
    if not rule.by_days:
        return annual / 12
    days = (last - first).days + 1
    in_year = Decimal(366 if _is_leap(last.year) else 365)
    return _rounded(annual / in_year) * days if daily else annual / in_year * days


def _is_leap(year: int) -> bool:
    return month_end(date(year, 2, 1)).day == 29


def _year_of(day: date, rule: DepreciationRule) -> int:
    """The calendar year in which the financial year of a day ends."""
    month, last = rule.year_end
    end = min(date(day.year, month, 1) + timedelta(days=last - 1), month_end(date(day.year, month, 1)))
    return day.year if day <= end else day.year + 1


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, ROUND_HALF_UP)
