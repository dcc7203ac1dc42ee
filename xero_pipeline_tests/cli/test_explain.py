"""`explain`, word for word: each difference once, names whole, documents as Xero calls them, and an honest end."""

from __future__ import annotations

import datetime as dt
import json
import shutil

import pytest
from typer.testing import CliRunner

from xero_pipeline.cli.app import app
from xero_pipeline.container import Services
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.settings import Settings
from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline.xero.auth.connections import Connection
from xero_pipeline.xero.auth.token_set import TokenSet
from xero_pipeline_tests.ledger.books import NOW, Books

pytestmark = pytest.mark.slow

JANUARY, FEBRUARY = dt.date(2026, 1, 31), dt.date(2026, 2, 28)
LONG = "Alpine Outfitters and Expedition Suppliers (Aotearoa) Limited"
FREIGHT = "Freight, Cartage and Customs Clearance of Goods Bought for Resale Abroad"


@pytest.fixture
def books(duckdb_template, tmp_path, monkeypatch):
    """One organisation of a long name, connected, whose trial balances begin in January."""
    shutil.copy(duckdb_template, tmp_path / "books.duckdb")
    for name in ("XERO_STATE_URL", "XERO_ENCRYPTION_KEY", "XERO_SCOPES", "DAGSTER_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XERO_PIPELINE_HOME", str(tmp_path))
    monkeypatch.setenv("XERO_WAREHOUSE_URL", f"duckdb:///{tmp_path / 'books.duckdb'}")
    monkeypatch.setenv("COLUMNS", "80")
    services = Services(Settings.load())
    consent = services.token_store.add(TokenSet("access", "refresh", NOW, ()), "client")
    services.organisations.upsert(consent, [Connection("c", "t", LONG, None, NOW)])
    services.close()
    warehouse = Warehouse(f"duckdb:///{tmp_path / 'books.duckdb'}")
    Books.begin(warehouse)
    made = Books(warehouse)
    made.change(f"update xero.organisations set name = '{LONG}'")
    made.put("accounts", account_id="stock", code="630", name="Inventory", type="INVENTORY", **{"class": "ASSET"})
    made.put("accounts", account_id="cost", code="310", name=FREIGHT, type="DIRECTCOSTS", **{"class": "EXPENSE"})
    made.trial_balance(JANUARY, {"receivables": "60", "sales": "-60"})
    made.document("invoices", "i", "ACCREC", [("sales", "60")], invoice_number="INV-7", synced_at=NOW)
    return made


def explain(*words):
    done = CliRunner().invoke(app, ["explain", *words])
    assert "Traceback" not in done.output
    return done.exit_code, done.stdout, " ".join(done.stderr.split())


def cost_of_stock(books, amount="40"):
    """February's trial balance, with stock that was sold without a document."""
    books.trial_balance(
        FEBRUARY,
        {"receivables": "60", "sales": "-60", "stock": f"-{amount}", "cost": amount},
    )
    books.report(
        "profit_and_loss",
        FEBRUARY,
        [("Income", "sales", "sales", "0"), ("Less Cost of Sales", "cost", FREIGHT, amount)],
    )
    books.keep()


def test_each_difference_is_told_once_with_whole_names_and_causes_end_well(books):
    cost_of_stock(books)
    code, shown, said = explain()
    lines = [" ".join(line.split()) for line in shown.splitlines()]
    assert f"What does not tie out: {LONG}" in lines
    assert [line for line in lines if line.endswith("inventory")] == [
        f"310 {FREIGHT} 2026-02 trial balance balance 0.00 40.00 -40.00 inventory",
        "630 Inventory 2026-02 trial balance balance 0.00 -40.00 40.00 inventory",
    ], "the profit and loss says the same of 310, and is not told again"
    assert (code, "Each of them has a likely cause" in said) == (0, True)

    code, shown, _ = explain("310", "2026-02")
    lines = [" ".join(line.split()) for line in shown.splitlines()]
    assert "profit and loss amount 0.00 40.00 -40.00" in lines, "of one account every statement is shown"
    assert "No document 1 40.00" in lines
    assert code == 0


def test_what_nothing_explains_ends_with_1_and_says_where_to_look(books):
    books.trial_balance(FEBRUARY, {"receivables": "60", "sales": "-69", "bank": "9"})
    books.keep()
    code, _, said = explain()
    assert code == 1
    assert "Nothing explains 2 of them" in said
    assert "explain ACCOUNT MONTH" in said


def test_documents_are_called_as_xeros_screens_call_them(books):
    books.keep()
    code, shown, said = explain("sales", "2026-01")
    assert "Invoice 1 -60.00" in [" ".join(line.split()) for line in shown.splitlines()]
    assert (code, said) == (0, "It ties out to the cent.")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("sales",), "Give an account and a month"),
        (("999", "2026-01"), "There is no account 999"),
        (("sales", "January"), "MONTH January"),
    ],
)
def test_what_it_cannot_look_for_is_told(books, words, says):
    books.keep()
    with pytest.raises(ConfigurationError, match=says):
        CliRunner().invoke(app, ["explain", *words], catch_exceptions=False)


def test_a_figure_leads_to_its_journal_lines_and_on_to_a_document(books):
    books.keep()
    code, shown, said = explain("sales", "2026-01", "--lines")
    assert code == 0
    assert "2026-01-05 Invoice INV-7 60.00 60.00" in [" ".join(line.split()) for line in shown.splitlines()]
    assert "explain --document DOCUMENT" in said
    code, shown, said = explain("--document", "INV-7")
    assert (code, "NZD" in shown) == (0, True)
    assert "2026-01-05 Invoice sales sales -60.00" in [" ".join(line.split()) for line in shown.splitlines()]
    assert "XERO_LANDING is not set" in said
    code, shown, _ = explain("--document", "INV-7", "--json")
    assert [line["net_amount"] for line in json.loads(shown)["journal_lines"]] == ["60.0000", "-60.0000"]
