"""Tax returns: published where there are any, once, and for ever what they were."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from xero_simulator.books import build_company
from xero_simulator.config import BooksConfig
from xero_simulator.edits import documents

TODAY = dt.date(2026, 11, 22)
NOW = dt.datetime(2026, 11, 22, 14, tzinfo=dt.UTC)
NEW_ZEALAND, UNITED_KINGDOM, AUSTRALIA = range(3)


def company(index):
    return build_company(BooksConfig(today=TODAY, invoices=120, months=9), index)


@pytest.mark.parametrize(
    ("index", "periods"),
    [
        (AUSTRALIA, ["1 April 2026 to 30 June 2026", "1 July 2026 to 30 September 2026"]),
        (NEW_ZEALAND, [f"1 {a} 2026 to {b} 2026" for a, b in (("April", "31 May"), ("June", "31 July"))]),
        (UNITED_KINGDOM, []),
    ],
)
def test_whole_periods_are_published_twenty_days_after_they_end(index, periods):
    assert [one["ReportDate"] for one in company(index).tax_returns(TODAY)][:2] == periods


def test_a_return_says_what_the_books_said_when_it_was_published():
    books = company(AUSTRALIA)
    before = books.tax_returns(TODAY)[-1]
    figures = {field["FieldID"]: Decimal(field["Value"]) for field in before["Fields"]}
    assert figures["G1"] > figures["1A"] > 0
    assert figures["9"] == figures["1A"] - figures["1B"]

    invoice = next(
        row
        for row in books.records("Invoices")
        if row["Status"] == "AUTHORISED" and "2026-07" <= row["DateString"][:7] <= "2026-09" and not row["AmountPaid"]
    )
    documents.void_invoice(books, invoice["InvoiceID"], NOW)
    assert books.tax_returns(TODAY)[-1] == before
