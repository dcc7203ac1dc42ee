"""The order of the tests: what may take longest begins first, so that no worker is left alone with it at the end.

And the databases that all rooms share.
"""

from __future__ import annotations

import pytest

from xero_pipeline_tests import clock
from xero_pipeline_tests.databases import (  # noqa: F401 - fixtures
    duckdb_template,
    duckdb_url,
    empty_database,
    postgresql_server,
    postgresql_template,
    postgresql_url,
)
from xero_pipeline_tests.ledger.kept import (  # noqa: F401 - fixtures
    accountant_of_session,
    kept_on_duckdb,
    kept_on_postgresql,
)


def pytest_configure() -> None:
    """No test, no fixture and no process of theirs sees the day of the machine."""
    clock.begin()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests with a longer time limit of their own go before the others; else the order stays."""
    items.sort(key=_own_limit, reverse=True)


def _own_limit(item: pytest.Item) -> float:
    marker = item.get_closest_marker("timeout")
    return float(marker.args[0]) if marker else 0.0
