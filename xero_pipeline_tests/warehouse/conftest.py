"""One warehouse a test, on DuckDB and on a real PostgreSQL: every test that asks for `warehouse` runs on both."""

from __future__ import annotations

import pytest

from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline_tests.databases import opened
from xero_pipeline_tests.postgresql import a_database_like


@pytest.fixture(params=["duckdb", "postgresql"])
def warehouse_url(request):
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture(params=["duckdb", "postgresql"])
def empty_url(request, tmp_path):
    """A place where no warehouse has ever been."""
    if request.param == "duckdb":
        return f"duckdb:///{tmp_path / 'new' / 'warehouse.duckdb'}"
    return a_database_like(request.getfixturevalue("empty_database"))


@pytest.fixture
def warehouse(warehouse_url):
    with opened(warehouse_url, lock_timeout_seconds=20) as warehouse:
        yield warehouse


@pytest.fixture
def shared_warehouse(warehouse_url):
    """The same for a test that opens the file besides, in ways of its own."""
    return Warehouse(warehouse_url, lock_timeout_seconds=20)
