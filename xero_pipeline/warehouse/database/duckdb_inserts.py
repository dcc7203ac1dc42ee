"""Rows of new records into tables of DuckDB, which have no key that would refuse what is there already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xero_pipeline.warehouse.load.merge import merge_sql
from xero_pipeline.warehouse.sql import q, same, target

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from xero_pipeline.warehouse.schema.model import Table


class Inserts:
    """Of one process, which need not look at what it has written itself: those rows came with their records."""

    def __init__(self) -> None:
        self._rows_before: dict[str, int] = {}
        """How many rows a table had when this process first inserted into it."""

    def statement(self, connection: Connection, table: Table, source: str) -> str:
        """A plain INSERT: MERGE reads all keys of a table that grows. If a record has rows there after all, MERGE.

        Args:
            source: A staged name.
        """
        if table.name not in self._rows_before:
            rows = f"SELECT COALESCE(MAX(rowid) + 1, 0) FROM {target(table)}"
            self._rows_before[table.name] = connection.exec_driver_sql(rows).scalar_one()
        if self._is_there(connection, table, source, self._rows_before[table.name]):
            return merge_sql(table, f"SELECT * FROM {source}")
        names = ", ".join(q(column.name) for column in table.all_columns)
        return f"INSERT INTO {target(table)} ({names}) SELECT {names} FROM {source}"

    @staticmethod
    def _is_there(connection: Connection, table: Table, source: str, rows: int) -> bool:
        """Whether the first rows of a table have one of an arrived record."""
        if not rows:
            return False
        joined = f"{target(table)} AS t JOIN {source} AS s ON {same('t', 's', table.primary_key[:2])}"
        found = f"SELECT EXISTS (SELECT 1 FROM {joined} WHERE t.rowid < {rows})"
        return bool(connection.exec_driver_sql(found).scalar_one())
