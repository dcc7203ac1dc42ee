"""Warehouses with a ledger, on DuckDB and on PostgreSQL.

`accountant` has one organisation, read and kept once, and its reports; `filled` has several of several currencies.
"""

from __future__ import annotations

import shutil
from uuid import uuid4

import pytest

from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline_tests.ledger.accountant import Accountant
from xero_pipeline_tests.ledger.several import Several
from xero_pipeline_tests.postgresql import a_database_like
from xero_pipeline_tests.warehouse.conftest import (  # noqa: F401 - fixtures
    at,
    create_database,
    duckdb_template,
    duckdb_url,
    postgresql_template,
    postgresql_url,
    warehouse,
    warehouse_url,
)


@pytest.fixture(scope="session")
def accountant_of_session():
    # Thirteen months: a financial year ends among them, and everything that happens once in a while happens.
    return Accountant(400, months=13)


def _kept(accountant, url):
    accountant.open()
    accountant.warehouse = Warehouse(url)
    accountant.read()
    accountant.pull()
    accountant.keep()


@pytest.fixture(scope="session")
def kept_on_duckdb(accountant_of_session, duckdb_template, tmp_path_factory):  # noqa: F811
    path = tmp_path_factory.mktemp("ledger") / "books.duckdb"
    shutil.copy(duckdb_template, path)
    _kept(accountant_of_session, f"duckdb:///{path}")
    return path


@pytest.fixture(scope="session")
def kept_on_postgresql(accountant_of_session, postgresql_server, postgresql_template):  # noqa: F811
    name = f"kept_{uuid4().hex}"
    create_database(postgresql_server, name, postgresql_template)
    _kept(accountant_of_session, at(postgresql_server, name))
    return name


@pytest.fixture
def kept_url_duckdb(kept_on_duckdb, tmp_path):
    shutil.copy(kept_on_duckdb, tmp_path / "books.duckdb")
    return f"duckdb:///{tmp_path / 'books.duckdb'}"


@pytest.fixture
def kept_url_postgresql(kept_on_postgresql, postgresql_server, request):
    name = f"ledger_{abs(hash(request.node.nodeid))}"
    create_database(postgresql_server, name, kept_on_postgresql)
    return at(postgresql_server, name)


@pytest.fixture(params=["duckdb", "postgresql"])
def kept_url(request):
    return request.getfixturevalue(f"kept_url_{request.param}")


@pytest.fixture
def accountant(accountant_of_session, kept_url):
    """The books as they were written, read and kept; an hour has passed since."""
    accountant_of_session.open()
    accountant_of_session.warehouse = Warehouse(kept_url)
    accountant_of_session.later(hours=1)
    return accountant_of_session


@pytest.fixture(scope="session")
def several():
    """The simulated organisations behind `filled` and `filled_once`."""
    return Several()


@pytest.fixture(scope="session")
def filled_duckdb(several, duckdb_template, tmp_path_factory):  # noqa: F811
    path = tmp_path_factory.mktemp("filled") / "warehouse.duckdb"
    shutil.copy(duckdb_template, path)
    several.fill(Warehouse(f"duckdb:///{path}"))
    return path


@pytest.fixture(scope="session")
def filled_postgresql(several, postgresql_server, postgresql_template):  # noqa: F811
    create_database(postgresql_server, "filled", postgresql_template)
    several.fill(Warehouse(at(postgresql_server, "filled")))
    return at(postgresql_server, "filled")


def copied(request, folder):
    if request.param == "postgresql":
        return Warehouse(a_database_like(request.getfixturevalue("filled_postgresql")))
    path = folder / "warehouse.duckdb"
    shutil.copy(request.getfixturevalue("filled_duckdb"), path)
    return Warehouse(f"duckdb:///{path}")


@pytest.fixture(params=["duckdb", "postgresql"])
def filled(request, tmp_path):
    """Several organisations with their ledgers, to write to."""
    return copied(request, tmp_path)


@pytest.fixture(scope="module", params=["duckdb", "postgresql"])
def filled_once(request, tmp_path_factory):
    """The same for a module, which adds to it what all its tests read."""
    return copied(request, tmp_path_factory.mktemp("module"))
