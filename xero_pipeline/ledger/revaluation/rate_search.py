"""The rates that reproduce Xero's figures to the cent: one a currency, for all figures of a day.

Each item is rounded on its own, so a figure of some items leaves a range of rates open. Within it every rate of six
decimals is tried, as Xero writes rates; finer ones only where none of those fits. Where a figure holds several
currencies, all but one must be known from other figures first: from a bank account, say, which is one item in one
currency. What is not determined that way is not guessed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from xero_pipeline.ledger.revaluation.figures import RATE_DIGITS, Figure, cents_at, cents_of_one

_DIGITS = (6, 8, 10)
_TRIES = 200_000
"""As many rates times items are tried for one figure; a wider range determines nothing."""
_BRANCHES = 50
"""As many ways of sharing a balance among currencies are looked at; more determine nothing."""


@dataclass(frozen=True, slots=True)
class InferredRate:
    """What a day's figures say of a currency's rate.

    Args:
        rate: Units of the currency for one unit of base currency.
        lowest: The lowest rate, with as many decimals, that reproduces the figures.
        highest: The highest.
    """

    rate: Decimal
    lowest: Decimal
    highest: Decimal

    @property
    def is_exact(self) -> bool:
        """Whether no other rate of six decimals would do."""
        return self.lowest == self.highest and self.rate == round(self.rate, _DIGITS[0])


_Wanted = tuple[Sequence[int], int]


@dataclass(frozen=True, slots=True)
class _Range:
    """Rates between which all that fit are worth the same."""

    lowest: int
    rate: int
    highest: int


_Ranges = Mapping[str, _Range]


class _TooWide(Exception):
    """The figures leave more rates possible than can be told apart."""


Unknown = Literal["undetermined", "inconsistent"]
"""Why there are no rates: the figures do not tell one of each currency, or no such rates reproduce all of them."""


def infer_rates(figures: Sequence[Figure]) -> Mapping[str, InferredRate] | Unknown:
    """The rate of every currency in some figures.

    Returns:
        Why not, where they do not determine all of them.
    """
    order = _in_order(figures)
    if len(order) < len({currency for figure in figures for currency in figure.amounts}):
        return "undetermined"
    try:
        found = list(_solutions(figures, order, {}))
    except _TooWide:
        return "undetermined"
    if not found:
        return "inconsistent"
    chosen = found[len(found) // 2]
    return {
        currency: InferredRate(
            _decimal(chosen[currency].rate),
            _decimal(min(rates[currency].lowest for rates in found)),
            _decimal(max(rates[currency].highest for rates in found)),
        )
        for currency in order
    }


def told_currencies(figures: Sequence[Figure]) -> Set[str]:
    """The currencies whose rates some figures tell, one after the other."""
    return set(_in_order(figures))


def _in_order(figures: Sequence[Figure]) -> list[str]:
    """The currencies, each after those that stand beside it in a figure that tells its rate."""
    left = {currency for figure in figures for currency in figure.amounts}
    order: list[str] = []
    while ready := [(len(figure.items), *unknown) for figure in figures if (unknown := _told_by(figure, left))]:
        _, currency = min(ready)
        left.remove(currency)
        order.append(currency)
    return order


def _told_by(figure: Figure, left: Set[str]) -> tuple[str, ...]:
    """The only currency whose rate a figure still needs, unless its amounts come to nothing."""
    unknown = tuple(figure.amounts.keys() & left)
    return unknown if len(unknown) == 1 and sum(figure.amounts[unknown[0]]) else ()


def _solutions(figures: Sequence[Figure], order: Sequence[str], known: _Ranges) -> Iterator[_Ranges]:
    if len(known) == len(order):
        yield known
        return
    currency = order[len(known)]
    settled = {*known, currency}
    mine = [one for one in figures if currency in one.amounts]
    wanted = [(one.amounts[currency], one.cents - _worth(one, known)) for one in mine if one.amounts.keys() <= settled]
    others = [one.amounts[currency] for one in mine if not one.amounts.keys() <= settled]
    branches = _alike(_rates(wanted), others)
    if len(branches) > _BRANCHES:
        raise _TooWide
    for branch in branches:
        yield from _solutions(figures, order, {**known, currency: branch})


def _worth(figure: Figure, known: _Ranges) -> int:
    return sum(cents_at(amounts, known[one].rate) for one, amounts in figure.amounts.items() if one in known)


def _alike(rates: Sequence[int], others: Sequence[Sequence[int]]) -> list[_Range]:
    """Rates put together that make no difference to any other figure."""
    found: dict[tuple[int, ...], list[int]] = {}
    for rate in rates:
        found.setdefault(tuple(cents_at(amounts, rate) for amounts in others), []).append(rate)
    return [_Range(some[0], some[len(some) // 2], some[-1]) for some in found.values()]


def _rates(wanted: Sequence[_Wanted]) -> list[int]:
    """The rates at which all amounts come to what is wanted, with the fewest decimals that do."""
    ranges = [found for amounts, cents in wanted if (found := _range(amounts, cents))]
    if not ranges:
        raise _TooWide
    lowest, highest = max(low for low, _ in ranges), min(high for _, high in ranges)
    tries = _TRIES // sum(len(amounts) for amounts, _ in wanted)
    for digits in _DIGITS:
        step = 10 ** (RATE_DIGITS - digits)
        first, last = -(-lowest // step), highest // step
        if last - first > tries:
            raise _TooWide
        found = [rate * step for rate in range(first, last + 1) if _fits(wanted, rate * step)]
        if found:
            return found
    return []


def _fits(wanted: Sequence[_Wanted], rate: int) -> bool:
    return all(cents_at(amounts, rate) == cents for amounts, cents in wanted)


def _range(amounts: Sequence[int], cents: int) -> tuple[int, int] | None:
    """The lowest and highest rate at which amounts, each half a cent off at most, could come to some cents."""
    total, doubt = sum(amounts), len(amounts)
    if total < 0:
        total, cents = -total, -cents
    if not total or -doubt < 2 * cents <= doubt:
        return None
    if cents < 0:
        return 1, 0  # no rate turns a debit into a credit
    scaled = 2 * cents_of_one(total)
    return scaled // (2 * cents + doubt), -(-scaled // (2 * cents - doubt))


def _decimal(rate: int) -> Decimal:
    return Decimal(rate).scaleb(-RATE_DIGITS)
