"""What posts and what does not: statuses, types, ids and rates that are missing, payments of what does not post."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from xero_pipeline.ledger.posting.postings import post_documents
from xero_pipeline_tests.ledger.books import NOW

DAY = dt.date(2026, 1, 5)


def a_transfer(books, **more):
    books.put("bank_transfers", **{
        "bank_transfer_id": "t", "status": None, "date": DAY, "amount": Decimal(1000), "from_bank_account_id": "bank",
        "to_bank_account_id": "bank 2", **more,
    })  # fmt: skip


def note(books, document):
    rows = books.warehouse.query("select note from ledger.documents where document_id = :d", {"d": document})
    return rows.to_pylist()[0]["note"]


@pytest.fixture
def two_banks(books):
    books.put("accounts", account_id="bank 2", code="091", name="bank 2", type="BANK", currency_code="NZD",
              **{"class": "ASSET"})  # fmt: skip
    return books


def test_a_transfer_without_a_status_posts(two_banks):
    """Status came with API 16 in July 2026 (XeroAPI/Xero-OpenAPI 16.1.0); older answers and landed files have none."""
    a_transfer(two_banks)
    assert two_banks.posted("t") == [("bank", "-1000.00"), ("bank 2", "1000.00")]
    assert two_banks.problems() == {}


def test_a_transfer_that_was_deleted_does_not(two_banks):
    a_transfer(two_banks, status="DELETED")
    assert two_banks.posted("t") == []


def test_money_without_a_status_posts_and_a_note_says_so(books):
    books.document("bank_transactions", "m", "RECEIVE", [("sales", "10")], bank_account_id="bank")
    books.change("update xero.bank_transactions set status = null")
    assert books.posted("m") == [("bank", "10.00"), ("sales", "-10.00")]
    assert note(books, "m") == "its status is missing: it counts as AUTHORISED"


@pytest.mark.parametrize(("status", "problem"), [
    ("null", "it has no status"), ("'APPROVED'", "its status is not known: APPROVED"),
])  # fmt: skip
@pytest.mark.parametrize("table", ["invoices", "credit_notes", "manual_journals"])
def test_what_may_be_a_draft_is_told_instead_of_guessed(books, table, status, problem):
    if table == "manual_journals":
        books.put(table, manual_journal_id="d", status="POSTED", date=DAY, narration="n", line_amount_types="NoTax")
    else:
        books.document(table, "d", "ACCREC" if table == "invoices" else "ACCRECCREDIT", [("sales", "10")])
    books.change(f"update xero.{table} set status = {status}")
    assert books.problems() == {"d": problem}


@pytest.mark.parametrize("kind", ["NEWKIND", None])
@pytest.mark.parametrize("table", ["invoices", "credit_notes", "bank_transactions", "prepayments", "overpayments"])
def test_a_type_that_nobody_knows_is_told(books, table, kind):
    """XeroAPI/xero-php-oauth2#285."""
    books.document(table, "d", kind, [("sales", "10")])
    assert books.problems() == {"d": f"its type is not known: {kind or 'it has none'}"}


def an_overpayment(books, *tables):
    books.document("bank_transactions", "in", "RECEIVE-OVERPAYMENT", [(None, "100")], bank_account_id="bank")
    for table in tables:
        books.document(table, "over", "RECEIVE-OVERPAYMENT", [], off="100")
    books.document("invoices", "i", "ACCREC", [("sales", "100")])
    for table in tables:
        books.set_off(f"a/{table}", "over", "i", "40", table=table[:-1])
    books.pay("p", None, "30", payment_type="AROVERPAYMENTPAYMENT", **{f"{tables[0][:-1]}_id": "over"})


@pytest.mark.parametrize("tables", [("overpayments", "prepayments"), ("overpayments",), ("prepayments",)])
def test_an_overpayment_counts_once_by_its_type_whichever_list_it_is_in(books, tables):
    """GET /Prepayments also lists overpayments: XeroAPI/Xero-NetStandard#477."""
    an_overpayment(books, *tables)
    assert books.posted("p") == [("bank", "-30.00"), ("receivables", "30.00")]
    assert books.problems() == {}
    assert books.balance("receivables") == 100 - 100 + 30
    books.keep()
    aged = books.warehouse.query(
        "select document_id, open_amount from ledger.aged_receivables where as_of = (select max(as_of) "
        "from ledger.aged_receivables)"
    ).to_pylist()
    assert {row["document_id"]: row["open_amount"] for row in aged} == {"over": -30, "i": 60}


def test_of_two_kinds_with_one_id_the_first_posts_and_the_other_is_told(books):
    books.document("invoices", "x", "ACCREC", [("sales", "100")])
    books.document("bank_transactions", "x", "RECEIVE", [("sales", "7")], bank_account_id="bank")
    assert books.posted("x") == [("receivables", "100.00"), ("sales", "-100.00")]
    assert books.problems() == {"x": "a record of bank_transactions has the same id, and does not post"}


