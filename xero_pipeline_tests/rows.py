"""Rows that a test puts into a table by hand."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, text


def insert(connection: Connection, table: str, /, **values: Any) -> None:
    """One row.

    Args:
        table: With its schema.
        values: By column.
    """
    columns, marks = ", ".join(f'"{name}"' for name in values), ", ".join(f":{name}" for name in values)
    connection.execute(text(f"INSERT INTO {table} ({columns}) VALUES ({marks})"), values)
