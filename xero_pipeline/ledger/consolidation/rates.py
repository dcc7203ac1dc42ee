"""Rates between two currencies, month by month: what was given, else what documents were booked at.

Xero keeps no table of rates, but every foreign document has the rate it was booked at: units of its currency for one
unit of the organisation's. The average of a month is that of its documents, the closing rate the latest of them. A
month without documents has the rates of the month before; those of a month before that are too old. What is found
neither directly nor over a third currency is missing: nothing is made up.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import TYPE_CHECKING, Literal

from xero_pipeline.calendar import add_months

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

Measure = Literal["average", "closing"]
_PLACES = Decimal("0.0000000001")
_ENOUGH_DIGITS = 60
_ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class GivenRate:
    """What a person gave for a month.

    Args:
        from_currency: One unit of this currency …
        to_currency: … comes to so many of this one.
        average: On the average of the month, None if not given.
        closing: At its end, None if not given.
    """

    month: date
    from_currency: str
    to_currency: str
    average: Decimal | None
    closing: Decimal | None


@dataclass(frozen=True, slots=True)
class DocumentRate:
    """What the documents of a month say about a pair of currencies, of all organisations together.

    Args:
        base: One unit of the organisations' currency …
        currency: … comes to so many of the documents' one.
        total: Sum of their rates.
        last_day: The latest day with a document.
        last_count: How many documents of that day.
        last_total: Sum of their rates.
    """

    month: date
    base: str
    currency: str
    count: int
    total: Decimal
    last_day: date
    last_count: int
    last_total: Decimal


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate and where it comes from.

    Args:
        value: Units of the presentation currency for one unit of base currency, with ten decimals.
        weight: How many documents stand behind it.
    """

    value: Decimal
    source: str
    weight: int


_Quotes = dict[tuple[str, str], Rate]


class Rates:
    """All rates that are known."""

    def __init__(self, given: Iterable[GivenRate], seen: Iterable[DocumentRate]) -> None:
        self._given: dict[date, list[GivenRate]] = defaultdict(list)
        self._seen: dict[date, list[DocumentRate]] = defaultdict(list)
        for one in given:
            self._given[one.month].append(one)
        for one in seen:
            self._seen[one.month].append(one)
        self._quotes: dict[tuple[Measure, date], tuple[_Quotes, ...]] = {}

    def find(self, base: str, currency: str, month: date, measure: Measure) -> Rate | None:
        """The rate of a month, None if it is missing.

        Args:
            base: One unit of this currency …
            currency: … comes to so many of this one.
            month: First day of the month.
            measure: Its average, or at its end.
        """
        if base == currency:
            return Rate(_ONE, "same currency", 0)
        for quotes in self._of(measure, month):
            if found := quotes.get((base, currency)) or _crossed(quotes, base, currency):
                return found
        return None

    def _of(self, measure: Measure, month: date) -> tuple[_Quotes, ...]:
        """What is asked, one after the other: the month alone, then the month before where the month says nothing."""
        key = (measure, month)
        if key not in self._quotes:
            given = _both_ways(_quotes_given(self._given[month], measure))
            of_month, earlier = (
                _both_ways(_quotes_of_documents(self._seen[one], measure)) for one in (month, add_months(month, -1))
            )
            self._quotes[key] = (of_month | given, earlier | of_month | given)
        return self._quotes[key]


def rounded(value: Decimal) -> Decimal:
    """A rate with the ten decimals that tables keep, rounded half up."""
    return value.quantize(_PLACES, rounding=ROUND_HALF_UP)


def _quotes_given(given: Iterable[GivenRate], measure: Measure) -> Iterator[tuple[str, str, Rate]]:
    for one in given:
        value = one.average if measure == "average" else one.closing
        if value is not None:
            # No number of documents outweighs what a person says.
            yield one.from_currency, one.to_currency, Rate(value, "given", 10**9)


def _quotes_of_documents(seen: Iterable[DocumentRate], measure: Measure) -> Iterator[tuple[str, str, Rate]]:
    for one in seen:
        if measure == "average":
            source = f"{_documents(one.count)} of {one.month:%Y-%m}"
            yield one.base, one.currency, Rate(_divided(one.total, one.count), source, one.count)
        else:
            source = f"{_documents(one.last_count)} of {one.last_day}"
            yield one.base, one.currency, Rate(_divided(one.last_total, one.last_count), source, one.count)


def _documents(count: int) -> str:
    return "1 document" if count == 1 else f"{count} documents"


def _both_ways(quotes: Iterable[tuple[str, str, Rate]]) -> _Quotes:
    """Every quote and its inverse; of two for the same pair, the one with more behind it."""
    found: _Quotes = {}
    said = list(quotes)
    for base, currency, rate in said:
        _add_quote(found, (base, currency), rate)
    for base, currency, rate in said:
        _add_quote(found, (currency, base), Rate(_divided(_ONE, rate.value), f"{rate.source}, inverse", rate.weight))
    return found


def _add_quote(quotes: _Quotes, pair: tuple[str, str], rate: Rate) -> None:
    if rate.value and (pair not in quotes or quotes[pair].weight < rate.weight):
        quotes[pair] = rate


def _crossed(quotes: _Quotes, base: str, currency: str) -> Rate | None:
    """Over the third currency that has most behind it; the first in the alphabet of several."""
    over = sorted({to for source, to in quotes if source == base and (to, currency) in quotes})
    if not over:
        return None
    best = max(over, key=lambda one: min(quotes[base, one].weight, quotes[one, currency].weight))
    first, second = quotes[base, best], quotes[best, currency]
    source = f"over {best}: {first.source}; {second.source}"
    return Rate(_multiplied(first.value, second.value), source, min(first.weight, second.weight))


def _divided(numerator: Decimal, denominator: Decimal | int) -> Decimal:
    with localcontext(prec=_ENOUGH_DIGITS):
        return rounded(numerator / denominator)


def _multiplied(first: Decimal, second: Decimal) -> Decimal:
    with localcontext(prec=_ENOUGH_DIGITS):
        return rounded(first * second)
