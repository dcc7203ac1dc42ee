"""The calls to Xero, as the warehouse keeps them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import text

from xero_pipeline.warehouse.schema.catalogue import table
from xero_pipeline.warehouse.sql import q, target

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

KEPT = timedelta(days=400)
"""A year and a month: enough to compare a month with the same one of the year before."""

_AT_ONCE = 100
"""Calls a statement: an asset's work seldom makes more."""


def keep_calls(connection: Connection, calls: Sequence[Mapping[str, object]], *, oldest_id: str) -> None:
    """Add calls to those that are kept, and let go of those that are too old. A call that is there stays as it is.

    Args:
        connection: In a transaction.
        oldest_id: Ids before this one are too old: ids sort by time, so that the key finds them without a look at all.
    """
    for start in range(0, len(calls), _AT_ONCE):
        _insert(connection, calls[start : start + _AT_ONCE])
    for tenant_id in sorted({str(call["tenant_id"]) for call in calls}):
        connection.execute(
            text(f"DELETE FROM {target(table('api_calls'))} WHERE tenant_id = :tenant_id AND call_id < :oldest_id"),
            {"tenant_id": tenant_id, "oldest_id": oldest_id},
        )


def _insert(connection: Connection, calls: Sequence[Mapping[str, object]]) -> None:
    kept = table("api_calls")
    names = [column.name for column in kept.all_columns]
    rows = ", ".join(f"({', '.join(f':{name}_{number}' for name in names)})" for number in range(len(calls)))
    connection.execute(
        text(
            f"INSERT INTO {target(kept)} ({', '.join(map(q, names))}) VALUES {rows} "
            f"ON CONFLICT ({', '.join(map(q, kept.primary_key))}) DO NOTHING"
        ),
        {f"{name}_{number}": call[name] for number, call in enumerate(calls) for name in names},
    )
