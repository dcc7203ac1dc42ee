"""Which databases a warehouse may live in, told by its address."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from xero_pipeline.addresses import warehouse_address

if TYPE_CHECKING:
    from xero_pipeline.warehouse.database.dialect import Dialect


def dialect_of(url: str, lock_timeout_seconds: float, *, reads_copy: bool = False) -> Dialect:
    """What a warehouse speaks; only the chosen database's driver is loaded.

    Args:
        url: SQLAlchemy URL; DuckDB needs a file, PostgreSQL uses psycopg 3.
        lock_timeout_seconds: How long to wait while another process has the file.
        reads_copy: Whether to read the read copy of a DuckDB file.

    Raises:
        ConfigurationError: The URL is no DuckDB file and no PostgreSQL database.
    """
    parsed = warehouse_address(url)
    if parsed.drivername == "duckdb" and reads_copy:
        from xero_pipeline.warehouse.database.duckdb_reader import DuckDBReader

        return cast("Dialect", DuckDBReader(parsed, lock_timeout_seconds=lock_timeout_seconds))
    if parsed.drivername == "duckdb":
        from xero_pipeline.warehouse.database.duckdb import DuckDB

        return cast("Dialect", DuckDB(parsed, lock_timeout_seconds=lock_timeout_seconds))
    from xero_pipeline.warehouse.database.postgresql import PostgreSQL

    return cast("Dialect", PostgreSQL(parsed))
