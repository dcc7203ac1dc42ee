"""Balances and movements by account and day, summed from postings."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from decimal import Decimal

from xero_simulator.books.double_entry.legs import Posting
from xero_simulator.values.amounts import ZERO


class Ledger:
    """Answers what an account moved between two days; built once, asked often."""

    def __init__(self, postings: Iterable[Posting]) -> None:
        sums: dict[str, dict[dt.date, Decimal]] = {}
        for posting in postings:
            days = sums.setdefault(posting.account_id, {})
            days[posting.date] = days.get(posting.date, ZERO) + posting.net_amount
        self._days: dict[str, list[dt.date]] = {}
        self._balances: dict[str, list[Decimal]] = {}
        for account, days in sums.items():
            self._days[account] = sorted(days)
            self._balances[account] = list(_running(days[day] for day in self._days[account]))

    def balance(self, account_id: str, day: dt.date) -> Decimal:
        """The balance of an account on the evening of a day, debit positive."""
        place = bisect_right(self._days.get(account_id, ()), day)
        return self._balances[account_id][place - 1] if place else ZERO

    def movement(self, account_id: str, first: dt.date, last: dt.date) -> Decimal:
        """What an account moved from the morning of one day to the evening of another, debit positive."""
        return self.balance(account_id, last) - self.balance(account_id, first - dt.timedelta(days=1))

    def active(self, account_id: str, first: dt.date, last: dt.date) -> bool:
        """Whether anything was posted to an account within some days."""
        days = self._days.get(account_id, ())
        return bisect_right(days, last) > bisect_right(days, first - dt.timedelta(days=1))


def _running(amounts: Iterable[Decimal]) -> Iterator[Decimal]:
    total = ZERO
    for amount in amounts:
        total += amount
        yield total
