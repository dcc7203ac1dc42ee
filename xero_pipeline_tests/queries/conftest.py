"""Books that were read, pulled and kept once, in DuckDB and in PostgreSQL, to be asked."""

from __future__ import annotations

from uuid import uuid4

import pytest

from xero_pipeline.ledger.carry import carry
from xero_pipeline.warehouse.move import move
from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline_tests.databases import at, create_database


@pytest.fixture(scope="session")
def on_duckdb(kept_on_duckdb):
    return Warehouse(f"duckdb:///{kept_on_duckdb}")


@pytest.fixture(scope="session")
def on_postgresql(on_duckdb, postgresql_server, postgresql_template):
    name = f"asked_{uuid4().hex}"
    create_database(postgresql_server, name, postgresql_template)
    target = Warehouse(at(postgresql_server, name))
    move(on_duckdb, target)
    carry(on_duckdb, target)
    return target


@pytest.fixture(params=["duckdb", "postgresql"])
def books(request):
    """The same books on either database. Nothing that is asked changes them."""
    return request.getfixturevalue(f"on_{request.param}")
