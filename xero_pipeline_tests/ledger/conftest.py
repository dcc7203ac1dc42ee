"""Warehouses with a ledger, on DuckDB and on a real PostgreSQL: whoever asks for one runs on both."""

from __future__ import annotations

import shutil

import pytest

from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline_tests.ledger.several import Several
from xero_pipeline_tests.postgresql import a_database_like
from xero_pipeline_tests.warehouse.conftest import (  # noqa: F401 (fixtures)
    at,
    create_database,
    duckdb_template,
    duckdb_url,
    postgresql_server,
    postgresql_template,
    postgresql_url,
    warehouse,
    warehouse_url,
)


@pytest.fixture(scope="session")
def several():
    """The simulated organisations behind `filled` and `filled_copy`."""
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


@pytest.fixture(scope="session", params=["duckdb", "postgresql"])
def filled(request):
    """Several organisations with their ledgers, to read only."""
    found = request.getfixturevalue(f"filled_{request.param}")
    return Warehouse(found if request.param == "postgresql" else f"duckdb:///{found}")


@pytest.fixture(params=["duckdb", "postgresql"])
def filled_copy(request, tmp_path):
    """The same, to write to."""
    if request.param == "postgresql":
        return Warehouse(a_database_like(request.getfixturevalue("filled_postgresql")))
    path = tmp_path / "warehouse.duckdb"
    shutil.copy(request.getfixturevalue("filled_duckdb"), path)
    return Warehouse(f"duckdb:///{path}")
