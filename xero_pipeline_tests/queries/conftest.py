"""Books that were read, pulled and kept once, in DuckDB and in PostgreSQL, to be asked."""

from __future__ import annotations

import pytest

from xero_pipeline.ledger.database_copy import copy_ledger
from xero_pipeline.warehouse.copy import move
from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline_tests.databases import a_database, at


@pytest.fixture(scope="session")
def on_duckdb(kept_on_duckdb):
    return Warehouse(f"duckdb:///{kept_on_duckdb}")


def moved_to_postgresql(source, server, template):
    """The same books in a PostgreSQL database of their own.

    Args:
        server: As `postgresql_server` gives it.
        template: As `postgresql_template` gives it.
    """
    target = Warehouse(at(server, a_database(server, template)))
    move(source, target)
    copy_ledger(source, target)
    return target


@pytest.fixture(scope="session")
def on_postgresql(on_duckdb, postgresql_server, postgresql_template):
    return moved_to_postgresql(on_duckdb, postgresql_server, postgresql_template)


@pytest.fixture(params=["duckdb", "postgresql"])
def books(request):
    """The same books on either database. Nothing that is asked changes them."""
    return request.getfixturevalue(f"on_{request.param}")