def test_of_an_invoice_and_a_credit_note_with_one_id_one_is_open(books):
    books.document("invoices", "x", "ACCREC", [("sales", "100")])
    books.document("credit_notes", "x", "ACCRECCREDIT", [("sales", "7")])
    assert books.problems() == {"x": "a record of credit_notes has the same id, and does not post"}
    books.keep()
    rows = books.warehouse.query("select distinct document_id, open_amount from ledger.aged_receivables").to_pylist()
    assert rows == [{"document_id": "x", "open_amount": 100}]


def test_a_payment_of_a_voided_invoice_does_not_post_and_says_why(books):
    books.document("invoices", "i", "ACCREC", [("sales", "60")])
    books.pay("p", "i", "60")
    assert len(books.posted("p")) == 2
    books.change("update xero.invoices set status = 'VOIDED'")
    assert books.posted("p") == books.posted("i") == []
    assert books.problems() == {"i": "a payment of 60.00 does not post, for what it pays is VOIDED"}
    books.change("update xero.payments set status = 'DELETED'")
    assert books.problems() == {}


def test_a_payment_of_an_invoice_that_cannot_post_does_not_post(books):
    books.document("invoices", "i", "ACCREC", [("sales", "60")], off="7")
    books.pay("p", "i", "60")
    assert books.posted("p") == []
    assert list(books.problems()) == ["i"]


def test_a_refund_of_a_voided_credit_note_does_not_post(books):
    books.document("credit_notes", "c", "ACCRECCREDIT", [("sales", "60")])
    books.pay("p", None, "60", credit_note_id="c", payment_type="ARCREDITPAYMENT")
    books.change("update xero.credit_notes set status = 'VOIDED'")
    assert books.posted("p") == []
    assert books.problems() == {"c": "a payment of 60.00 does not post, for what it pays is VOIDED"}


def test_a_payment_of_a_deleted_batch_does_not_post(books):
    books.document("invoices", "i", "ACCREC", [("sales", "60")])
    books.pay("p", "i", "60", batch_payment_id="b")
    books.put("batch_payments", batch_payment_id="b", status="DELETED")
    assert books.posted("p") == []
    assert books.problems() == {"i": "a payment of 60.00 does not post, for its batch is deleted"}


def test_an_allocation_to_a_voided_invoice_does_not_post(books):
    books.document("credit_notes", "c", "ACCRECCREDIT", [("sales", "60")], currency="USD", rate="0.6")
    books.document("invoices", "i", "ACCREC", [("sales", "60")], currency="USD", rate="0.66")
    books.set_off("a", "c", "i", "60")
    assert books.posted("a")
    books.change("update xero.invoices set status = 'VOIDED'")
    assert books.posted("a") == []
    assert books.problems() == {"c": "an allocation of it does not post, for it is to a document that is VOIDED"}


def test_an_allocation_to_an_invoice_that_could_not_post_before_does_not_post_either(books):
    books.document("invoices", "i", "ACCREC", [("sales", "60")], off="7", currency="USD", rate="0.66")
    assert list(books.problems()) == ["i"]
    books.document("credit_notes", "c", "ACCRECCREDIT", [("sales", "60")], currency="USD", rate="0.6")
    books.set_off("a", "c", "i", "60")
    assert books.posted("a") == []


def test_an_overpayment_whose_money_was_deleted_is_not_set_off(books):
    an_overpayment(books, "overpayments")
    books.change("update xero.bank_transactions set overpayment_id = 'over', status = 'DELETED', is_deleted = true")
    assert books.posted("p") == []
    assert books.problems() == {"over": "the money that made it does not post"}


def money(books, name, rate, day=5):
    books.document("bank_transactions", name, "RECEIVE", [("sales", "66")], currency="USD", rate=rate,
                   bank_account_id="bank in USD")  # fmt: skip
    books.change(
        f"update xero.bank_transactions set date = date '2026-01-{day:02}' where bank_transaction_id = '{name}'"
    )


def test_a_document_without_a_rate_has_that_of_the_days_other_documents_and_says_so(books):
    for name in ("one", "two"):
        books.document("invoices", name, "ACCREC", [("sales", "10")], currency="USD", rate="0.66")
    books.document("invoices", "three", "ACCREC", [("sales", "10")], currency="USD", rate="0.5")
    money(books, "m", None)
    assert books.posted("m") == [("bank in USD", "100.00"), ("sales", "-100.00")]
    assert books.problems() == {}
    assert note(books, "m").startswith("its currency rate is missing (USD): 0.66")
    assert note(books, "m").endswith("is used, that of other documents of 2026-01-05")
    journal = books.warehouse.query(
        "select currency_rate, currency_rate_source from ledger.journals where journal_id = 'm'"
    ).to_pylist()[0]
    assert journal == {
        "currency_rate": Decimal("0.66"),
        "currency_rate_source": "that of other documents of 2026-01-05",
    }


