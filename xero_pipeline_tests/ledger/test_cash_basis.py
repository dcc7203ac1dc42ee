"""The ledger on cash basis: the worked examples of docs/cash-basis.md, on either database.

Rules of Xero's that are known: what is owed is not there until it is paid (OpenAPI, `paymentsOnly`); an allocated
credit note counts on both sides, on the later of the two days (support.jetconvert.com, "Comparing Data - Cash versus
Accrual"); a manual journal counts unless it is kept off such reports (help.xero.com, "Add and post a manual journal").
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal

import pytest

from xero_pipeline_tests.ledger.cash_books import CashBooks
from xero_simulator.reports.cash_basis import cash_postings


@pytest.fixture
def cash(books):
    return CashBooks(books)


@pytest.mark.parametrize(("types", "amount"), [("Exclusive", "100.00"), ("Inclusive", "115.00")])
def test_an_invoice_that_is_owed_is_not_there_and_one_that_is_paid_is_there_with_its_tax(books, cash, types, amount):
    books.document("invoices", "i", "ACCREC", [("sales", amount)], tax="15.00", types=types)
    assert cash.balances() == {}
    books.pay("p", "i", "115.00")
    assert cash.settled("p") == {"i": [("receivables", "115.00"), ("gst", "-15.00"), ("sales", "-100.00")]}
    assert cash.balances() == {"bank": "115.00", "gst": "-15.00", "sales": "-100.00"}


def test_a_part_takes_its_share_of_every_line_and_what_rounding_leaves_is_on_the_largest(books, cash):
    books.document("invoices", "i", "ACCREC", [("sales", "33.33"), ("advance", "66.67")], tax="15.00")
    books.pay("first", "i", "50.00", day=6)
    assert cash.settled("first") == {
        "i": [("receivables", "50.00"), ("gst", "-6.52"), ("sales", "-14.49"), ("advance", "-28.99")]
    }
    books.pay("second", "i", "65.00", day=7)
    assert cash.settled("second") == {
        "i": [("receivables", "65.00"), ("gst", "-8.48"), ("sales", "-18.84"), ("advance", "-37.68")]
    }
    assert cash.balances() == cash.accrual()


def test_a_bill_in_another_currency_counts_at_its_own_rate_and_the_gain_beside_it(books, cash):
    books.document("invoices", "b", "ACCPAY", [("sales", "100.00")], currency="USD", rate="0.6540")
    books.pay("p", "b", "100.00", rate="0.66", arrived="151.52", payment_type="ACCPAYPAYMENT")
    assert cash.settled("p") == {"b": [("payables", "-152.91"), ("sales", "152.91")]}
    assert cash.balances() == {"bank": "-151.52", "gains": "-1.39", "sales": "152.91"}


def test_the_cent_that_stays_on_receivables_is_the_same_on_both_bases(books, cash):
    books.document("invoices", "usd", "ACCREC", [("sales", "11250.00")], currency="USD", rate="0.730524")
    books.pay("first", "usd", "4520.00", rate="0.730524", arrived="6187.34", day=7)
    books.pay("second", "usd", "6730.00", rate="0.730524", arrived="9212.57", day=8)
    assert cash.balances() == cash.accrual()
    assert cash.balances()["receivables"] == "-0.01"


def test_tax_withheld_counts_with_what_is_paid(books, cash):
    books.document("invoices", "i", "ACCREC", [("sales", "1200.00")], cis_deduction=Decimal("200.00"))
    books.pay("p", "i", "500.00")
    assert cash.balances() == {"bank": "500.00", "sales": "-600.00", "withheld from us": "100.00"}


def test_an_allocated_credit_note_counts_on_both_sides_on_the_later_day(books, cash):
    books.document("invoices", "i", "ACCREC", [("sales", "100.00")], tax="15.00")
    books.document("credit_notes", "c", "ACCRECCREDIT", [("advance", "40.00")], tax="6.00")
    books.change("UPDATE xero.invoices SET date = DATE '2026-01-12' WHERE invoice_id = 'i'")
    books.set_off("a", "c", "i", "23.00", day=None)
    assert cash.settled("a") == {
        "c": [("receivables", "-23.00"), ("gst", "3.00"), ("advance", "20.00")],
        "i": [("receivables", "23.00"), ("gst", "-3.00"), ("sales", "-20.00")],
    }
    assert cash.days("a") == {12}
    assert cash.balances() == {"advance": "20.00", "sales": "-20.00"}


def test_a_credit_note_counts_when_it_is_paid_back(books, cash):
    books.document("credit_notes", "c", "ACCRECCREDIT", [("sales", "100.00")], tax="15.00")
    assert cash.balances() == {}
    books.pay("p", None, "115.00", payment_type="ARCREDITPAYMENT", credit_note_id="c")
    assert cash.balances() == {"bank": "-115.00", "gst": "15.00", "sales": "100.00"}


def test_credit_notes_at_two_rates_leave_only_the_gain(books, cash):
    books.document("invoices", "i", "ACCREC", [("sales", "100.00")], currency="USD", rate="0.65")
    books.document("credit_notes", "c", "ACCRECCREDIT", [("sales", "100.00")], currency="USD", rate="0.66")
    books.set_off("a", "c", "i", "100.00")
    assert cash.balances() == cash.accrual() == {"gains": "2.33", "sales": "-2.33"}


def test_a_prepayment_counts_when_the_money_comes_and_its_invoice_when_it_is_allocated(books, cash):
    books.document("bank_transactions", "in", "RECEIVE-PREPAYMENT", [("advance", "57.50")], tax="7.50",
                   types="Inclusive", bank_account_id="bank", prepayment_id="pre")  # fmt: skip
    books.document("prepayments", "pre", "RECEIVE-PREPAYMENT", [("advance", "57.50")], tax="7.50", types="Inclusive")
    books.document("invoices", "i", "ACCREC", [("sales", "100.00")], tax="15.00")
    assert cash.balances() == {"bank": "57.50", "gst": "-7.50", "advance": "-50.00"}
    books.set_off("a", "pre", "i", "57.50", table="prepayment")
    assert cash.settled("a") == {"i": [("receivables", "57.50"), ("gst", "-7.50"), ("sales", "-50.00")]}
    assert cash.balances() == {"bank": "57.50", "gst": "-7.50", "sales": "-50.00"}


def test_an_overpayment_is_a_receivable_until_it_is_allocated(books, cash):
    books.document("bank_transactions", "in", "RECEIVE-OVERPAYMENT", [("receivables", "30.00")],
                   bank_account_id="bank", overpayment_id="over")  # fmt: skip
    books.document("overpayments", "over", "RECEIVE-OVERPAYMENT", [("receivables", "30.00")])
    books.document("invoices", "i", "ACCREC", [("sales", "100.00")])
    assert cash.balances() == {"bank": "30.00", "receivables": "-30.00"}
    books.set_off("a", "over", "i", "30.00", table="overpayment")
    assert cash.balances() == {"bank": "30.00", "sales": "-30.00"}


def test_money_counts_as_it_is_and_a_manual_journal_unless_it_is_kept_off(books, cash):
    books.document("bank_transactions", "m", "SPEND", [("sales", "10.00")], bank_account_id="bank")
    for name, shown in (("shown", True), ("hidden", False), ("unsaid", None)):
        books.put("manual_journals", manual_journal_id=name, status="POSTED", date=dt.date(2026, 1, 5), narration="n",
                  line_amount_types="NoTax", show_on_cash_basis_reports=shown)  # fmt: skip
        for place, amount in enumerate((-100, 100), start=1):
            books.put("manual_journal_lines", manual_journal_id=name, journal_line_id=f"{name}/{place}", position=place,
                      account_id=("sales", "advance")[place - 1], line_amount=amount, tax_amount=0)  # fmt: skip
    assert cash.balances() == {"advance": "200.00", "bank": "-10.00", "sales": "-190.00"}


def test_a_document_that_comes_to_nothing_is_settled_from_the_beginning(books, cash):
    books.document("invoices", "i", "ACCREC", [("sales", "100.00"), ("advance", "-100.00")])
    assert cash.settled("i") == {"i": [("sales", "-100.00"), ("advance", "100.00")]}


def test_a_payment_that_is_deleted_takes_what_it_settled_along(books, cash):
    books.document("invoices", "i", "ACCREC", [("sales", "100.00")])
    books.pay("first", "i", "40.00", day=6)
    books.pay("second", "i", "60.00", day=7)
    assert cash.balances() == {"bank": "100.00", "sales": "-100.00"}
    books.change("UPDATE xero.payments SET status = 'DELETED' WHERE payment_id = 'first'")
    assert (cash.settled("first"), cash.balances()) == ({}, {"bank": "60.00", "sales": "-60.00"})


def test_a_credit_note_that_cannot_post_any_more_settles_nothing_of_its_invoice(books, cash):
    books.document("invoices", "i", "ACCREC", [("sales", "100.00")])
    books.document("credit_notes", "c", "ACCRECCREDIT", [("sales", "20.00")])
    books.set_off("a", "c", "i", "20.00")
    books.pay("p", "i", "80.00")
    assert len(cash.settled("a")) == 2
    books.change("UPDATE xero.credit_notes SET total = 19.00 WHERE credit_note_id = 'c'")  # its lines say another
    assert cash.settled("a") == {}
    assert cash.balances() == {"bank": "80.00", "sales": "-80.00"}


def test_all_lines_of_a_year_of_every_kind_of_document_are_those_of_xero(accountant):
    """The simulator shares out its own postings, in Python and without a ledger of ours."""
    ours, theirs = defaultdict(Decimal), defaultdict(Decimal)
    for row in accountant.warehouse.query(
        "select journal_id, journal_date, account_id, role, net_amount, source_type from ledger.cash_journal_lines"
    ).to_pylist():
        ours[row["journal_id"], row["journal_date"], row["account_id"], row["role"] == "tax"] += row["net_amount"]
    for posting in cash_postings(accountant.books):
        theirs[posting.journal_id, posting.date, posting.account_id, posting.is_tax] += posting.net_amount
    assert {key: sums for key, sums in ours.items() if sums} == {key: sums for key, sums in theirs.items() if sums}
    assert len(ours) > 2000
