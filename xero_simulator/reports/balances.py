"""Balances as statements need them: the year's earnings apart from what earlier years retained."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from xero_simulator.books.double_entry.ledger import Ledger
from xero_simulator.values.amounts import ZERO
from xero_simulator.values.days import financial_year_start
from xero_simulator.workbench import Record

if TYPE_CHECKING:
    from xero_simulator.company_records import CompanyRecords

_RESULTS = frozenset({"REVENUE", "EXPENSE"})


@dataclass(frozen=True, slots=True)
class Balances:
    """The state of all accounts on the evening of one day.

    Args:
        ledger: What it is summed from.
    """

    company: CompanyRecords
    ledger: Ledger
    day: dt.date

    @property
    def year_start(self) -> dt.date:
        """The first day of the financial year that holds the day."""
        return financial_year_start(self.day, *self.company.bench.country.year_end)

    def of(self, account: Record) -> Decimal:
        """What an account shows, debit positive.

        Income and expenses start every year at zero; what they came to is added to retained earnings, without any
        posting, as Xero does.
        """
        key = account["AccountID"]
        if account["Class"] in _RESULTS:
            return self.ledger.movement(key, self.year_start, self.day)
        balance = self.ledger.balance(key, self.day)
        if account.get("SystemAccount") == "RETAINEDEARNINGS":
            balance += self._results(dt.date.min + dt.timedelta(days=1), self.year_start - dt.timedelta(days=1))
        return balance

    @property
    def current_year_earnings(self) -> Decimal:
        """Profit of the financial year up to the day, positive for a profit."""
        return -self._results(self.year_start, self.day)

    def _results(self, first: dt.date, last: dt.date) -> Decimal:
        accounts = (row for row in self.company.records("Accounts") if row["Class"] in _RESULTS)
        return sum((self.ledger.movement(row["AccountID"], first, last) for row in accounts), ZERO)
