"""Books that were read, pulled and kept once, for all rooms that ask them."""

from __future__ import annotations

import shutil

import pytest

from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline_tests.databases import a_database, at, file_filled_once
from xero_pipeline_tests.ledger.accountant import Accountant


@pytest.fixture(scope="session")
def accountant_of_session():
    # Thirteen months: a financial year ends among them, and everything that happens once in a while happens.
    return Accountant(400, months=13)


def _keep(accountant, warehouse):
    accountant.open()
    accountant.warehouse = warehouse
    accountant.read()
    accountant.pull()
    accountant.keep()


@pytest.fixture(scope="session")
def kept_on_duckdb(accountant_of_session, duckdb_template, tmp_path_factory):
    def fill(warehouse):
        _keep(accountant_of_session, warehouse)

    kept = file_filled_once("kept", fill, duckdb_template, tmp_path_factory)
    return shutil.copy(kept, tmp_path_factory.mktemp("ledger") / "books.duckdb")


@pytest.fixture(scope="session")
def kept_on_postgresql(accountant_of_session, postgresql_server, postgresql_template):
    name = a_database(postgresql_server, postgresql_template)
    with Warehouse(at(postgresql_server, name)).kept_open() as warehouse:
        _keep(accountant_of_session, warehouse)
    return name
