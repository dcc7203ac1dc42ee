"""Which month ends are proven: a rate a currency gives Xero's balances, and Xero's account of gains moved by just that.

Month end by month end, oldest first, and apart for documents (unrealised gains) and bank accounts (bank revaluations):

1. What Xero's trial balance has on an account and the documents have not is the revaluation, and what was there before
   without a document. That gives the rates (`rate_search`); bank accounts help where documents hold several currencies.
2. It is proven by the account of gains, which nothing but Xero posts to: it must have moved by the opposite since the
   last month end that is proven.
3. Of receivables and payables the one on which something else came up that no document shows is left out, if all others
   and the account of gains tell the rates without it. What it holds besides is known from then on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from xero_pipeline.ledger.revaluation.figures import RATE_DIGITS, Figure, Group, OpenItem
from xero_pipeline.ledger.revaluation.rate_search import InferredRate, infer_rates, told_currencies

ZERO = Decimal("0.00")
UNLIKELY = "unlikely"
"""Why a rate is not taken: no document near the day has one like it."""

IsLikely = Callable[[str, date, Decimal], bool]
"""Whether a rate of a currency on a day is one that documents near it could have."""


@dataclass(frozen=True, slots=True)
class MonthEnd:
    """What is known of a month end before any rate is.

    Args:
        number: Of the period, counted from 0: the evening before the first month.
        gaps: By account, what Xero's trial balance has and the documents have not.
        arisen: By account, the part of that which arose since the month end before.
    """

    number: int
    day: date
    items: Sequence[OpenItem]
    gaps: Mapping[str, Decimal]
    arisen: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Level:
    """A revaluation as at a month end.

    Args:
        rates: Of every currency that is open.
        added: By account, what it adds to the documents' balance.
        figures: How many balances of Xero's the rates give to the cent.
    """

    rates: Mapping[str, InferredRate] = field(default_factory=dict[str, InferredRate])
    added: Mapping[str, Decimal] = field(default_factory=dict[str, Decimal])
    figures: int = 0

    @property
    def total(self) -> Decimal:
        """What it adds to all accounts together."""
        return sum(self.added.values(), ZERO)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out of a month end for documents or for bank accounts.

    Args:
        level: None where it is not proven.
        reason: Why it is not.
    """

    level: Level | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Party:
    """What is revalued against one account.

    Args:
        groups: Documents, bank accounts, or both where Xero's trial balance has their gains as one line.
        gains: That account.
    """

    groups: tuple[Group, ...]
    gains: str


def proven_month_ends(
    months: Sequence[MonthEnd], party: Party, helpers: Sequence[Level | None], is_likely: IsLikely
) -> list[Outcome]:
    """What is proven at each month end.

    Args:
        months: Oldest first.
        helpers: For each, what is known already of bank accounts in the same currencies.
    """
    search = _Search(party, is_likely)
    for month, helper in zip(months, helpers, strict=True):
        search.add(month, helper)
    return search.outcomes()


