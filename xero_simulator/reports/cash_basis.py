"""The books on cash basis: a document counts as far as it has been paid, on the day it was paid."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from xero_simulator.books.double_entry.ledger import Ledger
from xero_simulator.books.double_entry.legs import Posting
from xero_simulator.books.double_entry.open_amounts import OpenAmounts, document_key
from xero_simulator.values.amounts import CENT, ZERO

if TYPE_CHECKING:
    from xero_simulator.company_records import CompanyRecords

_DOCUMENTS = frozenset({"ACCREC", "ACCPAY", "ACCRECCREDIT", "ACCPAYCREDIT"})


def cash_postings(company: CompanyRecords) -> Sequence[Posting]:
    """The postings that cash basis shows; each journal sums to zero.

    Spend and receive money, payments and manual journals count on their own day. Invoices, bills and refunded credits
    count in the share that was paid, on the day it was, each line rounded so that the shares of a document paid in
    full add up to it; the control account carries what balances them. What a credit note sets off never was money and
    is left out on both sides; an advance counts when it is set off.
    """
    return company.keep("cash postings", lambda: tuple(_cash_postings(company)))


def cash_ledger(company: CompanyRecords) -> Ledger:
    """Balances and movements of all accounts on cash basis."""
    return company.keep("cash ledger", lambda: Ledger(cash_postings(company)))


def _cash_postings(company: CompanyRecords) -> Iterator[Posting]:
    controls = {
        account["AccountID"]
        for account in company.records("Accounts")
        if account.get("SystemAccount") in {"DEBTORS", "CREDITORS"}
    }
    credit_notes = {
        allocation["AllocationID"] for note in company.records("CreditNotes") for allocation in note["Allocations"]
    }
    documents: dict[str, list[Posting]] = {}
    for posting in company.postings:
        if posting.source_type in _DOCUMENTS:
            documents.setdefault(posting.journal_id, []).append(posting)
        else:
            yield posting
    for journal in documents.values():
        yield from _paid_shares(journal, controls, company.open_amounts, credit_notes)


def _paid_shares(
    journal: Sequence[Posting], controls: set[str], opened: OpenAmounts, left_out: set[str]
) -> Iterator[Posting]:
    document = opened.document(journal[0].source_id)
    total: Decimal = document["Total"]
    paid = Decimal(0)
    if not total:
        return
    for day, event, amount in opened.events(document_key(document)):
        if event in left_out:
            continue
        balance = ZERO
        for posting in journal:
            if posting.account_id not in controls:
                before, after = (_part(posting.net_amount, part, total) for part in (paid, paid + amount))
                balance += after - before
                yield replace(posting, date=day, journal_id=event, net_amount=after - before)
        for posting in journal:
            if posting.account_id in controls:
                yield replace(posting, date=day, journal_id=event, net_amount=-balance)
        paid += amount


def _part(amount: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    return (amount * part / whole).quantize(CENT, rounding=ROUND_HALF_UP)
