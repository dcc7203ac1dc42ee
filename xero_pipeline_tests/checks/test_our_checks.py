"""Each check finds what was planted, and is silent about what only looks like it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from xero_pipeline.checks.catalogue import TENANT, TODAY, books_checks
from xero_pipeline.checks.evaluation import answers_of
from xero_pipeline_tests.queries.conftest import on_duckdb, on_postgresql  # noqa: F401 - fixtures

EXPECTED = {
    "duplicate_bills",
    "postings_to_suspense",
    "stale_drafts",
    "supplier_bank_account_changed",
    "tax_unlike_history",
    "unreconciled_bank_lines",
}


def test_these_are_our_checks():
    assert {check.name for check in books_checks()} == EXPECTED
    assert not any(check.is_error for check in books_checks())


def test_a_bill_is_found_that_is_like_an_earlier_one(books):
    books.document("invoices", "first", "2026-10-01", invoice_number="INV-77")
    books.document("invoices", "same number", "2026-11-02", invoice_number="inv 77")
    books.document("invoices", "same day", "2026-10-01", invoice_number="X")
    books.document("invoices", "other total", "2026-10-01", invoice_number="INV-77", total=Decimal("99.99"))
    books.document("invoices", "other supplier", "2026-10-01", invoice_number="INV-77", contact_id="z")
    books.document("invoices", "void", "2026-10-01", invoice_number="INV-77", status="VOIDED")
    books.document("invoices", "a sale", "2026-10-01", invoice_number="INV-77", type="ACCREC")
    books.document(
        "invoices", "every month 1", "2026-09-01", invoice_number="", repeating_invoice_id="r", total=Decimal(5)
    )
    books.document(
        "invoices", "every month 2", "2026-09-01", invoice_number="", repeating_invoice_id="r", total=Decimal(5)
    )
    books.ask()
    found = books.found("duplicate_bills")
    assert found.keys() == {"same number", "same day"}
    assert found["same number"] == {
        "supplier": "Supplier", "bill": "inv 77", "date": "2026-11-02", "total": "100.00", "currency": "NZD",
        "status": "AUTHORISED", "earlier_bill": "INV-77", "earlier_date": "2026-10-01", "earlier_status": "AUTHORISED",
    }  # fmt: skip


def test_a_changed_bank_account_is_found_by_its_last_digits(books):
    then, changed = dt.datetime(2026, 2, 1, tzinfo=dt.UTC), dt.datetime(2026, 11, 20, 23, 30, tzinfo=dt.UTC)

    def contact(name, before, after, column="bank_account_details", **more):
        told = {"contact_id": name, "name": name, "is_supplier": True} | more
        books.row("contacts", schema="xero_history", valid_from=then, **{**told, column: before})
        books.row("contacts", valid_from=changed, **{**told, column: after})

    contact("changed", "01-0300-0000111-00", "02-0456-0000222-25")
    contact("for batch payments", "010300000011100", "020456000022225", "batch_payments_bank_account_number")
    contact("written otherwise", "01-0300-0000111-00", "01 0300 0000111 00")
    contact("entered", None, "01-0300-0000111-00")
    contact("hidden", "01-0300-0000111-00", "")
    contact("a customer", "01-0300-0000111-00", "02-0456-0000222-25", is_supplier=False)
    books.ask()
    found = books.found("supplier_bank_account_changed")
    assert found.keys() == {"changed", "for batch payments"}
    assert found["changed"] == {"supplier": "changed", "before": "…1100", "after": "…2225", "changed": "2026-11-20"}
    books.now += dt.timedelta(days=200)
    books.ask()
    assert books.found("supplier_bank_account_changed") == {}, "half a year later it is history"


def test_what_stands_in_suspense_is_found_until_it_is_cleared(books):
    books.row("accounts", account_id="suspense", code="850", name="Suspense", type="CURRLIAB", status="ACTIVE")

    def spend(name, account, amount):
        told = {"type": "SPEND", "bank_account_id": "bank", "is_reconciled": True, "total": Decimal(amount)}
        books.document("bank_transactions", name, "2026-11-02", line_amount_types="NoTax", **told)
        line = {"line_item_id": name, "account_id": account, "line_amount": Decimal(amount), "tax_amount": Decimal(0)}
        books.row("bank_transaction_line_items", bank_transaction_id=name, position=1, **line)

    spend("unclear", "suspense", 70)
    spend("clear", "cost", 30)
    books.ask()
    ((key, evidence),) = books.found("postings_to_suspense").items()
    assert key == "suspense:unclear"
    assert (evidence["account"], evidence["date"], evidence["amount"]) == ("850 Suspense", "2026-11-02", "70.00")
    spend("taken back", "suspense", -70)
    books.ask()
    assert books.found("postings_to_suspense") == {}


def test_what_the_bank_never_confirmed_is_found_after_sixty_days(books):
    def spend(name, day, **more):
        told = {"type": "SPEND", "bank_account_id": "bank", "is_reconciled": False} | more
        books.document("bank_transactions", name, day, **told)

    def pay(name, day, account):
        told = {"payment_type": "ACCPAYPAYMENT", "status": "AUTHORISED", "amount": Decimal(8), "is_reconciled": False}
        books.row("payments", payment_id=name, date=dt.date.fromisoformat(day), account_id=account, **told)

    spend("old", "2026-09-24")
    spend("sixty days", "2026-09-25")
    spend("matched", "2026-09-24", is_reconciled=True)
    spend("deleted", "2026-09-24", status="DELETED")
    pay("paid", "2026-09-01", "bank")
    pay("by owner", "2026-09-01", "cost")
    transfer = {"from_bank_account_id": "bank", "to_bank_account_id": "bank", "amount": Decimal(5)}
    books.row("bank_transfers", bank_transfer_id="moved", date=dt.date(2026, 9, 2), from_is_reconciled=False,
              to_is_reconciled=True, **transfer)  # fmt: skip
    books.ask()
    found = books.found("unreconciled_bank_lines")
    assert list(found) == ["paid", "moved:from", "old"], "the oldest first"
    assert [one["amount"] for one in found.values()] == ["-8.00", "-5.00", "-100.00"]


def test_a_tax_code_is_found_that_the_account_and_the_contact_never_had(books):
    def bill(name, tax, contact="s", day="2026-11-02"):
        books.document("invoices", name, day, contact_id=contact, total=Decimal(len(name)), invoice_number=name)
        line = {"line_item_id": "l", "account_id": "cost", "tax_type": tax, "line_amount": Decimal(1)}
        books.row("invoice_line_items", invoice_id=name, position=1, **line)

    for number in range(30):
        bill(f"usual {number}", "INPUT2", day=f"2026-{1 + number % 6:02d}-05")
    bill("from abroad, before", "NONE", contact="abroad", day="2026-03-01")
    bill("from abroad", "NONE", contact="abroad")
    bill("slip", "NONE")
    books.ask()
    found = books.found("tax_unlike_history")
    assert found.keys() == {"slip:l"}
    assert (found["slip:l"]["tax_code"], found["slip:l"]["usual_code"]) == ("NONE", "INPUT2")


def test_a_draft_is_found_that_nobody_touched_for_thirty_days(books):
    long_ago, lately = books.now - dt.timedelta(days=60), books.now - dt.timedelta(days=3)
    books.document("invoices", "old", "2026-09-01", status="DRAFT", updated_date_utc=long_ago)
    books.document("invoices", "waits", "2026-09-01", status="SUBMITTED", updated_date_utc=long_ago, total=Decimal(7))
    books.document("invoices", "touched", "2026-09-01", status="DRAFT", updated_date_utc=lately, total=Decimal(8))
    books.document("invoices", "of next year", "2027-01-01", status="DRAFT", updated_date_utc=long_ago)
    books.document("invoices", "approved", "2026-09-01", updated_date_utc=long_ago, total=Decimal(9))
    books.document(
        "credit_notes", "credit", "2026-09-01", type="ACCPAYCREDIT", status="DRAFT", updated_date_utc=long_ago
    )
    books.row("manual_journals", manual_journal_id="journal", date=dt.date(2026, 9, 1), narration="Accrual",
              status="DRAFT", updated_date_utc=long_ago)  # fmt: skip
    books.ask()
    assert books.found("stale_drafts").keys() == {"old", "waits", "credit", "journal"}


@pytest.mark.parametrize("database", ["on_duckdb", "on_postgresql"])
def test_healthy_books_have_nothing_but_what_they_were_given(database, request, accountant_of_session):
    """Simulated ones have drafts that nobody touches, and payments that nobody matches with the bank's statement."""
    values = {TENANT: accountant_of_session.tenant_id, TODAY: accountant_of_session.now().date()}
    found = dict(answers_of(request.getfixturevalue(database), books_checks(), values))
    assert not [answer.problem for answer in found.values() if answer.problem]
    assert {name for name, answer in found.items() if answer.found} == {"stale_drafts", "unreconciled_bank_lines"}
