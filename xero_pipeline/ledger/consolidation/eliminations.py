"""What documents between organisations of the group posted, taken out again: each month of each pair sums to zero.

* Income and expenses: what each document posted, at the average rate it was translated at, in the month from which both
  are in the books.
* Receivables and payables: at the end of each month what both have open in common, each side at its closing rate.
* What is left over is the exchange difference between the two organisations, in profit or loss: an intragroup balance
  cannot be eliminated without showing the results of currency fluctuations (IAS 21.45).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from xero_pipeline.calendar import add_months
from xero_pipeline.ledger.consolidation.translated_amount import ZERO, added, negative, shared, times

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date
    from decimal import Decimal

    from xero_pipeline.ledger.consolidation.intercompany import IntercompanyDocument, Pair
    from xero_pipeline.ledger.consolidation.members import GroupMember
    from xero_pipeline.ledger.consolidation.months import MonthRates
    from xero_pipeline.ledger.consolidation.rows import Row

EXCHANGE = "EXCHANGE"
"""Stands for the account of exchange differences between organisations, which none has in its own books."""
OPENING = "OPENING"
"""Stands for what of them was there before the group's first month: retained earnings."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is taken off an account, debit positive.

    Args:
        amount: In the document's currency.
        base: In base currency.
        translated: In the presentation currency; None where a rate is missing.
    """

    amount: Decimal = ZERO
    base: Decimal = ZERO
    translated: Decimal | None = ZERO

    def less(self, other: Standing) -> Standing:
        """What changed since."""
        return Standing(
            self.amount - other.amount, self.base - other.base, added(self.translated, negative(other.translated))
        )


NOTHING = Standing()


class Eliminations:
    """The eliminations of a group.

    Args:
        members: The organisations, by tenant id.
        months: The months of each organisation in the group, with their rates.
        currency: The presentation currency.
    """

    def __init__(
        self, members: Mapping[str, GroupMember], months: Mapping[str, Sequence[MonthRates]], currency: str
    ) -> None:
        self._members = members
        self._months = {tenant_id: {one.start: one for one in found} for tenant_id, found in months.items()}
        self._begins = min(one.start for found in months.values() for one in found)
        self._currency = currency

    def rows(self, pairs: Iterable[Pair]) -> Iterator[Row]:
        """The rows of all pairs that agree."""
        for pair in pairs:
            if pair.problem is None:
                yield from self._pair(pair)

    def _pair(self, pair: Pair) -> Iterator[Row]:
        sale, purchase = pair.sale, pair.purchase
        known = set(self._months[sale.tenant_id]) & set(self._months[purchase.tenant_id])
        months = sorted(one for one in known if one >= pair.month)
        stood = {one.document_id: NOTHING for one in (sale, purchase)}
        settled = max((*sale.moved, *purchase.moved), default=pair.month)
        for month in months:
            rows = list(self._results(pair, month))
            for one, other in _sides(pair):
                at_end = self._standing(pair, one, month, "closing")
                rows.append(self._row(one, other, month, one.control_account, at_end.less(stood[one.document_id])))
                stood[one.document_id] = at_end
            opening = self._opening(pair, month) if month == self._begins else ZERO
            for account, amount in ((OPENING, opening), (EXCHANGE, self._left_over(rows, opening))):
                rows.append(self._row(sale, purchase, month, account, Standing(ZERO, ZERO, negative(amount))))
            yield from (row for row in rows if row["document_movement"] or row["movement"] != ZERO)
            if month >= settled and not any(one.amount for one in stood.values()):
                return

    def _left_over(self, rows: Iterable[Row], opening: Decimal | None) -> Decimal | None:
        return added(*(row["movement"] for row in rows), negative(opening))

    def _results(self, pair: Pair, month: date) -> Iterator[Row]:
        """Income and expenses taken out, of documents that both were booked since the group began."""
        are_translated = all(one.month in self._months[one.tenant_id] for one, _ in _sides(pair))
        if month != pair.month or not pair.has_results or not are_translated:
            return
        for one, other in _sides(pair):
            rate = self._months[one.tenant_id][one.month].average_value
            for account_id, (base, amount) in one.results.items():
                moved = Standing(-amount, -base, negative(times(base, rate)))
                yield self._row(one, other, month, account_id, moved)

    def _standing(
        self, pair: Pair, one: IntercompanyDocument, month: date, measure: Literal["average", "closing"]
    ) -> Standing:
        """What is taken off a control account at the end of a month: as much as both have open."""
        base, mine = _open(one, month)
        in_common = min(abs(_open(side, month)[1]) for side in (pair.sale, pair.purchase))
        if not in_common or _open(pair.sale, month)[1] * _open(pair.purchase, month)[1] > 0:
            return NOTHING
        part = shared(base, in_common, abs(mine))
        rates = self._months[one.tenant_id][max(month, self._begins)]
        rate = rates.closing_value if measure == "closing" else rates.average_value
        return Standing(-in_common if mine > 0 else in_common, -part, negative(times(part, rate)))

    def _opening(self, pair: Pair, month: date) -> Decimal | None:
        """What both sides differ by in what was open before the group began, which comes in at its first average."""
        sides = (pair.sale, pair.purchase)
        return added(*(self._standing(pair, one, add_months(month, -1), "average").translated for one in sides))

    def _row(
        self,
        one: IntercompanyDocument,
        other: IntercompanyDocument,
        month: date,
        account_id: str | None,
        moved: Standing,
    ) -> Row:
        member, rates = self._members[one.tenant_id], self._months[one.tenant_id][month]
        return {
            "tenant_id": one.tenant_id,
            "period_start": rates.start,
            "period_end": rates.end,
            "document_id": one.document_id,
            "account_id": account_id,
            "organisation": member.name,
            "number": one.number,
            "counterpart_tenant_id": other.tenant_id,
            "counterpart_document_id": other.document_id,
            "document_currency": one.currency,
            "document_movement": moved.amount,
            "base_currency": member.base_currency,
            "base_movement": moved.base,
            "currency_code": self._currency,
            "movement": moved.translated,
            "problem": self._problem(one, other, month) if moved.translated is None else None,
        }

    def _problem(self, one: IntercompanyDocument, other: IntercompanyDocument, month: date) -> str:
        problems = [self._months[side.tenant_id][month].problem for side in (one, other)]
        return next((told for told in problems if told), "A rate of an earlier month is missing")


def _sides(pair: Pair) -> tuple[tuple[IntercompanyDocument, IntercompanyDocument], ...]:
    return (pair.sale, pair.purchase), (pair.purchase, pair.sale)


def _open(one: IntercompanyDocument, month: date) -> tuple[Decimal, Decimal]:
    """What stands of it at the end of a month, in base currency and in its own."""
    moved = [amounts for moved_in, amounts in one.moved.items() if moved_in <= month]
    return sum((base for base, _ in moved), ZERO), sum((amount for _, amount in moved), ZERO)
