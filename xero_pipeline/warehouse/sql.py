"""The little SQL that all writers of it share: names and comparisons of keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xero_pipeline.warehouse.schema import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xero_pipeline.warehouse.tables import Table


def target(table: Table, schema: str = SCHEMA) -> str:
    """The table's full name in SQL."""
    return f"{schema}.{q(table.name)}"


def q(name: str) -> str:
    """A quoted identifier: `option` and `position` are words of SQL."""
    return f'"{name}"'


def same(left: str, right: str, names: Sequence[str]) -> str:
    """A condition that two rows have the same values in these columns."""
    return " AND ".join(f"{left}.{q(name)} = {right}.{q(name)}" for name in names)
