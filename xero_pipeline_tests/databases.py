"""Databases of a test's own, and what they are copied from: made once in a test run, whoever asks for them."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url

from xero_pipeline.container import Services
from xero_pipeline.settings import Settings
from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline_tests.once import made_once
from xero_pipeline_tests.postgresql import a_database_like, copied_database, running_postgresql

FILE = "warehouse.duckdb"
TEMPLATE = "warehouse"
"""The database of every server with the tables of a warehouse."""


def at(server, database):
    """SQLAlchemy's address of a database.

    Args:
        server: As `postgresql_server` gives it.
    """
    return server.replace("postgresql://", "postgresql+psycopg://").replace("/postgres?", f"/{database}?")


def a_file_like(template, folder):
    """The address of a warehouse of its own, with what a file holds.

    Args:
        template: The file, which nobody has open.
        folder: Where the copy goes.
    """
    return f"duckdb:///{shutil.copy(template, folder / FILE)}"


def file_filled_once(name, fill, template, factory):
    """The file of a warehouse that the first worker of the run that asks for it fills; nobody writes to it.

    Args:
        name: Of what is in it.
        fill: Gets the open warehouse.
        template: As `duckdb_template` gives it.
        factory: `tmp_path_factory`.
    """

    def make(folder):
        with Warehouse(a_file_like(template, folder)).kept_open() as made:
            fill(made)

    return made_once(name, make, factory) / FILE


@contextmanager
def opened(url, **more):
    """A warehouse that stays open for a test, after which nobody wants it: no read copy is left.

    On DuckDB that would open and close the file once more.

    Args:
        **more: As for `Warehouse`.
    """
    with Warehouse(url, **more).kept_open() as warehouse:
        yield warehouse
        if warehouse.dialect.read_copy:
            warehouse.dialect.read_copy.follow = lambda: None


def a_database(server, template):
    """Make a database of one's own, like another in which nobody is; returns its name.

    Args:
        server: As `postgresql_server` gives it.
        template: The name of the other.
    """
    return make_url(a_database_like(at(server, template))).database


@contextmanager
def undone(warehouse):
    """One transaction for all that this thread does to a warehouse, rolled back at the end: as if it had never been.

    A database of one's own for every test takes longer than most tests. Not for tests of what is committed when.
    """
    with suppress(_Undone), warehouse.transaction():
        yield
        raise _Undone


class _Undone(Exception):
    pass


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory):
    """A real server; nobody may leave anything in the database that its address names."""
    with running_postgresql(like=made_once("postgresql", _make_server, tmp_path_factory)) as url:
        yield url


def _make_server(folder):
    with tempfile.TemporaryDirectory(prefix="postgresql-") as place:
        with running_postgresql(Path(place)) as server:
            url = a_database_like(at(server, "template1"), TEMPLATE)
            Warehouse(url).prepare()
        subprocess.run(["cp", "-a", f"{place}/data", folder], check=True)


@pytest.fixture(scope="session")
def empty_database(postgresql_server):
    """An empty PostgreSQL database, to make others like it."""
    return postgresql_server.replace("/postgres?", "/template1?")


@pytest.fixture(scope="session")
def duckdb_template(tmp_path_factory):
    """The file of a warehouse with its tables, to be copied."""
    return made_once("duckdb", lambda to: Warehouse(f"duckdb:///{to / FILE}").prepare(), tmp_path_factory) / FILE


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server):
    """The name of a database with the tables of a warehouse, to make others like it."""
    return TEMPLATE


@pytest.fixture
def duckdb_url(duckdb_template, tmp_path):
    """A warehouse with its tables and without a row."""
    return a_file_like(duckdb_template, tmp_path)


@pytest.fixture
def postgresql_url(postgresql_server, postgresql_template):
    """The same on PostgreSQL."""
    with copied_database(at(postgresql_server, postgresql_template)) as url:
        yield url


@pytest.fixture(params=["duckdb", "postgresql"])
def empty_services(request, tmp_path):
    """Those of an empty home, whose warehouse and state are in files or in one database of PostgreSQL."""
    url = request.getfixturevalue("postgresql_url") if request.param == "postgresql" else None
    made = Services(Settings.load(_env_file=None, pipeline_home=tmp_path / "home", warehouse_url=url, state_url=url))
    yield made
    made.close()


def let_nobody_wait(url: str) -> None:
    """Whoever connects from now on and finds a lock taken gets an error a second later.

    Args:
        url: A database in PostgreSQL that is a test's own.
    """
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(f'ALTER DATABASE "{engine.url.database}" SET lock_timeout = 1000')
    engine.dispose()
