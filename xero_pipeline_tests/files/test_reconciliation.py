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

JANUARY, FEBRUARY = dt.date(2026, 1, 31), dt.date(2026, 2, 28)


@pytest.fixture(scope="module")
def books(duckdb_template, tmp_path_factory):
    """January agrees with Xero; in February stock of 40 was sold, of which no document tells."""
    path = tmp_path_factory.mktemp("books") / "books.duckdb"
    shutil.copy(duckdb_template, path)
    Books.begin(Warehouse(f"duckdb:///{path}"))
    made = Books(Warehouse(f"duckdb:///{path}"))
    made.put("accounts", account_id="stock", code="630", name="Inventory", type="INVENTORY", **{"class": "ASSET"})
    made.put("accounts", account_id="cost", code="310", name="Goods", type="DIRECTCOSTS", **{"class": "EXPENSE"})
    made.document("invoices", "i", "ACCREC", [("sales", "60")], invoice_number="INV-7")
    made.trial_balance(JANUARY, {"receivables": "60", "sales": "-60"})
    made.trial_balance(FEBRUARY, {"receivables": "60", "sales": "-60", "stock": "-40", "cost": "40"})
    made.keep()
    return made


def reconciliation(books, start, end, basis="accrual"):
    with books.warehouse.reading() as connection:
        return read_statement(
            connection, "t", StatementRequest("trial-balance", start, end, basis)
        ).reconciliation.words


def test_a_statement_says_how_many_figures_agree_with_xero(books):
    first, last = dt.date(2026, 1, 1), dt.date(2026, 2, 1)
    assert reconciliation(books, first, JANUARY) == "2 figures match Xero's reports"
    told = "2 of 4 figures differ from Xero's reports, each with a likely cause"
    assert reconciliation(books, last, FEBRUARY) == told
    assert (
        reconciliation(books, first, JANUARY.replace(day=30)) == "not compared, for Xero's reports are of whole months"
    )
    assert reconciliation(books, first, JANUARY, "cash").startswith("not compared, for the warehouse has no report")


def test_figures_that_wait_for_a_report_are_not_called_reconciled():
    waiting = ReconciledFigures("trial_balance", figures=4, months=1, stale=4, differ=0, unexplained=0)
    assert (waiting.state, waiting.words) == ("Pending", "4 figures wait for a report of Xero's to be pulled again")
    unknown = ReconciledFigures("trial_balance", figures=4, months=1, stale=1, differ=2, unexplained=1)
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
