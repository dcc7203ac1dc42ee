"""What doctor says of the file of XERO_CAUSES: that it is missing, and which lines name accounts that nobody has."""

from __future__ import annotations

import pytest

from xero_pipeline.operations.dagster_home import open_instance
from xero_pipeline.operations.health.checkup import checkup
from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline_tests.databases import a_file_like
from xero_pipeline_tests.ledger.books import Books

pytestmark = pytest.mark.slow

HEAD = "organisation,account,cause\n"


@pytest.fixture
def books(services, clean, monkeypatch, duckdb_template):
    """An organisation O with a few accounts."""
    address = a_file_like(duckdb_template, clean)
    monkeypatch.setenv("XERO_WAREHOUSE_URL", address)
    Books.begin(Warehouse(address))


@pytest.fixture
def doctor(services, clean, monkeypatch):
    """Looks with a file that says this; None for one that is not there."""

    def look(text):
        path = clean / "causes.csv"
        if text is not None:
            path.write_text(text)
        monkeypatch.setenv("XERO_CAUSES", str(path))
        return [(one.state, one.told) for one in checkup(open_instance) if one.check == "causes"]

    return look


def test_a_file_that_is_not_there_is_a_problem(books, doctor):
    ((state, told),) = doctor(None)
    assert (state, "(XERO_CAUSES) cannot be read: No such file" in told) == ("problem", True)


def test_a_line_that_names_no_account_of_any_organisation_is_named(books, doctor):
    lines = "O,sales,PAYROLL\n,Advance,TAX\nO,Moon,TAX\nSomebody else,sales,TAX\n"
    assert doctor(HEAD + lines) == [
        ("ok", "XERO_CAUSES names the cause of 2 account(s)"),
        ("warning", "No account matches line 4 (Moon), line 5 (sales) of XERO_CAUSES"),
    ]


def test_a_file_whose_lines_all_match_is_well(books, doctor):
    assert doctor(HEAD + "O,sales,PAYROLL\n") == [("ok", "XERO_CAUSES names the cause of 1 account(s)")]


def test_before_the_first_sync_no_line_is_wrong_and_no_warehouse_is_made(services, clean, doctor):
    assert doctor(HEAD + "O,sales,PAYROLL\n") == [
        ("ok", "XERO_CAUSES has 1 line(s); the first sync brings the accounts"),
    ]
    assert not list(clean.rglob("*.duckdb"))
