"""Books in which something has happened: what people who look around for the first time have to find.

Told anew whenever the books are written, with the same instants, so that every process sees the same books.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal

from xero_simulator.books import build_company
from xero_simulator.company import Company
from xero_simulator.config import BooksConfig, Story
from xero_simulator.edits.documents import add_invoice
from xero_simulator.edits.hidden_postings import post_unseen
from xero_simulator.edits.working_copy import open_copy
from xero_simulator.values.days import add_months, month_end, month_start, wire_day

_Event = Callable[[Company, dt.datetime], object]


def build_books(config: BooksConfig, index: int) -> Company:
    """Write the books of one organisation, with what happened in them."""
    company = build_company(config, index)
    if config.story:
        _tell(company, index, config.story)
        company.written_at = company.revision
    return company


def _tell(company: Company, index: int, story: Story) -> None:
    for event in _AT_FIRST.get(index, ()):
        event(company, story.begins)
    if story.closed_month_changes:
        for event in _LATER.get(index, ()):
            event(company, story.closed_month_changes)


def _month_before(at: dt.datetime, months: int) -> dt.date:
    return add_months(month_start(at.date()), -months)


def _trade_fair(company: Company, at: dt.datetime) -> None:
    """A bill that makes last month's advertising costs what they are."""
    day = _month_before(at, 1).replace(day=18)
    add_invoice(company, at, kind="ACCPAY", net=1_480_000, day=day, account="400", told="Stand at the trade fair")


def _close_months(company: Company, at: dt.datetime) -> None:
    """Somebody closed all months up to the one before last."""
    organisation = open_copy(company, "Organisations", company.bench.id_of("organisation"))
    organisation["PeriodLockDate"] = wire_day(month_end(_month_before(at, 2)))
    company.revision += 1


def _late_bill(company: Company, at: dt.datetime) -> None:
    """An adviser enters a bill in a month that is closed."""
    day = _month_before(at, 2).replace(day=27)
    add_invoice(company, at, kind="ACCPAY", net=236_500, day=day, account="412", told="Consulting, entered late")


def _unreadable_total(company: Company, at: dt.datetime) -> None:
    """A draft bill whose total is no number."""
    bill = add_invoice(company, at, kind="ACCPAY", net=64_000, status="DRAFT", told="Shelves for the back room")
    bill["Total"] = {"Amount": str(bill["Total"]), "Currency": bill["CurrencyCode"]}


def _journal_without_a_document(company: Company, at: dt.datetime) -> None:
    """A posting of last month that no document shows and nothing explains."""
    amount = Decimal("1234.50")
    post_unseen(company, _month_before(at, 1).replace(day=9), {"404": amount, "850": -amount}, "")


_AT_FIRST: dict[int, Sequence[_Event]] = {
    0: (_close_months, _trade_fair),
    1: (_unreadable_total,),
    2: (_journal_without_a_document,),
}
_LATER: dict[int, Sequence[_Event]] = {0: (_late_bill,)}
"""By the organisation's place."""
