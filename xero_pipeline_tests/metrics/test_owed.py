"""What is owed, at the edges: due today, dated tomorrow, paid in advance, in a currency without a rate."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from xero_pipeline.metrics.trust import TieOut, Trust, trust

DAY = date(2026, 11, 24)


def test_what_is_due_today_is_not_overdue_and_an_age_holds_30_days(shelf):
    amounts = {1: 1, 0: 2, -1: 4, -30: 8, -31: 16, -60: 32, -61: 64, -90: 128, -91: 256, -121: 512}
    for late, amount in amounts.items():
        shelf.put("invoices", f"i{late}", amount, due_date=DAY + timedelta(days=late))
    assert shelf.ages() == ["3.00", "12.00", "48.00", "192.00", "256.00", "512.00"]
    assert (shelf.owed().owed, shelf.owed().overdue) == (1023, 1020)


def test_a_credit_goes_by_its_own_due_date_and_without_one_by_its_own_date(shelf):
    shelf.put("invoices", "i", 100, due_date=DAY)
    shelf.put("credit_notes", "n-1", 10, due_date=DAY)
    shelf.put("credit_notes", "n-2", 20)
    shelf.put("overpayments", "o-1", 5, date=DAY - timedelta(days=1))
    assert shelf.ages() == ["90.00", "-5.00", "0.00", "0.00", "0.00", "-20.00"]
    assert (shelf.owed().owed, shelf.owed().overdue) == (65, -25)


def test_a_document_counts_from_its_own_day_and_a_payment_from_its(shelf):
    shelf.put("invoices", "i", 100, date=DAY, due_date=DAY)
    shelf.row("payments", payment_id="p", invoice_id="i", status="AUTHORISED", amount=30, date=DAY + timedelta(days=2))
    found = [shelf.owed(DAY + timedelta(days=late)) for late in (-1, 0, 1, 2)]
    assert [(one.owed, one.overdue) for one in found] == [(0, 0), (100, 0), (100, 100), (70, 70)]


def test_what_is_paid_in_advance_stands_beside_and_one_that_is_an_overpayment_too_is_no_prepayment(shelf):
    shelf.put("invoices", "i", 100, due_date=DAY)
    shelf.put("prepayments", "p-1", 40)
    shelf.put("overpayments", "o-1", 7)
    # Xero lists overpayments among the prepayments, too (XeroAPI/Xero-NetStandard#477).
    shelf.put("prepayments", "o-1", 7, type="RECEIVE-OVERPAYMENT")
    assert (shelf.owed().owed, shelf.owed().prepaid) == (93, 40)


def test_each_document_is_rounded_by_itself_and_one_without_a_rate_is_in_no_sum(shelf):
    for number in range(3):
        shelf.put("invoices", f"i-{number}", "0.05", due_date=DAY, currency_code="USD", currency_rate=2)
    shelf.put("invoices", "without", 9, due_date=DAY, currency_code="USD", currency_rate=None)
    (now, *_) = shelf.owed().ages
    assert (now.owed, now.documents, now.without_rate) == (Decimal("0.09"), 4, 1)


def test_of_books_whose_ledger_was_never_kept_a_screen_says_so(shelf):
    with shelf.warehouse.reading() as connection:
        assert "The ledger was not kept yet" in trust(connection, "t").remark


@pytest.mark.parametrize(
    ("stands", "remark"),
    [
        (Trust(True, False, TieOut([{"figures": 9, "stale": 0, "differ": 0, "unexplained": 0}], [])), ""),
        (
            Trust(True, True, TieOut([], [])),
            "Documents or reports were read after the ledger was last brought up to date.",
        ),
        (Trust(True, False, None), "The ledger was not compared with Xero's reports yet."),
        (
            Trust(True, False, TieOut([{"figures": 9, "stale": 2, "differ": 1, "unexplained": 1}], [])),
            "2 figures of the ledger are compared when Xero's reports are pulled again. 1 figure of the ledger differs "
            "from Xero's reports, without a known cause: xero-pipeline explain shows which.",
        ),
        (
            Trust(True, False, TieOut([{"figures": 9, "stale": 0, "differ": 3, "unexplained": 1}], [])),
            "3 figures of the ledger differ from Xero's reports, 1 of them without a known cause: xero-pipeline "
            "explain shows which.",
        ),
        (
            Trust(True, False, TieOut([{"figures": 9, "stale": 0, "differ": 2, "unexplained": 0}], [])),
            "2 figures of the ledger differ from Xero's reports, each with a likely cause: xero-pipeline explain shows "
            "which.",
        ),
    ],
)
def test_a_remark_says_what_keeps_figures_from_being_taken_as_they_are(stands, remark):
    assert stands.remark == remark
    assert stands.is_good == (
        not remark or remark.endswith("each with a likely cause: xero-pipeline explain shows which.")
    )
