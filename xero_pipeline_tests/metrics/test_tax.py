"""Tax by month, at the edges: credits, and a document whose rate nobody knows."""

from __future__ import annotations

from decimal import Decimal

from xero_pipeline_tests.metrics.shelf import OLD

_SUMS = "select tax_on_sales, tax_on_purchases, to_pay from ({metric}) as m"


def told(shelf):
    return [[f"{amount:.2f}" for amount in row] for row in shelf.months("tax", _SUMS)]


def test_a_credit_takes_tax_back_and_a_foreign_document_counts_at_its_own_rate(shelf):
    shelf.put("invoices", "i-1", 115, total_tax=15)
    shelf.put("credit_notes", "n-1", 23, total_tax=3)
    shelf.put("invoices", "i-2", 115, total_tax=Decimal("0.05"), currency_code="USD", currency_rate=2)
    shelf.put("invoices", "b-1", 46, total_tax=6, type="ACCPAY")
    assert told(shelf) == [["12.03", "6.00", "6.03"]]


def test_a_foreign_document_without_a_rate_is_in_no_sum_and_one_in_base_currency_needs_none(shelf):
    shelf.put("invoices", "foreign", 115, total_tax=15, currency_code="USD", currency_rate=None)
    assert told(shelf) == [["0.00", "0.00", "0.00"]]
    shelf.put("invoices", "own", 46, total_tax=6, currency_rate=None)
    shelf.put("invoices", "nobody says", 23, total_tax=3, currency_code=None, currency_rate=None, date=OLD)
    assert told(shelf) == [["9.00", "0.00", "9.00"]]
