"""Books that were read, pulled and kept once, for all rooms that ask them."""

from __future__ import annotations

import shutil

import pytest

from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline_tests.databases import a_database, at
from xero_pipeline_tests.ledger.accountant import Accountant


@pytest.fixture(scope="session")
def accountant_of_session():
    # Thirteen months: a financial year ends among them, and everything that happens once in a while happens.
    return Accountant(400, months=13)


def _kept(accountant, url):
    accountant.open()
    with Warehouse(url).kept_open() as accountant.warehouse:
        accountant.read()
        accountant.pull()
        accountant.keep()


@pytest.fixture(scope="session")
def kept_on_duckdb(accountant_of_session, duckdb_template, tmp_path_factory):
    path = tmp_path_factory.mktemp("ledger") / "books.duckdb"
    shutil.copy(duckdb_template, path)
    _kept(accountant_of_session, f"duckdb:///{path}")
    return path


@pytest.fixture(scope="session")
def kept_on_postgresql(accountant_of_session, postgresql_server, postgresql_template):
    name = a_database(postgresql_server, postgresql_template)
    _kept(accountant_of_session, at(postgresql_server, name))
    return name
