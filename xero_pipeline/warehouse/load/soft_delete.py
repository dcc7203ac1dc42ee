"""Records that are gone: Xero deletes some without a trace, and only a full read shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
from sqlalchemy import text

from xero_pipeline.warehouse.load.history import keep_versions, since
from xero_pipeline.warehouse.schema.catalogue import table_group
from xero_pipeline.warehouse.sql import q, same, target

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from xero_pipeline.warehouse.database.dialect import Dialect
    from xero_pipeline.warehouse.schema.model import Table


def mark_unseen_deleted(
    dialect: Dialect,
    connection: Connection,
    collection: str,
    tenant_id: str,
    seen_ids: Sequence[str] | pa.StringArray,
    as_of: datetime,
) -> int:
    """Mark the records that were not seen, and their children, as deleted. They stay, with all they said.

    Args:
        connection: In a transaction.
        seen_ids: What the full read brought.
        as_of: When the full read began; what was written since may be younger than it, and stays.

    Returns:
        How many records were marked.

    Raises:
        ValueError: The collection's key is not one column.
    """
    return _mark_all(dialect, connection, collection, tenant_id, seen_ids, as_of, "NOT EXISTS")


def mark_deleted(
    dialect: Dialect, connection: Connection, collection: str, tenant_id: str, ids: Sequence[str], at: datetime
) -> int:
    """Mark the records of these ids, and their children, as deleted. They stay, with all they said.

    Args:
        connection: In a transaction.
        ids: What Xero does not know any more.
        at: When it said so; what was written since may be younger than that, and stays.

    Returns:
        How many records were marked.

    Raises:
        ValueError: The collection's key is not one column.
    """
    return _mark_all(dialect, connection, collection, tenant_id, ids, at, "EXISTS")


def _mark_all(
    dialect: Dialect,
    connection: Connection,
    collection: str,
    tenant_id: str,
    ids: Sequence[str] | pa.StringArray,
    as_of: datetime,
    which: str,
) -> int:
    record, *children = table_group(collection)
    if len(record.key) != 1:
        raise ValueError(f"{collection} has no single id to sweep by")
    array = ids if isinstance(ids, pa.StringArray) else pa.array(ids, pa.string())
    staged = dialect.stage_ids(connection, "seen", array)
    params = {"tenant_id": tenant_id, "as_of": as_of}
    connection.execute(text(_gone_sql(record, staged, which)), params)
    marked = _mark(dialect, connection, record, record)
    for child in children if marked else ():
        _mark(dialect, connection, record, child)
    return marked


def _gone_sql(record: Table, ids: str, which: str) -> str:
    return (
        f"CREATE TEMP TABLE gone_{record.name} AS SELECT {', '.join(map(q, record.primary_key))}, "
        f"CAST(:as_of AS TIMESTAMP WITH TIME ZONE) AS synced_at, GREATEST(:as_of, {since(record, 't')}) AS valid_from "
        f"FROM {target(record)} AS t WHERE tenant_id = :tenant_id AND NOT is_deleted AND synced_at < :as_of "
        f"AND {which} (SELECT 1 FROM {ids} AS s WHERE s.id = t.{q(record.key[0])})"
    )


def _mark(dialect: Dialect, connection: Connection, record: Table, table: Table) -> int:
    """Keep the last version of what hangs on the records that are gone, then mark it."""
    gone, keys = f"gone_{record.name}", record.primary_key
    kept = keep_versions(dialect, connection, table, gone, keys=keys, where="NOT t.is_deleted")
    if kept:
        connection.exec_driver_sql(
            f"UPDATE {target(table)} AS t SET is_deleted = TRUE, synced_at = s.synced_at, valid_from = s.valid_from "
            f"FROM {gone} AS s WHERE {same('t', 's', keys)} AND NOT t.is_deleted"
        )
    return kept
