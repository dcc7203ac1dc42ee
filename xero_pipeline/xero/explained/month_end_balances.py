"""Balances of the Account Data API by day, and what a trial balance of a month would say by them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from xero_pipeline.calendar import month_end
from xero_pipeline.xero.http.response import ApiResponse
from xero_pipeline.xero.values import is_list, is_object, loads

ZERO = Decimal(0)
_RESULTS = ("REVENUE", "EXPENSE")
Figures = tuple[Decimal, Decimal]
"""Of an account: what the month moved, and the balance; debit positive."""


@dataclass(frozen=True, slots=True)
class MonthEndBalances:
    """Balances by day and account, with the accounts as they stand beside them.

    Args:
        answer: What brought them.
    """

    answer: ApiResponse
    days: Mapping[date, Mapping[str, Decimal]]
    accounts: Mapping[str, Mapping[str, Any]]

    @classmethod
    def read(cls, answer: ApiResponse) -> MonthEndBalances | None:
        """What an answer says; None where it is not laid out as the draft has it."""
        found = loads(answer.body)
        records = found.get("accountBalances") if is_object(found) else None
        if not is_list(records):
            return None
        days: dict[date, dict[str, Decimal]] = defaultdict(dict)
        accounts: dict[str, Mapping[str, Any]] = {}
        try:
            for one in records:
                days[date.fromisoformat(one["date"])][one["accountId"]] = Decimal(one["signedBalance"])
                accounts[one["accountId"]] = one["account"]
        except (TypeError, KeyError, ValueError, ArithmeticError):
            return None
        return cls(answer, days, accounts)

    def figures(self, month: date, year_begins: date) -> Mapping[str, Figures]:
        """What a trial balance says, by account; without what is zero in all of it.

        Args:
            month: The first day of the month.
            year_begins: The first day of its financial year, which begins income and expenses at zero.
        """
        now, before = self.days.get(month_end(month), {}), dict(self.days.get(month - timedelta(days=1), {}))
        if year_begins == month:
            earned = [one for one in before if self.part(one, "class") in _RESULTS]
            total = sum((before[one] for one in earned), ZERO)
            for retained in (one for one in self.accounts if self.part(one, "systemAccountCode") == "RETAINEDEARNINGS"):
                before[retained] = before.get(retained, ZERO) + total
            before |= dict.fromkeys(earned, ZERO)
        every = {one: (now.get(one, ZERO) - before.get(one, ZERO), now.get(one, ZERO)) for one in {*now, *before}}
        return {account: figures for account, figures in every.items() if any(figures)}

    def part(self, account: str, name: str) -> str:
        """What is told of an account; empty where nothing is."""
        return str(self.accounts[account].get(name) or "")
