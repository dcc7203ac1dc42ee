"""What the ledger says of months that cannot be pulled any more, because the first month of the reports moved on."""

from __future__ import annotations

import datetime as dt

import pytest

from xero_pipeline.defs.assets.ledger import out_of_date
from xero_pipeline.ledger.update import update_ledger
from xero_pipeline_tests.ledger.books import NOW

JANUARY, FEBRUARY = dt.date(2026, 1, 31), dt.date(2026, 2, 28)
LATER = NOW + dt.timedelta(hours=1)


@pytest.fixture
def revised(books):
    """A pay run of January that only trial balances show, and since then a new version of an invoice of January.

    With February another financial year begins.
    """
    books.change("update xero.organisations set financial_year_end_month = 1")
    books.put("accounts", account_id="retained", code="retained", name="Retained Earnings", type="EQUITY",
              **{"class": "EQUITY"}, system_account="RETAINEDEARNINGS")  # fmt: skip
    books.document("invoices", "invoice", "ACCREC", [("sales", "100")], synced_at=LATER)
    owed = {"receivables": "100", "withheld by us": "-30"}
    books.trial_balance(JANUARY, {**owed, "sales": "-100", "rounding": "30"})
    books.trial_balance(FEBRUARY, {**owed, "retained": "-70"})
    books.change(f"update xero.trial_balance set debit = 0, credit = 0 where period_end = date '{FEBRUARY}'")
    books.change(f"update xero.report_pulls set checked_at = '{LATER}' where period_end = date '{FEBRUARY}'")
    return books


def unexplained(books, start_date):
    """The ledger's lines of what no document shows, updated as the program does it: account, day and amount."""
    stale = out_of_date(books.warehouse, ["t"], LATER, start_date)["t"]
    update_ledger(books.warehouse, "t", stale, at=LATER)
    rows = books.warehouse.query(
        "select account_id, journal_date, net_amount from ledger.journal_lines where source_type = 'UNEXPLAINED'"
    ).to_pylist()
    return {(row["account_id"], row["journal_date"], f"{row['net_amount']:.2f}") for row in rows}


def test_a_month_that_will_be_pulled_again_waits_for_it(revised):
    expected = {("retained", JANUARY, "30.00"), ("withheld by us", JANUARY, "-30.00")}
    assert unexplained(revised, None) == expected


def test_a_month_that_cannot_be_pulled_any_more_keeps_what_its_last_trial_balance_showed(revised):
    expected = {("rounding", JANUARY, "30.00"), ("withheld by us", JANUARY, "-30.00")}
    assert unexplained(revised, FEBRUARY.replace(day=1)) == expected
