"""The calls to Xero, as the warehouse keeps them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pyarrow as pa
from sqlalchemy import text

from xero_pipeline.warehouse.sql import q, target
from xero_pipeline.warehouse.tables import table
from xero_pipeline.warehouse.wire import table_schema

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from decimal import Decimal

    from sqlalchemy import Connection

    from xero_pipeline.warehouse.merge import Dialect

CALLS = "api_calls"

KEPT = timedelta(days=400)
"""A year and a month: enough to compare a month with the same one of the year before."""


def keep_calls(
    dialect: Dialect,
    connection: Connection,
    calls: Sequence[Mapping[str, str | int | Decimal | datetime | None]],
    *,
    oldest_id: str,
) -> None:
    """Add calls to those that are kept, and let go of those that are too old. A call that is there stays as it is.

    Args:
        dialect: The database's ways.
        connection: In a transaction.
        calls: By column.
        oldest_id: Ids before this one are too old: ids sort by time, so that the key finds them without a look at all.
    """
    kept = table(CALLS)
    rows = pa.Table.from_pylist([dict(call) for call in calls], schema=table_schema(CALLS, kept.collection))
    dialect.lock(connection, CALLS)
    staged = dialect.stage(connection, f"arrived_{CALLS}", rows, kept)
    names = ", ".join(q(column.name) for column in kept.all_columns)
    connection.exec_driver_sql(
        f"INSERT INTO {target(kept)} ({names}) SELECT {names} FROM {staged} "
        f"ON CONFLICT ({', '.join(map(q, kept.primary_key))}) DO NOTHING"
    )
    whose = sorted({str(call["tenant_id"]) for call in calls})
    for tenant_id in whose:
        connection.execute(
            text(f"DELETE FROM {target(kept)} WHERE tenant_id = :tenant_id AND call_id < :oldest_id"),
            {"tenant_id": tenant_id, "oldest_id": oldest_id},
        )
