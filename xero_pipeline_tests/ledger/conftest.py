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
