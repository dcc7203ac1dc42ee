"""Warehouses with a ledger, on DuckDB and on PostgreSQL.

`accountant` has one organisation, read and kept once, and its reports; `filled` has several of several currencies.
"""

from __future__ import annotations

import datetime as dt
import shutil
from contextlib import contextmanager

import pytest

from xero_pipeline.ledger.consolidation.group_file import read_group_file
from xero_pipeline.ledger.consolidation.rate_file import import_rates
from xero_pipeline.ledger.consolidation.update import write_consolidation
from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline_tests.databases import a_file_like, at, file_filled_once, opened, undone
from xero_pipeline_tests.ledger.books import Books
from xero_pipeline_tests.ledger.several import SYNCED, Several
from xero_pipeline_tests.ledger.trading import GROUP_FILE, Trading, given_rates
from xero_pipeline_tests.postgresql import a_database_like, copied_database
from xero_pipeline_tests.warehouse.conftest import warehouse, warehouse_url  # noqa: F401 - fixtures
from xero_simulator.edits.records import lock_books


@pytest.fixture
def kept_url_duckdb(kept_on_duckdb, tmp_path):
    shutil.copy(kept_on_duckdb, tmp_path / "books.duckdb")
    return f"duckdb:///{tmp_path / 'books.duckdb'}"


@pytest.fixture
def kept_url_postgresql(kept_on_postgresql, postgresql_server):
    with copied_database(at(postgresql_server, kept_on_postgresql)) as url:
        yield url


@pytest.fixture(params=["duckdb", "postgresql"])
def kept_url(request):
    return request.getfixturevalue(f"kept_url_{request.param}")


@pytest.fixture
def accountant(accountant_of_session, kept_url):
    """The books as they were written, read and kept; an hour has passed since."""
    accountant_of_session.open()
    accountant_of_session.later(hours=1)
    with opened(kept_url) as accountant_of_session.warehouse:
        yield accountant_of_session


@pytest.fixture
def locked(accountant):
    """The accountant's books that are locked to the end of a year since days; nothing changed since."""
    lock_books(accountant.books, dt.date(2025, 12, 31))
    accountant.read("organisations")
    accountant.keep()
    accountant.later(hours=96)
    accountant.keep()
    accountant.later(hours=24)
    return accountant


@pytest.fixture(scope="session")
def several():
    """The simulated organisations behind `filled` and `filled_once`."""
    return Several()


@pytest.fixture(scope="session")
def filled_duckdb(several, duckdb_template, tmp_path_factory):
    return file_filled_once("several", several.fill, duckdb_template, tmp_path_factory)


@pytest.fixture(scope="session")
def filled_postgresql(several, postgresql_server, postgresql_template):
    url = a_database_like(at(postgresql_server, postgresql_template))
    several.fill(Warehouse(url))
    return url


@contextmanager
def copied(request, folder):
    if request.param == "postgresql":
        with copied_database(request.getfixturevalue("filled_postgresql")) as url:
            yield url
    else:
        yield a_file_like(request.getfixturevalue("filled_duckdb"), folder)


@pytest.fixture(params=["duckdb", "postgresql"])
def filled(request, tmp_path):
    """Several organisations with their ledgers, to write to."""
    with copied(request, tmp_path) as url, opened(url) as made:
        yield made


@pytest.fixture(scope="module", params=["duckdb", "postgresql"])
def filled_once(request, tmp_path_factory):
    """The same for a module, which adds to it what all its tests read."""
    with copied(request, tmp_path_factory.mktemp("module")) as url, opened(url) as made:
        yield made


@pytest.fixture(scope="session")
def traders():
    """Companies that trade with each other: their records and what was entered; small books beside that."""
    entered = []
    made = Several(months=4, invoices=24, edit=lambda simulator: entered.append(Trading(simulator)))
    return made, entered[0]


@pytest.fixture(scope="session", params=["duckdb", "postgresql"])
def trading(request, traders, tmp_path_factory):
    """The warehouse of companies that trade with each other, consolidated in NZD by a file; to read only."""
    file = tmp_path_factory.mktemp("group") / "group.toml"
    file.write_text(GROUP_FILE)
    if request.param == "duckdb":
        template = request.getfixturevalue("duckdb_template")
        url = a_file_like(template, tmp_path_factory.mktemp("trading"))
    else:
        server, template = (request.getfixturevalue(f"postgresql_{name}") for name in ("server", "template"))
        url = a_database_like(at(server, template))
    with Warehouse(url).kept_open() as made:
        traders[0].fill(made)
        with made.writing() as connection:
            import_rates(connection, made.dialect, given_rates(), at=SYNCED)
            write_consolidation(connection, made.dialect, "NZD", read_group_file(file), at=SYNCED)
        yield made


@pytest.fixture(scope="session")
def begun_on_duckdb(duckdb_template, tmp_path_factory):
    with Warehouse(a_file_like(duckdb_template, tmp_path_factory.mktemp("begun"))).kept_open() as made:
        Books.begin(made)
        yield made


@pytest.fixture(scope="session")
def begun_on_postgresql(postgresql_server, postgresql_template):
    made = Warehouse(a_database_like(at(postgresql_server, postgresql_template)))
    Books.begin(made)
    return made


@pytest.fixture(params=["duckdb", "postgresql"])
def books(request):
    """The books of one organisation without any document; what is done to them is undone."""
    begun = request.getfixturevalue(f"begun_on_{request.param}")
    with undone(begun):
        yield Books(begun)
