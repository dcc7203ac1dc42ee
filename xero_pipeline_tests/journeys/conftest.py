"""What the journeys share: one served simulator, one home that was synced once and is copied."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from sqlite3 import connect

import pytest

from xero_pipeline_tests.clock import TODAY
from xero_pipeline_tests.journeys.home import Home, live
from xero_pipeline_tests.journeys.watched import Watched, watched
from xero_pipeline_tests.once import made_once
from xero_pipeline_tests.postgresql import a_database_like
from xero_pipeline_tests.thoroughness import so_many

STORE = "xero.sqlite"
"""File of the simulated Xero's consents."""


@pytest.fixture(scope="package", autouse=True)
def hurry() -> Iterator[None]:
    """Whatever program a journey starts, or lets a page start, is spared the waits."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("TESTS_HURRY", "1")
        yield


@pytest.fixture(scope="session")
def first_month() -> dt.date:
    """The month two before this one: where the simulated books begin."""
    day = TODAY.replace(day=1)
    for _ in range(2):
        day = (day - dt.timedelta(days=1)).replace(day=1)
    return day


@pytest.fixture(scope="session")
def made(first_month: dt.date, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Homes of all workers of the run, and what the simulated Xero knows of their consents."""

    def make(folder: Path) -> None:
        with watched(store=folder / "open.sqlite") as xero:
            home = live(folder / "connected" / "home", xero.url, first_month.isoformat())
            for do in (home.connect, partial(home.run, "status"), partial(home.run, "logs")):
                done = do()
                assert done.code == 0, done.said
            done = home.copy(folder / "synced" / "home").sync()
            assert done.code == 0, done.said
        # The simulator has its file open, and some of it is in another file yet.
        with closing(connect(folder / "open.sqlite")) as known, closing(connect(folder / STORE)) as copy:
            known.backup(copy)

    return made_once("homes", make, tmp_path_factory)


@pytest.fixture(scope="session")
def xero(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """This worker's own, which knows the homes of all."""
    store = tmp_path_factory.mktemp("xero") / STORE
    shutil.copy(made / STORE, store)
    with watched(store=store) as served:
        yield served


@pytest.fixture
def new_home(xero: Watched, first_month: dt.date, tmp_path: Path) -> Home:
    """A home that is not connected; an app of its own, for revoking one consent ends all of its app."""
    return live(tmp_path / "home", xero.url, first_month.isoformat(), XERO_CLIENT_ID=f"app-of-{tmp_path.name}")


@pytest.fixture(scope="session")
def connected(made: Path, xero: Watched, first_month: dt.date, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Its tables are made, and Dagster's: it was looked at."""
    shared = live(made / "connected" / "home", xero.url, first_month.isoformat())
    return shared.copy(tmp_path_factory.mktemp("connected") / "home")


@pytest.fixture(scope="session")
def synced(made: Path, xero: Watched, first_month: dt.date, tmp_path_factory: pytest.TempPathFactory) -> Home:
    shared = live(made / "synced" / "home", xero.url, first_month.isoformat())
    return shared.copy(tmp_path_factory.mktemp("synced") / "home")


@pytest.fixture
def home(synced: Home, tmp_path: Path) -> Home:
    """A home that was synced a moment ago."""
    return synced.copy(tmp_path / "home")


@pytest.fixture
def connected_home(connected: Home, tmp_path: Path) -> Callable[[], Home]:
    """Makes homes that are connected and have nothing yet."""
    made: list[Home] = []

    def make() -> Home:
        made.append(connected.copy(tmp_path / f"connected-{len(made)}"))
        return made[-1]

    return make


@pytest.fixture(scope="session")
def connected_in_postgresql(
    empty_database: str, xero: Watched, first_month: dt.date, tmp_path_factory: pytest.TempPathFactory
) -> Home:
    """Warehouse, state and Dagster's history are in one database."""
    path = tmp_path_factory.mktemp("connected-in-postgresql") / "home"
    home = live(path, xero.url, first_month.isoformat()).in_postgresql(a_database_like(empty_database))
    done = home.connect()
    assert done.code == 0, done.said
    return home


@pytest.fixture(params=["files", "postgresql"][: so_many(2, 1)])
def any_connected_home(request: pytest.FixtureRequest, tmp_path: Path) -> Home:
    """A home that is connected and has nothing yet: with all in its files, and with all in PostgreSQL."""
    connected = "connected" if request.param == "files" else "connected_in_postgresql"
    return request.getfixturevalue(connected).copy(tmp_path / "home")
