"""Three organisations in one warehouse on DuckDB and one on PostgreSQL, filled once for all tests that only read."""

from __future__ import annotations

import datetime as dt
import sys
from functools import partial
from types import SimpleNamespace

import pytest

from xero_pipeline.cli import main
from xero_pipeline.container import Services
from xero_pipeline.settings import Settings
from xero_pipeline.state.tables import state_table
from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline_tests.databases import a_database, a_file_like, at, file_filled_once
from xero_pipeline_tests.ledger.statements.shelves import fill
from xero_simulator.books import build_company
from xero_simulator.config import BooksConfig

FIRST = dt.date(2027, 11, 1)
TODAY = dt.date(2028, 7, 20)  # the years end on 31 March, on 29 February, which is there, and on 30 June


@pytest.fixture(scope="session")
def companies():
    # Without trial balances in the warehouse nobody could tell what revaluations come to: reports have none.
    config = BooksConfig(today=TODAY, invoices=160, months=9, organisations=3, revalues=False)
    return [build_company(config, index) for index in range(3)]


def fill_all(companies, warehouse):
    for company in companies:
        fill(warehouse, company)


@pytest.fixture(scope="session")
def filled_duckdb(companies, duckdb_template, tmp_path_factory):
    filled = file_filled_once("statements", partial(fill_all, companies), duckdb_template, tmp_path_factory)
    return Warehouse(a_file_like(filled, tmp_path_factory.mktemp("statements")))


@pytest.fixture(scope="session")
def filled_postgresql(companies, postgresql_server, postgresql_template):
    name = a_database(postgresql_server, postgresql_template)
    warehouse = Warehouse(at(postgresql_server, name))
    fill_all(companies, warehouse)
    return warehouse


@pytest.fixture(params=["duckdb", "postgresql"])
def warehouse(request):
    """Filled; whoever writes to it must leave it as it was."""
    return request.getfixturevalue(f"filled_{request.param}")


@pytest.fixture
def reader(warehouse):
    """A connection that can only read."""
    with warehouse.reading() as connection:
        yield connection


@pytest.fixture(params=[0, 1, 2], ids=["NZ", "GB", "AU"])
def company(companies, request):
    return companies[request.param]


@pytest.fixture
def here(reader, company):
    return SimpleNamespace(connection=reader, company=company, tenant_id=company.tenant_id)


@pytest.fixture
def run(companies, filled_duckdb, tmp_path, monkeypatch, capsys):
    """A home with the three organisations, in whose terminal a command runs."""
    for name, value in {
        "XERO_PIPELINE_HOME": str(tmp_path / "home"),
        "XERO_WAREHOUSE_URL": str(filled_duckdb.dialect.url),
        "XERO_MOCK_MODE": "true",
        "COLUMNS": "200",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    services = Services(Settings.load())
    names = {"empty": "Empty Ltd"} | {one.tenant_id: one.name for one in companies}
    known = {"status": "connected", "connected_at": dt.datetime(2028, 7, 1, tzinfo=dt.UTC)}
    with services.state.begin() as connection:
        rows = [{"tenant_id": tenant_id, "name": name, **known} for tenant_id, name in names.items()]
        connection.execute(state_table("organisations").insert(), rows)
    services.close()

    def command(*words):
        monkeypatch.setattr(sys, "argv", ["xero-pipeline", "statement", *words])
        try:
            main()
            code = 0
        except SystemExit as end:
            code = end.code or 0
        return code, *capsys.readouterr()

    return command
