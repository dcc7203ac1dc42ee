"""The order of the tests: what may take longest begins first, so that no worker is left alone with it at the end."""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests with a longer time limit of their own go before the others; else the order stays."""
    items.sort(key=_own_limit, reverse=True)


def _own_limit(item: pytest.Item) -> float:
    marker = item.get_closest_marker("timeout")
    return float(marker.args[0]) if marker else 0.0
