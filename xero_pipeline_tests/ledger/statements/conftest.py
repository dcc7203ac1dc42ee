"""Three organisations in one warehouse on DuckDB and one on PostgreSQL, filled once for all tests that only read."""

from __future__ import annotations

import datetime as dt
import shutil
from types import SimpleNamespace

import pytest

from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline_tests.databases import a_database, at
from xero_pipeline_tests.ledger.statements.shelves import fill
from xero_simulator.books import build_company
from xero_simulator.config import BooksConfig

FIRST = dt.date(2027, 11, 1)
TODAY = dt.date(2028, 7, 20)  # the years end on 31 March, on 29 February, which is there, and on 30 June


@pytest.fixture(scope="session")
def companies():
    config = BooksConfig(today=TODAY, invoices=160, months=9, organisations=3)
    return [build_company(config, index) for index in range(3)]


@pytest.fixture(scope="session")
def filled_duckdb(companies, duckdb_template, tmp_path_factory):
    path = tmp_path_factory.mktemp("statements") / "books.duckdb"
    shutil.copy(duckdb_template, path)
    warehouse = Warehouse(f"duckdb:///{path}")
    for company in companies:
        fill(warehouse, company)
    return warehouse


@pytest.fixture(scope="session")
def filled_postgresql(companies, postgresql_server, postgresql_template):
    name = a_database(postgresql_server, postgresql_template)
    warehouse = Warehouse(at(postgresql_server, name))
    for company in companies:
        fill(warehouse, company)
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
