"""One organisation's balances in another currency, month by month, as IAS 21.39 has it.

* Income and expenses of a month at its average rate (IAS 21.40).
* Assets and liabilities at the closing rate of the month.
* Equity at the rates of its time: every month's movement at that month's average, earlier profits with it. (The
  standard leaves equity open; this is what most do.)
* What is left over is the currency translation reserve (IAS 21.39c, 41): a line of its own, in equity.

What was there before the group's first month comes in at the average of that month, so that the reserve begins at zero,
as IFRS 1.D13 lets a group begin. From then on a missing rate leaves every amount empty that stands on it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xero_pipeline.ledger.consolidation.translated_amount import (
    NOTHING,
    ZERO,
    TranslatedAmount,
    added,
    negative,
    times,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date
    from decimal import Decimal

    from xero_pipeline.ledger.consolidation.members import GroupAccount, GroupMovement
    from xero_pipeline.ledger.consolidation.months import MonthRates


@dataclass(frozen=True, slots=True)
class TranslatedBalance:
    """An account at the end of a month.

    Args:
        movement: What changed in the month; the movements of all accounts and the reserve sum to zero.
        balance: What stands at its end: of income and expenses since the financial year began.
        intercompany: Of income and expenses the part of the movement, of receivables and payables the part of the
            balance that is with organisations of the group.
    """

    account: GroupAccount
    movement: TranslatedAmount
    balance: TranslatedAmount
    intercompany: TranslatedAmount


@dataclass(frozen=True, slots=True)
class Month:
    """All that stands at the end of a month.

    Args:
        rates: The month and its rates.
        standings: The accounts; retained earnings with the profits of earlier years.
        earnings: Income less expenses since the financial year began, debit positive.
        reserve: Balance of the currency translation reserve; its base is 0, unless the ledger does not balance.
        reserve_movement: What changed of it in the month.
    """

    rates: MonthRates
    standings: Sequence[TranslatedBalance]
    earnings: TranslatedAmount
    reserve: TranslatedAmount
    reserve_movement: TranslatedAmount


class Translation:
    """The books of one organisation as they go on from month to month.

    Args:
        accounts: Its accounts by id, those of all movements among them.
        retained: The account that earlier profits are on.
    """

    def __init__(self, accounts: Mapping[str, GroupAccount], retained: GroupAccount) -> None:
        self._accounts = {retained.account_id: retained, **accounts}
        self._retained = retained
        self._kept: dict[str, TranslatedAmount] = defaultdict(TranslatedAmount)
        """Of accounts of the balance sheet: all movements so far, each at the average of its month."""
        self._at_closing: dict[str, Decimal | None] = defaultdict(lambda: ZERO)
        """Of assets and liabilities: what they stood at on the evening before."""
        self._results: dict[tuple[date, str], TranslatedAmount] = defaultdict(TranslatedAmount)
        """Of income and expenses, by financial year and account."""
        self._contacts: dict[str, Decimal] = defaultdict(lambda: ZERO)
        """Of receivables and payables: what is with organisations of the group, in base currency."""

    def run(self, movements: Iterable[GroupMovement], months: Sequence[MonthRates]) -> Iterator[Month]:
        """Every month.

        Args:
            movements: All movements up to the last month.
            months: The months one after the other; what was there before the first comes in at its average rate.
        """
        by_month: dict[date, list[GroupMovement]] = defaultdict(list)
        for one in movements:
            by_month[one.month].append(one)
        first = months[0]
        for earlier in sorted(month for month in by_month if month < first.start):
            self._move(by_month[earlier], first.average_value)
        for account_id, kept in self._kept.items():
            self._at_closing[account_id] = times(kept.base, first.average_value)
        for rates in months:
            yield self._month(rates, by_month[rates.start])

    def _move(self, movements: Iterable[GroupMovement], rate: Decimal | None) -> dict[str, TranslatedAmount]:
        """Take the movements of a month in; returns them by account."""
        moved: dict[str, TranslatedAmount] = defaultdict(TranslatedAmount)
        for one in movements:
            figures = TranslatedAmount(one.amount, times(one.amount, rate))
            moved[one.account_id] += figures
            account = self._accounts[one.account_id]
            if account.is_result:
                self._results[one.year_start, one.account_id] += figures
            else:
                self._kept[one.account_id] += figures
            if account.is_control:
                self._contacts[one.account_id] += one.intercompany
        return moved

    def _month(self, rates: MonthRates, movements: Sequence[GroupMovement]) -> Month:
        moved = self._move(movements, rates.average_value)
        with_contacts: dict[str, Decimal] = defaultdict(lambda: ZERO)
        for one in movements:
            with_contacts[one.account_id] += one.intercompany
        results: dict[str, TranslatedAmount] = defaultdict(TranslatedAmount)
        earlier = NOTHING
        for (year, account_id), figures in self._results.items():
            if year == rates.year_start:
                results[account_id] += figures
            else:
                earlier += figures
        standings = [
            self._result(rates, account, moved[key], results[key], with_contacts[key])
            if account.is_result
            else self._balance(rates, account, moved[key], earlier)
            for key, account in self._accounts.items()
        ]
        reserve = -_sum(one.balance for one in standings)
        movement = -_sum(one.movement for one in standings)
        kept = [one for one in standings if one.movement or one.balance]
        return Month(rates, kept, _sum(results.values()), reserve, movement)

    def _result(
        self,
        rates: MonthRates,
        account: GroupAccount,
        moved: TranslatedAmount,
        balance: TranslatedAmount,
        contacts: Decimal,
    ) -> TranslatedBalance:
        return TranslatedBalance(
            account, moved, balance, TranslatedAmount(contacts, times(contacts, rates.average_value))
        )

    def _balance(
        self, rates: MonthRates, account: GroupAccount, moved: TranslatedAmount, earlier: TranslatedAmount
    ) -> TranslatedBalance:
        key = account.account_id
        kept = self._kept[key]
        if account.is_equity:
            return TranslatedBalance(account, moved, kept + earlier if account == self._retained else kept, NOTHING)
        closing = times(kept.base, rates.closing_value)
        change = added(closing, negative(self._at_closing[key]))
        self._at_closing[key] = closing
        contacts = self._contacts[key]
        between = TranslatedAmount(contacts, times(contacts, rates.closing_value))
        return TranslatedBalance(
            account, TranslatedAmount(moved.base, change), TranslatedAmount(kept.base, closing), between
        )


def _sum(figures: Iterable[TranslatedAmount]) -> TranslatedAmount:
    total = NOTHING
    for one in figures:
        total += one
    return total
