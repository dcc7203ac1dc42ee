"""The books on cash basis: a document counts as far as it has been paid, on the day it was paid."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from xero_pipeline.simulator.books.double_entry.open_amounts import OpenAmounts, document_key
from xero_pipeline.simulator.books.double_entry.postings import Posting
from xero_pipeline.simulator.values.amounts import CENT

if TYPE_CHECKING:
    from xero_pipeline.simulator.company import Company

_DOCUMENTS = frozenset({"ACCREC", "ACCPAY", "ACCRECCREDIT", "ACCPAYCREDIT"})


def cash_postings(company: Company) -> Sequence[Posting]:
    """The postings to income and expense accounts that cash basis shows.

    Spend and receive money and manual journals count on their own day. Invoices, bills and refunded credits count in
    the share that was paid, each line rounded so that the shares of a document paid in full add up to it. What a
    credit note sets off never was money and is left out on both sides; an advance counts when it is set off.

    Args:
        company: The organisation.
    """
    results = {
        account["AccountID"] for account in company.records("Accounts") if account["Class"] in {"REVENUE", "EXPENSE"}
    }
    opened = company.open_amounts
    credit_notes = {
        allocation["AllocationID"] for note in company.records("CreditNotes") for allocation in note["Allocations"]
    }
    found: list[Posting] = []
    for posting in company.postings:
        if posting.account_id not in results:
            continue
        if posting.source_type in _DOCUMENTS:
            found.extend(_paid_shares(posting, opened, credit_notes))
        else:
            found.append(posting)
    return found


def _paid_shares(posting: Posting, opened: OpenAmounts, left_out: set[str]) -> Iterator[Posting]:
    document = opened.document(posting.source_id)
    total: Decimal = document["Total"]
    paid = Decimal(0)
    if not total:
        return
    for day, event, amount in opened.events(document_key(document)):
        if event in left_out:
            continue
        before, after = (_part(posting.net_amount, part, total) for part in (paid, paid + amount))
        paid += amount
        yield replace(posting, date=day, journal_id=event, net_amount=after - before)


def _part(amount: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    return (amount * part / whole).quantize(CENT, rounding=ROUND_HALF_UP)
