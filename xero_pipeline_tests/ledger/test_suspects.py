"""`explain` names a document only where Xero says another amount is open than its payments and credits leave."""

from __future__ import annotations

from decimal import Decimal

import pytest

NOBODY = set()


def settled(books, target="invoices", **more):
    """A bill or credit of 65 of which Xero says nothing is open."""
    told = {"invoices": "amount_due"}.get(target, "remaining_credit")
    kind = {"invoices": "ACCREC", "credit_notes": "ACCPAYCREDIT"}[target]
    books.document(target, "settled", kind, [("sales", "65")], **{told: Decimal(0)}, **more)


def advance(books, table, kind):
    books.document(table, "over", kind, [], off="100", remaining_credit=Decimal(35))


@pytest.mark.parametrize("left", [0, 5])
def test_an_allocation_of_an_overpayment_that_is_listed_among_both_kinds_counts_once(books, left):
    """XeroAPI/Xero-NetStandard#477: /Prepayments lists an overpayment, too."""
    settled(books)
    for table in ("overpayments", "prepayments"):
        advance(books, table, "RECEIVE-OVERPAYMENT")
        books.set_off(f"{table} a", "over", "settled", "65", table=table[:-1])
    books.change(f"update xero.invoices set amount_due = {left}")
    assert books.suspected("receivables", "-1") == ({"settled"} if left else NOBODY)


def test_an_allocation_counts_on_the_credit_note_it_is_used_on(books):
    settled(books, "credit_notes")
    advance(books, "overpayments", "RECEIVE-OVERPAYMENT")
    books.put("overpayment_allocations", overpayment_id="over", allocation_id="a", position=1,
              credit_note_id="settled", amount=Decimal(65))  # fmt: skip
    assert books.suspected("payables", "-1") == NOBODY


def test_a_payment_without_a_status_counts(books):
    settled(books)
    books.pay("p", "settled", "65")
    books.change("update xero.payments set status = null")
    assert books.suspected("receivables", "-1") == NOBODY


def test_an_allocation_of_a_credit_that_was_voided_does_not_count(books):
    settled(books)
    books.pay("p", "settled", "65")
    books.document("credit_notes", "c", "ACCRECCREDIT", [("sales", "65")], remaining_credit=Decimal(0))
    books.set_off("a", "c", "settled", "65")
    books.change("update xero.credit_notes set status = 'VOIDED'")
    assert "settled" not in books.suspected("receivables", "-1")
