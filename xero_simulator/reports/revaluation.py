"""What Xero adds inside its reports: open foreign documents and bank accounts at the rate of the report's day.

What Xero is known to do, and where from:

* An open invoice, bill or credit note is revalued at the rate of the report's day, on the account it stands on
  (help.xero.com, "Unrealized Gains and Losses report"; onestopreporting.com: the account of unrealised gains "splits on
  assets and liabilities").
* A foreign bank account is worth its balance at that rate; what is left over in base currency of an empty one is taken
  off, too (productideas.xero.com, 45766984).
* Nothing of it is in the journals (fivetran/dbt_xero#48), and it changes with the day that is asked about.

Assumed: each document is rounded on its own, at the close of the day; reports on cash basis and the bank summary have
none.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

from xero_simulator.books.double_entry.ledger import Ledger
from xero_simulator.books.double_entry.legs import Posting
from xero_simulator.books.double_entry.postings import POSTED
from xero_simulator.books.rates import rate_on
from xero_simulator.values.amounts import ZERO, to_base
from xero_simulator.values.days import day_of_wire
from xero_simulator.workbench import Record

if TYPE_CHECKING:
    from xero_simulator.company_records import CompanyRecords

_SIGNS = {"ACCREC": 1, "ACCPAY": -1, "ACCRECCREDIT": -1, "ACCPAYCREDIT": 1}


class RevaluedLedger(Ledger):
    """A ledger whose balances are those of reports.

    Args:
        gains: What a day's revaluation adds to each account, debit positive.
    """

    def __init__(self, postings: Iterable[Posting], gains: Callable[[dt.date], Mapping[str, Decimal]]) -> None:
        super().__init__(postings)
        self._gains = gains

    def balance(self, account_id: str, day: dt.date) -> Decimal:
        """The balance of an account in a report as at a day, debit positive."""
        return super().balance(account_id, day) + self._gains(day).get(account_id, ZERO)

    def active(self, account_id: str, first: dt.date, last: dt.date) -> bool:
        """Whether anything was posted to an account within some days, or its revaluation changed."""
        if super().active(account_id, first, last):
            return True
        return any(self._gains(day).get(account_id) for day in (first - dt.timedelta(days=1), last))


def revalued_ledger(company: CompanyRecords, postings: Iterable[Posting] | None = None) -> Ledger:
    """The ledger on accrual basis as reports show it.

    Args:
        postings: Some of them; all by default.
    """
    if not company.bench.config.revalues:
        return company.ledger if postings is None else Ledger(postings)
    if postings is not None:
        return RevaluedLedger(postings, _gains(company))
    return company.keep("revalued ledger", lambda: RevaluedLedger(company.postings, _gains(company)))


def _gains(company: CompanyRecords) -> Callable[[dt.date], Mapping[str, Decimal]]:
    return company.keep("revaluations", lambda: cache(_Revaluation(company).on))


@dataclass(frozen=True, slots=True)
class _Document:
    """An invoice or credit note in another currency, as revaluations need it."""

    record: Record
    day: dt.date
    account_id: str
    sign: int


class _Revaluation:
    """What the revaluation of any day adds to the accounts of a company."""

    def __init__(self, company: CompanyRecords) -> None:
        self._company = company
        accounts = company.records("Accounts")
        self._system = {row["SystemAccount"]: row["AccountID"] for row in accounts if "SystemAccount" in row}
        self._documents = tuple(self._foreign_documents())
        base = company.base_currency
        self._banks = {r["AccountID"]: r["CurrencyCode"] for r in accounts if r.get("CurrencyCode", base) != base}
        moves = [posting for posting in company.postings if posting.account_id in self._banks]
        self._own = Ledger(replace(posting, net_amount=posting.foreign_amount) for posting in moves)

    def _foreign_documents(self) -> Iterator[_Document]:
        for record in (*self._company.records("Invoices"), *self._company.records("CreditNotes")):
            if record["Status"] in POSTED and record["CurrencyCode"] != self._company.base_currency:
                control = self._system["DEBTORS" if record["Type"].startswith("ACCREC") else "CREDITORS"]
                yield _Document(record, day_of_wire(record["Date"]), control, _SIGNS[record["Type"]])

    def on(self, day: dt.date) -> Mapping[str, Decimal]:
        """What a report as at a day adds to each account; a day to come has the rate of the books' last."""
        found: dict[str, Decimal] = {}
        for document in self._documents:
            if document.day <= day:
                still_open = self._company.open_amounts.open_at(document.record, day)
                gain = self._worth(still_open, document.record["CurrencyCode"], day)
                gain -= to_base(still_open, document.record["CurrencyRate"])
                _move(found, document.account_id, self._system["UNREALISEDCURRENCYGAIN"], document.sign * gain)
        for account_id, currency in self._banks.items():
            worth = self._worth(self._own.balance(account_id, day), currency, day)
            gain = worth - self._company.ledger.balance(account_id, day)
            _move(found, account_id, self._system["BANKCURRENCYGAIN"], gain)
        return found

    def _worth(self, amount: Decimal, currency: str, day: dt.date) -> Decimal:
        return to_base(amount, rate_on(self._company.bench.country, currency, min(day, self._company.today)))


def _move(found: dict[str, Decimal], account_id: str, gains: str, amount: Decimal) -> None:
    if amount:
        found[account_id] = found.get(account_id, ZERO) + amount
        found[gains] = found.get(gains, ZERO) - amount
