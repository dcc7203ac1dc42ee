"""The books on cash basis: a document counts as far as it is settled, on the day of what settles it.

What Xero is known to do, and where from:

* Invoices and bills count when they are paid (OpenAPI: `paymentsOnly`), so what is owed and due is not there.
* A credit note that is allocated counts on both sides, when it is (support.jetconvert.com, "Comparing Data - Cash
  versus Accrual").
* A manual journal counts if it is marked `ShowOnCashBasisReports` (help.xero.com, "Add and post a manual journal").

What Xero does not say, how a part is rounded, follows from the first: every line is rounded so that the parts of a
document add up to it, and what rounding leaves over is on its largest line, never on the account for what is owed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from xero_simulator.books.double_entry.ledger import Ledger
from xero_simulator.books.double_entry.legs import Posting
from xero_simulator.books.double_entry.open_amounts import document_key
from xero_simulator.values.amounts import CENT, ZERO

if TYPE_CHECKING:
    from xero_simulator.company_records import CompanyRecords

_DOCUMENTS = frozenset({"ACCREC", "ACCPAY", "ACCRECCREDIT", "ACCPAYCREDIT"})


def cash_postings(company: CompanyRecords) -> Sequence[Posting]:
    """The postings that cash basis shows; each journal sums to zero.

    Money, payments, allocations and manual journals post as they do on accrual basis. Invoices, bills and credit notes
    post in shares, one for each payment or allocation; the account for what is owed goes up by what that takes off it.
    """
    return company.keep("cash postings", lambda: tuple(_cash_postings(company)))


def cash_ledger(company: CompanyRecords) -> Ledger:
    """Balances and movements of all accounts on cash basis."""
    return company.keep("cash ledger", lambda: Ledger(cash_postings(company)))


def _cash_postings(company: CompanyRecords) -> Iterator[Posting]:
    hidden = {
        row["ManualJournalID"]
        for row in company.records("ManualJournals")
        if row.get("ShowOnCashBasisReports") is False
    }
    documents: dict[str, list[Posting]] = {}
    for posting in company.postings:
        if posting.source_type in _DOCUMENTS:
            documents.setdefault(posting.journal_id, []).append(posting)
        elif posting.source_id not in hidden:
            yield posting
    for journal in documents.values():
        record = company.open_amounts.document(journal[0].source_id)
        yield from _settled(journal, record["Total"], company.open_amounts.events(document_key(record)))


def _settled(
    journal: Sequence[Posting], total: Decimal, events: Iterable[tuple[dt.date, str, Decimal]]
) -> Iterator[Posting]:
    """A document's postings in shares; one that comes to nothing is settled from the beginning."""
    if not total:
        yield from journal
        return
    settled, before = ZERO, [ZERO] * len(journal)
    for day, event, amount in events:
        settled += amount
        after = _shares(journal, settled, total)
        for posting, one, other in zip(journal, after, before, strict=True):
            yield replace(posting, date=day, journal_id=event, net_amount=one - other)
        before = after


def _shares(journal: Sequence[Posting], part: Decimal, whole: Decimal) -> list[Decimal]:
    """What each posting comes to when so much of the whole is settled; what rounding leaves is on the largest line."""
    found = [(posting.net_amount * part / whole).quantize(CENT, rounding=ROUND_HALF_UP) for posting in journal]
    lines = [place for place, posting in enumerate(journal) if place and not posting.is_tax]
    found[max(lines, key=lambda place: abs(journal[place].net_amount))] -= sum(found, ZERO)
    return found
