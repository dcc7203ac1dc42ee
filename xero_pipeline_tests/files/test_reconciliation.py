"""A statement says whether its figures agree with Xero's reports, and a workbook which do not, and why."""

from __future__ import annotations

import datetime as dt
import shutil

import pytest

from xero_pipeline.files.catalogue import read_statement
from xero_pipeline.files.reconciliation import ReconciledFigures
from xero_pipeline.files.statement_request import StatementRequest
from xero_pipeline.files.statement_set import read_statement_set, statement_set_file
from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline_tests.files.workbook_reader import read_workbook
from xero_pipeline_tests.ledger.books import Books

pytestmark = pytest.mark.slow

JANUARY, FEBRUARY, MARCH = dt.date(2026, 1, 31), dt.date(2026, 2, 28), dt.date(2026, 3, 31)
SOLD = [("Income", "sales", "sales", "60")]


@pytest.fixture(scope="module")
def books(duckdb_template, tmp_path_factory):
    """January agrees with Xero; in February stock of 40 was sold, of which no document tells."""
    made = _begun(duckdb_template, tmp_path_factory)
    made.put("accounts", account_id="stock", code="630", name="Inventory", type="INVENTORY", **{"class": "ASSET"})
    made.put("accounts", account_id="cost", code="310", name="Goods", type="DIRECTCOSTS", **{"class": "EXPENSE"})
    made.document("invoices", "i", "ACCREC", [("sales", "60")], invoice_number="INV-7")
    made.trial_balance(JANUARY, {"receivables": "60", "sales": "-60"})
    made.trial_balance(FEBRUARY, {"receivables": "60", "sales": "-60", "stock": "-40", "cost": "40"})
    made.keep()
    return made


@pytest.fixture(scope="module")
def older_books(duckdb_template, tmp_path_factory):
    """The first invoice is of November, the first reports of January; February was quiet."""
    made = _begun(duckdb_template, tmp_path_factory)
    for name, day in {"first": "2025-11-05", "second": "2026-01-05", "last": "2026-03-05"}.items():
        made.document("invoices", name, "ACCREC", [("sales", "60")], invoice_number=name)
        made.change(f"UPDATE xero.invoices SET date = DATE '{day}' WHERE invoice_id = '{name}'")
    for month_end, all_of_year in ((JANUARY, "120"), (FEBRUARY, "120"), (MARCH, "180")):
        made.trial_balance(month_end, {"receivables": all_of_year, "sales": f"-{all_of_year}"})
    for month_end, lines in ((JANUARY, SOLD), (FEBRUARY, []), (MARCH, SOLD)):
        made.report("profit_and_loss", month_end, lines)
    made.keep()
    return made


def _begun(duckdb_template, tmp_path_factory):
    path = tmp_path_factory.mktemp("books") / "books.duckdb"
    shutil.copy(duckdb_template, path)
    Books.begin(Warehouse(f"duckdb:///{path}"))
    return Books(Warehouse(f"duckdb:///{path}"))


def reconciliation(books, start, end, basis="accrual"):
    return stands(books, "trial-balance", start, end, basis).words


def stands(books, name, start, end, basis="accrual"):
    with books.warehouse.reading() as connection:
        return read_statement(connection, "t", StatementRequest(name, start, end, basis)).reconciliation


def test_a_statement_says_how_many_figures_agree_with_xero(books):
    first, last = dt.date(2026, 1, 1), dt.date(2026, 2, 1)
    assert reconciliation(books, first, JANUARY) == "2 figures match Xero's reports"
    told = "2 of 4 figures differ from Xero's reports, each with a likely cause"
    assert reconciliation(books, last, FEBRUARY) == told
    assert (
        reconciliation(books, first, JANUARY.replace(day=30)) == "not compared, for Xero's reports are of whole months"
    )
    assert reconciliation(books, first, JANUARY, "cash").startswith("not compared, for the warehouse has no report")


def test_months_that_were_never_compared_are_told(older_books):
    told = stands(older_books, "profit-and-loss", dt.date(2025, 1, 1), MARCH)
    assert (told.state, told.words) == ("Partly compared", "2 figures match Xero's reports of 3 of 5 months")
    # December is compared with what January's report began with.
    balances = stands(older_books, "trial-balance", dt.date(2025, 11, 1), JANUARY)
    assert balances.words == "4 of 4 figures differ from Xero's reports of 2 of 3 months, each with a likely cause"


def test_a_month_before_the_books_and_a_quiet_one_lack_no_comparison(books, older_books):
    assert reconciliation(books, dt.date(2025, 1, 1), JANUARY) == "2 figures match Xero's reports"
    told = stands(older_books, "profit-and-loss", dt.date(2026, 1, 1), dt.date(2026, 6, 30))
    assert (told.state, told.words) == ("Reconciled", "2 figures match Xero's reports")


def test_a_workbook_of_months_without_reports_says_that_nothing_was_compared(older_books):
    with older_books.warehouse.reading() as connection:
        found = read_statement_set(connection, "t", dt.date(2025, 11, 1), dt.date(2025, 11, 30))
    *_, sheet = read_workbook(statement_set_file(found).content)
    assert "Nothing was compared: the warehouse has no report of Xero's of these months." in sheet.texts


def test_figures_that_wait_for_a_report_are_not_called_reconciled():
    one = ReconciledFigures("trial_balance", figures=4, months=1, of_months=2, stale=3, differ=0, unexplained=0)
    told = "1 figure matches Xero's reports of 1 of 2 months; 3 figures wait for a report of Xero's to be pulled again"
    assert (one.state, one.words) == ("Pending", told)
    waiting = ReconciledFigures("trial_balance", figures=4, months=0, of_months=1, stale=4, differ=0, unexplained=0)
    assert (waiting.state, waiting.words) == ("Pending", "4 figures wait for a report of Xero's to be pulled again")
    unknown = ReconciledFigures("trial_balance", figures=4, months=1, of_months=1, stale=1, differ=2, unexplained=1)
    told = "2 of 3 figures differ from Xero's reports, 1 without a likely cause; 1 figure waits for a report"
    assert (unknown.state, unknown.words) == ("Differences", f"{told} of Xero's to be pulled again")


def test_the_workbook_lists_what_differs_with_its_cause(books):
    with books.warehouse.reading() as connection:
        found = read_statement_set(connection, "t", dt.date(2026, 2, 1), FEBRUARY)
    *_, sheet = read_workbook(statement_set_file(found).content)
    differing = [row for row in sheet.rows if row[-1:] == ["Cost of inventory"]]
    assert [row[:6] for row in differing] == [
        ["310 Goods", "2026-02", "balance", 0.0, 40.0, -40.0],
        ["630 Inventory", "2026-02", "balance", 0.0, -40.0, 40.0],
    ]
