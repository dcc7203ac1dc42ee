"""The order of the tests: what may take longest begins first, so that no worker is left alone with it at the end.

And the PostgreSQL that all of them share.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from xero_pipeline_tests.postgresql import running_postgresql


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests with a longer time limit of their own go before the others; else the order stays."""
    items.sort(key=_own_limit, reverse=True)


def _own_limit(item: pytest.Item) -> float:
    marker = item.get_closest_marker("timeout")
    return float(marker.args[0]) if marker else 0.0


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """A real server, for databases of one's own; nobody may leave anything in the one that its address names."""
    with running_postgresql() as url:
        yield url


@pytest.fixture(scope="session")
def empty_database(postgresql_server: str) -> str:
    """An empty PostgreSQL database, to make others like it."""
    return postgresql_server.replace("/postgres?", "/template1?")
