"""The order of the tests: what may take longest begins first, so that no worker is left alone with it at the end.

And the databases that all rooms share.
"""

from __future__ import annotations

import gc

import pytest
from hypothesis import HealthCheck, settings

from xero_pipeline.warehouse.database import duckdb_engine
from xero_pipeline_tests import clock
from xero_pipeline_tests.databases import (  # noqa: F401 - fixtures
    duckdb_template,
    duckdb_url,
    empty_database,
    empty_services,
    postgresql_server,
    postgresql_template,
    postgresql_url,
)
from xero_pipeline_tests.ledger.kept import (  # noqa: F401 - fixtures
    accountant_of_session,
    kept_on_duckdb,
    kept_on_postgresql,
)
from xero_pipeline_tests.thoroughness import of_the_other_database
from xero_simulator.identity import signer

SLOW_ROOMS = {"assistants", "defs", "field_cases", "fuzz", "ledger", "metrics", "real_books"}
"""Whose tests sync or keep a ledger each. `make quick` leaves them out, PostgreSQL, and what says so of itself."""
SLOW_MODULES = {
    "test_busy",
    "test_cut_reads",
    "test_due",
    "test_explain",
    "test_history_laws",
    "test_issues",
    "test_lock",
    "test_move",
    "test_older_warehouse",
    "test_openapi",
    "test_own_day",
    "test_prepare",
    "test_quota",
    "test_ready",
    "test_rebuild",
    "test_truth",
    "test_which_xero",
}
"""Those of other rooms that take more than ten seconds of a core."""
ON_ONE_DATABASE = {"alerts", "assistants", "checks", "defs", "fuzz", "health", "ledger", "metrics", "operations"}
ON_ONE_DATABASE |= {"test_figures.py", "test_own_day.py", "test_report_captures.py"}
"""Rooms and files whose tests `make test` asks on one database each; those of `warehouse/` else are about databases."""


def pytest_configure() -> None:
    """No test, no fixture and no process of theirs sees the day of the machine."""
    clock.begin()
    # Looking for rings of objects is a fifth of what the tests take, and hardly any are left behind.
    gc.set_threshold(100_000, 50, 100)
    # How long an example takes says how busy the machine is, and nothing of the program.
    settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("unhurried")


@pytest.fixture(scope="session", autouse=True)
def one_thread_for_duckdb():
    """Two wake each other for rows that one reads in no time; the programs that journeys start have two."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(duckdb_engine, "THREADS", 1)
        yield


@pytest.fixture(scope="session", autouse=True)
def one_signing_key():
    """Simulated identity services of one process share a key: making one takes as long as a short test."""
    key = signer.generated_key()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signer, "generated_key", lambda: key)
        yield


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end."""
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The day of the tests, and how to have the random one again."""
    random = f"the random one was {clock.random_day()} (TESTS_SEED={clock.seed()})"
    terminalreporter.write_line(f"The day of these tests was {clock.BEGINS:%Y-%m-%d, %H:%M} UTC; {random}.")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests with a longer time limit of their own go before the others; else the order stays."""
    for item in of_the_other_database(items, ON_ONE_DATABASE):
        item.add_marker(pytest.mark.other_database)
    for item in items:
        if "journeys" in item.path.parts:
            item.add_marker(pytest.mark.journey)
        slow = SLOW_ROOMS & set(item.path.parts) or item.path.stem in SLOW_MODULES
        if slow or "postgresql" in item.nodeid or item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.slow)
    items.sort(key=_own_limit, reverse=True)


def _own_limit(item: pytest.Item) -> float:
    marker = item.get_closest_marker("timeout")
    return float(marker.args[0]) if marker else 0.0
