"""Three organisations in one warehouse on DuckDB and one on PostgreSQL, filled once for all tests that only read."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest

from xero_pipeline.simulator.books import build_company
from xero_pipeline.simulator.config import BooksConfig
from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline_tests.ledger.statements.shelves import fill
from xero_pipeline_tests.warehouse.conftest import at, create_database, postgresql_server

__all__ = ["postgresql_server"]

FIRST = dt.date(2027, 11, 1)
TODAY = dt.date(2028, 7, 20)  # the years end on 31 March, on 29 February, which is there, and on 30 June


@pytest.fixture(scope="session")
def companies():
    config = BooksConfig(today=TODAY, invoices=160, months=9, organisations=3)
    return [build_company(config, index) for index in range(3)]


@pytest.fixture(scope="session")
def filled_duckdb(companies, tmp_path_factory):
    warehouse = Warehouse(f"duckdb:///{tmp_path_factory.mktemp('ledger') / 'books.duckdb'}")
    for company in companies:
        fill(warehouse, company)
    return warehouse


@pytest.fixture(scope="session")
def filled_postgresql(companies, postgresql_server):
    create_database(postgresql_server, "ledger", "template1")
    warehouse = Warehouse(at(postgresql_server, "ledger"))
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
