"""What differs between the releases of Dagster that we work with, 1.12 and later. The one place for it.

An older release lacks what is imported here by name: then what it did instead holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from dagster._core.storage import sqlite
from sqlalchemy import Connection, Engine, create_engine, inspect

if TYPE_CHECKING:
    from dagster._core.definitions.asset_checks.asset_check_evaluation import AssetCheckEvaluationPlanned
    from dagster_postgres.auth import PgTokenProvider

BUSY_SECONDS: float = getattr(sqlite, "SQLITE_BUSY_TIMEOUT_SECONDS", 30)
"""How long a writer waits for another of the same SQLite file. Older releases wait the 5 seconds of SQLite's driver."""


def token_provider_of(config: Mapping[str, Any]) -> PgTokenProvider | None:
    """What gives out passwords that expire, where the storage's configuration names it; older releases know none.

    Args:
        config: That of Dagster's storage in PostgreSQL.
    """
    try:
        from dagster_postgres.utils import get_token_provider_from_config
    except ImportError:
        return None
    return get_token_provider_from_config(config)


def postgresql_engine(address: str, token_provider: PgTokenProvider | None, **options: Any) -> Engine:
    """An engine as Dagster makes it.

    Args:
        token_provider: As in `token_provider_of`.
        options: Of SQLAlchemy's `create_engine`.
    """
    try:
        from dagster_postgres.utils import create_pg_engine
    except ImportError:
        return create_engine(address, **options)
    return create_pg_engine(address, token_provider, **options)


def has_column(connection: Connection, table: str, column: str) -> bool:
    """Whether a table of the history has a column, asked on this connection: older releases would open another."""
    return column in {one["name"] for one in inspect(connection).get_columns(table)}


def partitions_of(planned: AssetCheckEvaluationPlanned) -> Iterable[str]:
    """The partitions a check is planned for; older releases know none."""
    subset = getattr(planned, "partitions_subset", None)
    return subset.get_partition_keys() if subset else ()


def given(token_provider: PgTokenProvider | None) -> dict[str, Any]:
    """The argument of Dagster's storages for it; older releases have none."""
    return {"token_provider": token_provider} if token_provider else {}