def test_without_any_that_day_the_nearest_day_counts_and_of_two_the_earlier(books):
    money(books, "before", "0.6", day=3)
    money(books, "m", None, day=5)
    money(books, "after", "0.5", day=7)
    assert ("bank in USD", "110.00") in books.posted("m")


def test_without_any_document_the_trial_balance_tells_the_rate(books):
    money(books, "m", None)
    books.trial_balance(dt.date(2026, 1, 31), {"bank in USD": "110", "sales": "-110"})
    month = {"period_start": dt.date(2026, 1, 1), "period_end": dt.date(2026, 1, 31)}
    books.put("bank_summary", **month, position=1, account_id="bank in USD", closing_balance=Decimal(66))
    assert books.posted("m") == [("bank in USD", "110.00"), ("sales", "-110.00")]
    assert note(books, "m").endswith("what the trial balance of 2026-01-31 values the bank account at")


def test_a_rate_that_nothing_tells_is_no_guess(books):
    money(books, "far", "0.66", day=5)
    books.change("update xero.bank_transactions set date = date '2025-06-01'")
    money(books, "m", None)
    assert books.problems() == {"m": "its currency rate is missing (USD)"}


@pytest.mark.parametrize("spoil", [
    "update xero.invoices set total = 999999999999999, sub_total = 999999999999999 where invoice_id = 'i'",
    "update xero.invoices set currency_code = 'USD', currency_rate = 0.0000000001 where invoice_id = 'i'",
    "update xero.invoice_line_items set line_amount = 999999999999999 where invoice_id = 'i'",
    "update xero.invoice_line_items set tax_amount = -999999999999999 where invoice_id = 'i'",
    "update xero.payments set amount = 999999999999999, bank_amount = 999999999999999",
    "update xero.invoices set date = date '0001-01-01' where invoice_id = 'i'",
    "update xero.invoices set date = date '9999-12-31' where invoice_id = 'i'",
    "update xero.payments set date = date '9999-12-31'",
    "update xero.payments set payment_id = 'i'",
    "update xero.payments set payment_type = null",
    "update xero.credit_note_allocations set amount = 999999999999999",
    "update xero.credit_note_allocations set allocation_id = 'p'",
    "update xero.credit_note_allocations set date = date '0001-01-01'",
])  # fmt: skip
def test_one_bad_document_never_stops_the_ledger_and_is_told(books, spoil):
    books.document("invoices", "beside", "ACCREC", [("sales", "7")])
    books.document("invoices", "i", "ACCREC", [("sales", "100")], tax="10", currency="USD", rate="0.66")
    books.document("credit_notes", "c", "ACCRECCREDIT", [("sales", "20")], currency="USD", rate="0.6")
    books.set_off("a", "c", "i", "20")
    books.pay("p", "i", "60", rate="0.66")
    assert books.problems() == {}
    books.change(spoil)
    assert books.problems() != {}
    assert books.posted("beside") == [("receivables", "7.00"), ("sales", "-7.00")]
    assert books.unbalanced() == []


def test_a_value_that_moved_from_one_field_to_the_next_is_posted_anew(books):
    books.document("invoices", "i", "ACCREC", [("sales", "100")])
    books.change("UPDATE xero.invoice_line_items SET tax_type = 'Fees', description = NULL")
    books.post()
    told = "select tax_type, description from ledger.journal_lines where account_id = 'sales'"
    assert books.warehouse.query(told).to_pylist() == [{"tax_type": "Fees", "description": None}]
    books.change("UPDATE xero.invoice_line_items SET tax_type = NULL, description = 'Fees'")
    books.post()
    assert books.warehouse.query(told).to_pylist() == [{"tax_type": None, "description": "Fees"}]


def test_an_account_whose_code_became_something_else_posts_everything_anew(books):
    books.document("invoices", "i", "ACCREC", [("sales", "100")])
    swap = "UPDATE xero.accounts SET code = system_account, system_account = code WHERE account_id = 'advance'"
    with books.warehouse.writing() as connection:
        assert post_documents(connection, "t", at=NOW).documents > 0
        assert post_documents(connection, "t", at=NOW).documents == 0
        connection.exec_driver_sql(swap)
        assert post_documents(connection, "t", at=NOW).documents > 0


def test_what_keeps_an_allocation_from_posting_is_told_and_taken_back_when_the_rate_of_the_invoice_changes(books):
    books.change("UPDATE xero.accounts SET system_account = NULL WHERE account_id = 'gains'")
    for table, name, kind in (("invoices", "i", "ACCREC"), ("credit_notes", "c", "ACCRECCREDIT")):
        books.document(table, name, kind, [("sales", "20")], currency="USD", rate="0.8")
    books.set_off("used", "c", "i", "20")
    books.post()
    assert books.problems() == {}
    books.change("UPDATE xero.invoices SET currency_rate = 0.5")
    books.post()
    assert books.problems() == {"c": "there is no account for realised currency gains (REALISEDCURRENCYGAIN)"}
    books.change("UPDATE xero.invoices SET currency_rate = 0.8")
    books.post()
    assert books.problems() == {}
