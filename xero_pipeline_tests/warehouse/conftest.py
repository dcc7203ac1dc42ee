"""One warehouse a test, on DuckDB and on a real PostgreSQL: every test that asks for `warehouse` runs on both."""

from __future__ import annotations

import shutil
from uuid import uuid4

import pytest
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from xero_pipeline.warehouse.store import Warehouse


@pytest.fixture(scope="session")
def duckdb_template(tmp_path_factory):
    path = tmp_path_factory.mktemp("template") / "warehouse.duckdb"
    Warehouse(f"duckdb:///{path}").prepare()
    return path


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server):
    name = f"prepared_{uuid4().hex}"
    create_database(postgresql_server, name, "template1")
    Warehouse(at(postgresql_server, name)).prepare()
    return name


@pytest.fixture
def duckdb_url(duckdb_template, tmp_path):
    path = tmp_path / "warehouse.duckdb"
    shutil.copy(duckdb_template, path)
    return f"duckdb:///{path}"


@pytest.fixture
def postgresql_url(postgresql_server, postgresql_template, request):
    name = f"test_{abs(hash(request.node.nodeid))}"
    create_database(postgresql_server, name, postgresql_template)
    return at(postgresql_server, name)


@pytest.fixture(params=["duckdb", "postgresql"])
def warehouse_url(request):
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture(params=["duckdb", "postgresql"])
def empty_url(request, tmp_path):
    """A place where no warehouse has ever been."""
    if request.param == "duckdb":
        return f"duckdb:///{tmp_path / 'new' / 'warehouse.duckdb'}"
    server = request.getfixturevalue("postgresql_server")
    name = f"empty_{abs(hash(request.node.nodeid))}"
    create_database(server, name, "template1")
    return at(server, name)


@pytest.fixture
def warehouse(warehouse_url):
    return Warehouse(warehouse_url, lock_timeout_seconds=20)


def at(server, database):
    return server.replace("postgresql://", "postgresql+psycopg://").replace("/postgres?", f"/{database}?")


def create_database(server, name, template):
    engine = create_engine(at(server, "postgres"), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
