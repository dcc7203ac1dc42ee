"""What doctor says of the file of XERO_GROUP_FILE: that it is wrong, and which organisations of it have no ledger."""

from __future__ import annotations

import pytest

from xero_pipeline.operations.dagster_home import open_instance
from xero_pipeline.operations.health.checkup import checkup
from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline_tests.databases import a_file_like
from xero_pipeline_tests.ledger.books import Books

pytestmark = pytest.mark.slow


@pytest.fixture
def doctor(services, clean, monkeypatch, duckdb_template):
    """Looks with a file that says this, at a warehouse with an organisation O that has a ledger."""
    address = a_file_like(duckdb_template, clean)
    monkeypatch.setenv("XERO_WAREHOUSE_URL", address)
    warehouse = Warehouse(address)
    Books.begin(warehouse)
    books = Books(warehouse)
    books.document("invoices", "i", "ACCREC", [("sales", "10")])
    books.keep()

    def look(text):
        path = clean / "group.toml"
        path.write_text(text)
        monkeypatch.setenv("XERO_GROUP_FILE", str(path))
        return [(one.state, one.told) for one in checkup(open_instance) if one.check == "group file"]

    return look


def test_a_wrong_file_is_a_problem_and_an_organisation_without_a_ledger_is_named(doctor):
    ((state, told),) = doctor("parent = 1")
    assert (state, "(XERO_GROUP_FILE) is wrong: parent: " in told) == ("problem", True)
    assert doctor('parent = "o"\n[[members]]\norganisation = "Nobody Ltd"') == [
        ("ok", "XERO_GROUP_FILE makes a group of 1 organisation(s)"),
        ("warning", "No organisation that has a ledger is called Nobody Ltd, as XERO_GROUP_FILE says"),
    ]
