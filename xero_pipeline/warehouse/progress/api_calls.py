"""The calls to Xero, as the warehouse keeps them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import text

from xero_pipeline.warehouse.schema.catalogue import table
from xero_pipeline.warehouse.sql import among, q, target

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

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


def calls_by_asset(
    connection: Connection, tenant_id: str, *, since_id: str, run_id: str, run_since_id: str, besides: Sequence[str]
) -> Iterator[tuple[str, int, int]]:
    """For what an organisation's calls were made.

    Args:
        connection: Reading is enough.
        since_id: Ids from this one on are of the time that is asked for.
        run_id: A run of Dagster's; its calls are counted, too.
        run_since_id: None of its calls has an id before this one.
        besides: Ids of calls that are counted already.

    Yields:
        The asset, how many calls since, and how many in the run.
    """
    known = among(besides) if besides else "('')"
    sql = (
        "SELECT COALESCE(asset, '') AS asset, SUM(CASE WHEN call_id >= :since THEN 1 ELSE 0 END) AS since, "
        "SUM(CASE WHEN run_id = :run_id THEN 1 ELSE 0 END) AS in_run "
        f"FROM {target(table('api_calls'))} WHERE tenant_id = :tenant_id AND call_id >= :first "
        f"AND call_id NOT IN {known} GROUP BY 1"
    )
    asked = {"tenant_id": tenant_id, "since": since_id, "run_id": run_id, "first": min(since_id, run_since_id)}
    for row in connection.execute(text(sql), asked):
        yield row.asset, int(row.since), int(row.in_run)


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
