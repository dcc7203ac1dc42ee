"""What a load has left in a DuckDB file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

_COLUMNS = """
SELECT c.table_schema, c.table_name, LIST(c.column_name) AS columns
FROM information_schema.columns AS c JOIN information_schema.tables AS t
    ON t.table_schema = c.table_schema AND t.table_name = c.table_name AND t.table_type = 'BASE TABLE'
WHERE c.table_catalog = CURRENT_DATABASE() GROUP BY 1, 2
"""


@dataclass(frozen=True)
class Content:
    """Tables that have rows, with their columns and rows, bookkeeping included; `invoices` counts each invoice once."""

    tables: int = 0
    columns: int = 0
    rows: int = 0
    invoices: int = 0


def content(database: Path) -> Content:
    """Count what is in a file.

    Args:
        database: Of DuckDB; nothing may be writing to it.
    """
    found = Content()
    with duckdb.connect(str(database), read_only=True) as connection:
        for schema, table, columns in connection.execute(_COLUMNS).fetchall():
            name = f'"{schema}"."{table}"'
            rows = _number(connection, f"SELECT COUNT(*) FROM {name}")
            if not rows:
                continue
            keys = [one for one in columns if table == "invoices" and one.replace("_", "").lower() == "invoiceid"]
            invoices = _number(connection, f'SELECT COUNT(DISTINCT "{keys[0]}") FROM {name}') if keys else 0
            found = Content(
                found.tables + 1,
                found.columns + len(columns),
                found.rows + rows,
                max(found.invoices, invoices),
            )
    return found


def _number(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    found = connection.execute(sql).fetchone()
    return found[0] if found else 0
