"""Books that were kept once, a copy of them for every test, and where they are published to."""

from __future__ import annotations

import shutil

import pytest

from xero_pipeline.publish import update
from xero_pipeline.publish.tables import published_tables
from xero_pipeline.warehouse.store import Warehouse

SOME = (
    "xero.accounts",
    "xero.invoices",
    "xero.payments",
    "xero.report_pulls",
    "xero_history.accounts",
    "ledger.journal_lines",
    "ledger.exchange_rates",
)
"""Of every kind one: all of them take minutes."""


@pytest.fixture
def books(kept_on_duckdb, tmp_path):
    return Warehouse(f"duckdb:///{shutil.copy(kept_on_duckdb, tmp_path / 'books.duckdb')}")


@pytest.fixture
def only(monkeypatch):
    """Publish these tables alone; each schema is a load or more of dlt's, of half a second."""

    def names(*wanted):
        some = [one for one in published_tables(ledger=True) if f"{one.schema}.{one.name}" in wanted]
        assert len(some) == len(wanted)
        monkeypatch.setattr(update, "published_tables", lambda *, ledger: some)

    return names


@pytest.fixture
def send(tmp_path, monkeypatch, only):
    """Publish a warehouse; the folder and the databases of dlt's are the test's own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DESTINATION__FILESYSTEM__BUCKET_URL", str(tmp_path / "files"))
    monkeypatch.setenv("DESTINATION__DUCKDB__CREDENTIALS", f"duckdb:///{tmp_path / 'there.duckdb'}")
    only(*SOME)

    def to(word, warehouse, **more):
        return update.publish(warehouse, word, "xero", folder=tmp_path, **more)

    return to