class _Search:
    def __init__(self, party: Party, is_likely: IsLikely) -> None:
        self._party = party
        self._is_likely = is_likely
        self._found: list[Level | str] = []  # of each month end: what is proven, or why nothing is
        self._before: Mapping[str, Decimal] = {}  # what no document shows on an account, besides the revaluation
        self._last: Level | None = None  # what is proven of the last month end of which anything is
        self._moved = ZERO  # what Xero's account of gains moved since then
        self._guesses: list[Level] = []  # of the month end before, as long as nothing is proven

    def outcomes(self) -> list[Outcome]:
        return [Outcome(None, one) if isinstance(one, str) else Outcome(one) for one in self._found]

    def add(self, month: MonthEnd, helper: Level | None) -> None:
        self._moved += month.arisen.get(self._party.gains, ZERO)
        items = [item for item in month.items if item.group in self._party.groups]
        proven, reason = self._proven(month, items, helper)
        self._found.append(proven or reason)
        if proven:
            accounts = {item.account_id for item in items} | self._before.keys()
            self._before = {one: month.gaps.get(one, ZERO) - proven.added.get(one, ZERO) for one in accounts}
            self._last = proven
        if proven or not self._last:
            self._moved = ZERO

    def _proven(self, month: MonthEnd, items: Sequence[OpenItem], helper: Level | None) -> tuple[Level | None, str]:
        if self._last:
            found = self._levels(month, items, helper, self._last.total - self._moved)
            fitting = next((one for one in found.levels if one.total == self._last.total - self._moved), None)
            return fitting, found.reason
        found = self._levels(month, items, helper)
        pairs = ((a, b) for a in self._guesses for b in found.levels if b.total - a.total == -self._moved)
        pair = next(pairs, None)
        self._guesses = found.levels
        if pair is None:
            # Where nothing is open, all that no document shows is something else.
            return (None, found.reason) if items else (Level(), "")
        self._found[-1] = pair[0]
        return pair[1], ""

    def _levels(
        self, month: MonthEnd, items: Sequence[OpenItem], helper: Level | None, total: Decimal | None = None
    ) -> _Levels:
        """The revaluations that the balances allow: of all accounts, then of all but one.

        Args:
            total: What they must come to, if that is known.
        """
        if not items:
            return _Levels([Level()])
        accounts = sorted({item.account_id for item in items})
        doubtful = accounts if "documents" in self._party.groups else []
        figures = {one: self._figure_of(month, items, one) for one in accounts}
        beside = [] if "banks" in self._party.groups else _told_by_banks(month, helper)
        whole = [] if total is None else [_figure(items, total)]
        found = _Levels([])
        for left_out in (None, *doubtful):
            told = [figures[one] for one in accounts if one != left_out]
            level = self._level(month, items, [*told, *beside], whole if left_out else [])
            if isinstance(level, Level):
                found.levels.append(level)
            elif left_out is None:
                found.reason = level
        return found

    def _figure_of(self, month: MonthEnd, items: Sequence[OpenItem], account_id: str) -> Figure:
        mine = [item for item in items if item.account_id == account_id]
        return _figure(mine, month.gaps.get(account_id, ZERO) - self._before.get(account_id, ZERO))

    def _level(
        self, month: MonthEnd, items: Sequence[OpenItem], figures: Sequence[Figure], whole: Sequence[Figure]
    ) -> Level | str:
        if any(not figure.items and figure.value for figure in figures):
            return "inconsistent"  # nothing is open, and Xero's balance is another one all the same
        asked = [figure for figure in (*figures, *whole) if figure.items]
        if not {item.currency for item in items if item.foreign} <= told_currencies(asked):
            return "undetermined"
        rates = infer_rates(asked)
        if isinstance(rates, str):
            return rates
        if not all(self._is_likely(currency, month.day, one.rate) for currency, one in rates.items()):
            return UNLIKELY
        return _level_at(items, rates, len(asked))


@dataclass(slots=True)
class _Levels:
    """The revaluations that balances allow, and why not that of all accounts."""

    levels: list[Level]
    reason: str = "unproven"


def _told_by_banks(month: MonthEnd, helper: Level | None) -> list[Figure]:
    known: Mapping[str, InferredRate] = helper.rates if helper else {}
    banks = [item for item in month.items if item.group == "banks" and item.currency in known and item.foreign]
    return [Figure([item], item.value_at(scaled(known[item.currency].rate))) for item in banks]


def _figure(items: Sequence[OpenItem], added: Decimal) -> Figure:
    return Figure([item for item in items if item.foreign], sum((item.base for item in items), added))


def _level_at(items: Sequence[OpenItem], rates: Mapping[str, InferredRate], figures: int) -> Level:
    added: dict[str, Decimal] = {}
    for item in items:
        added[item.account_id] = added.get(item.account_id, ZERO) + gain_of(item, rates)
    currencies = {item.currency for item in items}
    return Level({one: rate for one, rate in rates.items() if one in currencies}, added, figures)


def gain_of(item: OpenItem, rates: Mapping[str, InferredRate]) -> Decimal:
    """What an item is worth more than it was booked at; what is open of nothing is worth nothing at any rate."""
    worth = item.value_at(scaled(rates[item.currency].rate)) if item.foreign else ZERO
    return worth - item.base


def scaled(rate: Decimal) -> int:
    """A rate as `OpenItem.value_at` wants it."""
    return int(rate.scaleb(RATE_DIGITS))
