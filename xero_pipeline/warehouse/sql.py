"""The little SQL that all writers of it share: names, values, and comparisons of keys."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from xero_pipeline.warehouse.schema.ddl import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from xero_pipeline.warehouse.schema.model import Table


def target(table: Table, schema: str = SCHEMA) -> str:
    """The table's full name in SQL."""
    return f"{schema}.{q(table.name)}"


def q(name: str) -> str:
    """A quoted identifier: `option` and `position` are words of SQL."""
    return f'"{name}"'


def same(left: str, right: str, names: Sequence[str]) -> str:
    """A condition that two rows have the same values in these columns."""
    return " AND ".join(f"{left}.{q(name)} = {right}.{q(name)}" for name in names)


def literal(value: object) -> str:
    """A value as SQL.

    Args:
        value: A text, a number, a day or a moment; None is NULL.
    """
    match value:
        case None:
            return "NULL"
        case int():
            return str(value)
        case dt.datetime():
            return f"CAST('{value.isoformat()}' AS TIMESTAMP WITH TIME ZONE)"
        case dt.date():
            return f"DATE '{value.isoformat()}'"
        case _:
            return "'" + str(value).replace("'", "''") + "'"


def among(values: Iterable[object]) -> str:
    """Values as the right side of IN; nothing is in none.

    Args:
        values: As for `literal`.
    """
    return f"({', '.join(map(literal, values)) or 'NULL'})"
