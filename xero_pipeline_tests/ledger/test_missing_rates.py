"""A foreign document that Xero gives no rate for is open at the rate it posts at."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from xero_pipeline.ledger.statements.aged import aged, by_contact

JANUARY = dt.date(2026, 1, 31)
ALIKE = {}


def overpaid(books, table="overpayments"):
    """A customer pays 65 USD too much at 0.65; the overpayment itself has no rate."""
    books.document("bank_transactions", "in", "RECEIVE-OVERPAYMENT", [(None, "65")], currency="USD", rate="0.65",
                   bank_account_id="bank in USD", **{f"{table[:-1]}_id": "over"})  # fmt: skip
    books.document(table, "over", "RECEIVE-OVERPAYMENT", [], currency="USD", rate=None, off="65")


def invoiced(books, rate="0.65"):
    """Two invoices of a day in USD, one of them without a rate."""
    books.document("invoices", "beside", "ACCREC", [("sales", "13")], currency="USD", rate=rate)
    books.document("invoices", "bare", "ACCREC", [("sales", "65")], currency="USD", rate=None)


def open_in(books, table="aged_receivables", day=JANUARY):
    """What a table has open on a day: amount in base currency and rate, by document."""
    sql = f"select document_id, open_amount_base as base, currency_rate as rate from ledger.{table} where as_of = :day"
    rows = books.warehouse.query(sql, {"day": day}).to_pylist()
    return {row["document_id"]: (row["base"], row["rate"]) for row in rows}


@pytest.mark.parametrize("table", ["overpayments", "prepayments"])  # Xero lists some among the prepayments
def test_a_foreign_overpayment_without_a_rate_ties_out(books, table):
    overpaid(books, table)
    books.trial_balance(JANUARY, {"bank in USD": "100", "receivables": "-100"})
    assert books.differences() == ALIKE
    assert open_in(books) == {"over": (Decimal(-100), Decimal("0.65"))}


def test_a_statement_of_any_day_has_such_an_overpayment_at_the_rate_of_the_money_that_made_it(books):
    overpaid(books)
    with books.warehouse.reading() as connection:
        (contact,) = by_contact(aged(connection, "t", "receivables", dt.date(2026, 1, 20)))
    assert contact.total == Decimal(-100)


def test_money_that_is_deleted_gives_no_rate(books):
    overpaid(books)
    books.change("update xero.bank_transactions set is_deleted = true")
    with books.warehouse.reading() as connection:
        (document,) = aged(connection, "t", "receivables", JANUARY)
    assert (document.open_amount, document.open_amount_base) == (Decimal(-65), None)


def test_a_foreign_invoice_without_a_rate_ties_out(books):
    invoiced(books)
    books.pay("p", "bare", "26", rate="0.65", account_id="bank in USD")
    books.trial_balance(JANUARY, {"bank in USD": "40", "receivables": "80", "sales": "-120"})
    assert books.differences() == ALIKE
    assert open_in(books)["bare"] == (Decimal(60), Decimal("0.65"))


def test_such_an_invoice_follows_the_documents_of_its_day(books):
    invoiced(books)
    books.trial_balance(JANUARY, {"receivables": "120", "sales": "-120"})
    books.keep()
    books.change("update xero.invoices set currency_rate = 0.5 where invoice_id = 'beside'")
    books.keep()
    assert open_in(books)["bare"] == (Decimal(130), Decimal("0.5"))


def test_a_rate_at_which_no_books_could_hold_a_document_is_not_taken(books):
    invoiced(books, rate="0.0000000001")
    books.change("update xero.invoices set total = 999999999999, sub_total = 999999999999 where invoice_id = 'bare'")
    books.document("invoices", "home", "ACCREC", [("sales", "7")])
    books.keep()
    found = open_in(books)
    assert found["home"][0] == Decimal(7)
    assert found["bare"] == (None, None)
