"""The worked examples of docs/ledger.md: what these few documents post, on either database."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest


@pytest.mark.parametrize(("types", "amount"), [("Exclusive", "100.00"), ("Inclusive", "115.00")])
def test_an_invoice(books, types, amount):
    books.document("invoices", "i", "ACCREC", [("sales", amount)], tax="15.00", types=types)
    assert books.posted("i") == [("receivables", "115.00"), ("gst", "-15.00"), ("sales", "-100.00")]


def test_a_bill_is_the_mirror_image(books):
    books.document("invoices", "b", "ACCPAY", [("sales", "100.00")], tax="15.00")
    assert books.posted("b") == [("payables", "-115.00"), ("gst", "15.00"), ("sales", "100.00")]


def test_another_currency_its_left_over_cent_and_its_realised_loss(books):
    lines = [("sales", "33.33"), ("sales", "33.33"), ("sales", "33.34")]
    books.document("invoices", "usd", "ACCREC", lines, currency="USD", rate="0.6540")
    books.pay("p", "usd", "100.00", rate="0.66", arrived="151.52")
    assert books.posted("usd") == [
        ("receivables", "152.91"),
        ("sales", "-50.96"),
        ("sales", "-50.96"),
        ("sales", "-50.99"),
    ]
    assert books.posted("p") == [("bank", "151.52"), ("receivables", "-152.91"), ("gains", "1.39")]


def test_paid_in_parts_every_part_is_rounded_on_its_own(books):
    """One of the seven such invoices of the public seeds of fivetran/dbt_xero, as Xero's own journals have it."""
    books.document("invoices", "usd", "ACCREC", [("sales", "11250.00")], currency="USD", rate="0.730524")
    books.pay("first", "usd", "4520.00", rate="0.730524", arrived="6187.34", day=7)
    books.pay("second", "usd", "6730.00", rate="0.730524", arrived="9212.57", day=8)
    assert ("receivables", "15399.90") in books.posted("usd")
    assert ("receivables", "-6187.34") in books.posted("first")
    assert ("receivables", "-9212.57") in books.posted("second")
    assert books.balance("receivables") == Decimal("-0.01")


@pytest.mark.parametrize(("kind", "table"), [("ACCRECCREDIT", "credit_note"), ("RECEIVE-OVERPAYMENT", "overpayment")])
def test_allocated_in_parts_every_part_is_rounded_on_its_own(books, kind, table):
    books.document(f"{table}s", "c", kind, [("sales", "100.00")], currency="USD", rate="0.6540")
    for place in (1, 2):
        books.document("invoices", f"i{place}", "ACCREC", [("sales", "50.00")], currency="USD", rate="0.66")
        books.set_off(f"a{place}", "c", f"i{place}", "50.00", table=table)
    for place in (1, 2):  # 50.00 at 0.6540 and at 0.66
        assert books.posted(f"a{place}") == [("receivables", "76.45"), ("receivables", "-75.76"), ("gains", "-0.69")]


def test_the_tax_within_a_part_of_a_foreign_prepayment_is_rounded_on_its_own(books):
    books.document("prepayments", "pre", "RECEIVE-PREPAYMENT", [("advance", "10.00")], tax="0.05", types="Inclusive",
                   currency="USD", rate="0.6540")  # fmt: skip
    for place in (1, 2):
        books.document("invoices", f"i{place}", "ACCREC", [("sales", "50.00")], currency="USD", rate="0.6540")
        books.set_off(f"a{place}", "pre", f"i{place}", "5.00", table="prepayment")
        assert dict(books.posted(f"a{place}")) == {"advance": "7.60", "gst": "0.05", "receivables": "-7.65"}


def test_a_prepayment_waits_with_its_tax_until_it_is_set_off(books):
    books.document("bank_transactions", "in", "RECEIVE-PREPAYMENT", [("advance", "57.50")], tax="7.50",
                   types="Inclusive", bank_account_id="bank", prepayment_id="pre")  # fmt: skip
    books.document("prepayments", "pre", "RECEIVE-PREPAYMENT", [("advance", "57.50")], tax="7.50", types="Inclusive")
    books.document("invoices", "i", "ACCREC", [("sales", "100.00")], tax="15.00")
    books.set_off("a", "pre", "i", "57.50", table="prepayment")
    assert books.posted("in") == [("bank", "57.50"), ("gst", "-7.50"), ("advance", "-50.00")]
    assert sorted(books.posted("a")) == [("advance", "50.00"), ("gst", "7.50"), ("receivables", "-57.50")]


def test_a_credit_note_that_is_set_off_at_its_own_rate_posts_nothing_but_at_another_the_gain(books):
    books.document("invoices", "i", "ACCREC", [("sales", "100.00")], currency="USD", rate="0.65")
    for name, rate in (("same", "0.65"), ("other", "0.66")):
        books.document("credit_notes", name, "ACCRECCREDIT", [("sales", "20.00")], currency="USD", rate=rate)
        books.set_off(f"{name}/a", name, "i", "20.00")
    assert books.posted("same/a") == []
    assert dict(books.posted("other/a"))["gains"] == "0.47"


def test_a_manual_journal_posts_its_tax_once(books):
    books.put("manual_journals", manual_journal_id="m", status="POSTED", date=dt.date(2026, 1, 5), narration="n",
              line_amount_types="Exclusive")  # fmt: skip
    for place, (account, amount, tax) in enumerate((("sales", "-100", "-15"), ("advance", "115", "0")), start=1):
        books.put("manual_journal_lines", manual_journal_id="m", journal_line_id=f"m/{place}", position=place,
                  account_id=account, line_amount=Decimal(amount), tax_amount=Decimal(tax))  # fmt: skip
    assert books.posted("m") == [("gst", "-15.00"), ("sales", "-100.00"), ("advance", "115.00")]
