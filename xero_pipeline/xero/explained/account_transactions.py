"""The lines behind what no document shows, by the Account Data API: a record an account and month, with its lines.

Only accounts and months of which the ledger lacks a document are asked for, and again only when what it lacks is
another amount. All answers of a read are of one journal number: as the books were when its first page was answered.

Text of a line is kept only where it is a document's that accounting apps read. Lines of payroll are summed by account
and day, without the document: no name and no employee's pay is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import product
from typing import Any
from urllib.parse import parse_qs, urlsplit

from xero_pipeline.calendar import add_months, month_end, month_start
from xero_pipeline.errors import RequestRefused
from xero_pipeline.xero.explained.account_data import get_account_data, in_parts, money_of, required_text
from xero_pipeline.xero.explained.composed_list import ComposedList
from xero_pipeline.xero.explained.known import KnownBefore, Unexplained
from xero_pipeline.xero.explained.scopes import ACCOUNT_TRANSACTIONS
from xero_pipeline.xero.pagination.list_request import ListRequest
from xero_pipeline.xero.pagination.page import Page
from xero_pipeline.xero.values import is_object, loads

_MOST_ACCOUNTS = 20
_MOST_CALLS = 50
"""After so many calls the rest waits for the next sync."""
_REFUSED = 400
_PAYROLL = re.compile("PAY_?(RUN|SLIP|ROLL)|WAGE|SALAR|EMPLOYEE|SUPERANNUATION|PENSION")
_WITH_TEXT = frozenset(
    {"INVOICE", "BILL", "CREDIT_NOTE", "RECEIVE_MONEY", "SPEND_MONEY", "BANK_TRANSFER", "MANUAL_JOURNAL", "PAYMENT"}
)
"""The draft lists no words for documents; what is called otherwise is kept without its text."""

_Record = dict[str, Any]


def read_account_transactions(request: ListRequest, known: KnownBefore) -> Page:
    """What was read before, and the lines of accounts and months that were not, or lack another amount now.

    Args:
        known: Tells what no document shows.

    Raises:
        XeroPipelineError: As `XeroClient.get`.
    """
    answers = ComposedList(request)
    found: dict[str, _Record] = {name: loads(text) for name, text in known.records().items()}
    due = [one for one in known.unexplained() if known.is_full or not _is_read(found.get(_id_of(*one[:2])), one)]
    asked = {one[:2]: one[2] for one in due}
    lines = _Lines(answers)
    for accounts, months in _calls(due):
        if answers.calls >= _MOST_CALLS:
            break
        read = lines.of(accounts, months[0], months[-1])
        for key in product(accounts, months):
            found[_id_of(*key)] = _record(*key, asked[key], lines.number, read.get(key, []))
    if not answers.calls:
        answers.organisation()  # a list is made of one answer at least
    return answers.page(list(found.values()))


def _id_of(account: str, month: date) -> str:
    return f"{month.isoformat()}/{account}"


def _is_read(before: Mapping[str, Any] | None, one: Unexplained) -> bool:
    return before is not None and Decimal(str(before.get("Unexplained"))) == one[2]


def _record(account: str, month: date, amount: Decimal, number: int | None, lines: Sequence[_Record]) -> _Record:
    return {
        "AccountMonthID": _id_of(account, month),
        "AccountID": account,
        "MonthEnd": month.isoformat(),
        "Unexplained": amount,
        "MaxJournalNumber": number,
        "Lines": lines,
    }


def _calls(due: Iterable[Unexplained]) -> Iterator[tuple[Sequence[str], list[date]]]:
    """Accounts and the months they are asked for in one go: those in a row that lack the same, newest first."""
    by_month: dict[date, list[str]] = {}
    for account, month, _ in due:
        by_month.setdefault(month, []).append(account)
    runs: list[tuple[list[str], list[date]]] = []
    for month in sorted(by_month):
        accounts = sorted(by_month[month])
        follows = runs and runs[-1][0] == accounts and add_months(month_start(runs[-1][1][-1]), 1) == month_start(month)
        if follows:
            runs[-1][1].append(month)
        else:
            runs.append((accounts, [month]))
    for accounts, months in reversed(runs):
        for some in in_parts(accounts, _MOST_ACCOUNTS):
            yield some, months


class _Expired(Exception):
    """The next page cannot be asked for any more."""


@dataclass(slots=True)
class _Lines:
    """Lines as the books were at one journal number."""

    answers: ComposedList
    number: int | None = None

    def of(self, accounts: Sequence[str], first: date, last: date) -> Mapping[tuple[str, date], list[_Record]]:
        """The lines of some accounts and months, by account and month end.

        Args:
            first: The end of the first month.
            last: The end of the last.
        """
        asked = {
            "accountingBasis": "ACCRUAL",
            "startDate": month_start(first).isoformat(),
            "endDate": last.isoformat(),
            "accountIds": accounts,
        }
        try:
            lines = list(self._pages(asked))
        except _Expired:
            lines = list(self._pages(asked, again=True))
        found: dict[tuple[str, date], list[_Record]] = {}
        for account, line in _without_payroll(self._line(one) for one in lines):
            month = month_end(date.fromisoformat(line["JournalDate"]))
            found.setdefault((account, month), []).append(line)
        return found

    def _pages(self, asked: Mapping[str, str | Sequence[str]], *, again: bool = False) -> Iterator[Mapping[str, Any]]:
        """The lines of all pages; whatever is asked after the first page of a read is of its journal number."""
        fixed = {} if self.number is None else {"maxJournalNumber": str(self.number)}
        answer = self._get({**asked, **fixed})
        while True:
            yield from answer["lines"]
            token = _next(answer.get("pagination"))
            if token is None:
                return
            try:
                answer = self._get({"token": token})
            except RequestRefused as refused:
                if again or refused.status != _REFUSED:
                    raise
                raise _Expired from None

    def _get(self, params: Mapping[str, str | Sequence[str]]) -> dict[str, Any]:
        answer = get_account_data(self.answers, "account-transactions", ACCOUNT_TRANSACTIONS, params, "lines")
        number = answer.get("maxJournalNumber")
        if not isinstance(number, int) or self.number not in {None, number}:
            raise self.answers.unreadable(f"maxJournalNumber is {number} and was {self.number}")
        self.number = number
        return answer

    def _line(self, one: Mapping[str, Any]) -> tuple[str, _Record]:
        account, source = one.get("account"), one.get("source")
        told = source if is_object(source) else {}
        kind = told.get("documentType")
        return required_text(self.answers, account.get("id") if is_object(account) else None), {
            "JournalNumber": one.get("journalNumber"),
            "JournalDate": required_text(self.answers, one.get("journalDate")),
            "NetAmount": money_of(self.answers, one.get("signedNetAmount")),
            "DocumentID": told.get("documentId"),
            "DocumentType": kind,
            "Description": one.get("description") if kind in _WITH_TEXT else None,
        }


def _next(pagination: object) -> str | None:
    """The token of the next page; the draft has it in a link, an early client beside it."""
    if not is_object(pagination):
        return None
    links = pagination.get("links")
    link = links.get("next") if is_object(links) else None
    if isinstance(link, str):
        return next(iter(parse_qs(urlsplit(link).query).get("token", [])), None)
    token = pagination.get("nextToken")
    return token if isinstance(token, str) else None


def _without_payroll(lines: Iterable[tuple[str, _Record]]) -> Iterator[tuple[str, _Record]]:
    """The lines, each with its account; those of payroll as one a day."""
    days: dict[tuple[str, str, str], Decimal] = {}
    for account, line in lines:
        kind = str(line["DocumentType"] or "")
        if _PAYROLL.search(kind.upper()):
            key = (account, line["JournalDate"], kind)
            days[key] = days.get(key, Decimal(0)) + line["NetAmount"]
        else:
            yield account, line
    for (account, day, kind), amount in days.items():
        told = {"JournalNumber": None, "JournalDate": day, "NetAmount": amount}
        yield account, {**told, "DocumentID": None, "DocumentType": kind, "Description": None}
