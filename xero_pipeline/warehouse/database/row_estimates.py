"""About how many rows each table has: what the database knows of itself, so that nothing is counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

_DUCKDB = "SELECT table_name, estimated_size FROM duckdb_tables() WHERE schema_name = 'xero'"
# -1 until the server has looked at a table for the first time.
_POSTGRESQL = """
SELECT relname, CAST(reltuples AS BIGINT) FROM pg_class
WHERE relnamespace = to_regnamespace('xero') AND relkind = 'r' AND reltuples >= 0
"""


def row_estimates(connection: Connection) -> Mapping[str, int]:
    """By name the rows of each table in the schema `xero`, of all organisations together.

    Rows deleted lately may count on DuckDB; PostgreSQL tells as of its last (auto)vacuum or analyze, and leaves out a
    table that had none yet.
    """
    sql = _POSTGRESQL if connection.dialect.name == "postgresql" else _DUCKDB
    return {str(name): int(rows) for name, rows in connection.exec_driver_sql(sql)}
