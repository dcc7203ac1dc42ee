"""Records that could not be read: kept beside the tables, with what was wrong, until Xero sends them differently."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from xero_pipeline.errors import RecordRefused

_NOTE = """
INSERT INTO xero.quarantine AS t (tenant_id, collection, record_id, error, raw, seen_at, checked_at, resolved_at)
VALUES (:tenant_id, :collection, :record_id, :error, :raw, :at, :at, NULL)
ON CONFLICT (tenant_id, collection, record_id) DO UPDATE SET
    seen_at = CASE WHEN t.resolved_at IS NULL AND t.raw = excluded.raw THEN t.seen_at ELSE excluded.seen_at END,
    error = excluded.error, raw = excluded.raw, checked_at = excluded.checked_at, resolved_at = NULL
"""
_IDS = """
SELECT record_id FROM xero.quarantine
WHERE tenant_id = :tenant_id AND collection = :collection AND resolved_at IS NULL
"""
_RESOLVE = """
UPDATE xero.quarantine SET resolved_at = :at
WHERE tenant_id = :tenant_id AND collection = :collection AND record_id = :record_id
"""
_GONE = """
UPDATE xero.quarantine SET resolved_at = :at
WHERE tenant_id = :tenant_id AND collection = :collection AND resolved_at IS NULL AND checked_at < :since
"""
_OPEN = """
SELECT tenant_id, collection, record_id, error, seen_at FROM xero.quarantine
WHERE resolved_at IS NULL AND (CAST(:collection AS TEXT) IS NULL OR collection = :collection)
ORDER BY tenant_id, collection, seen_at, record_id
"""


def name_of(fault: RecordRefused) -> str:
    """What a record that could not be read is called: by its id, or, where it has none, by its text.

    Args:
        fault: Why it was refused.
    """
    return fault.record_id or f"sha256:{hashlib.sha256(fault.raw).hexdigest()[:32]}"


def quarantine_records(
    connection: Connection, tenant_id: str, collection: str, faults: Sequence[RecordRefused], *, at: datetime
) -> None:
    """Quarantine records, in the transaction that brings the others of their page.

    Args:
        connection: In a transaction.
        faults: Why each was refused.
        at: When Xero sent them.
    """
    where = {"tenant_id": tenant_id, "collection": collection, "at": at}
    rows = [
        {**where, "record_id": name_of(fault), "error": fault.message, "raw": fault.raw.decode(errors="replace")}
        for fault in faults
    ]
    if rows:
        connection.execute(text(_NOTE), rows)


def resolve(connection: Connection, tenant_id: str, collection: str, loaded: Collection[str], *, at: datetime) -> None:
    """Note that records have been read that could not be read before.

    Args:
        connection: In the transaction that brings them.
    """
    where = {"tenant_id": tenant_id, "collection": collection}
    aside = {row.record_id for row in connection.execute(text(_IDS), where)}
    healed = [{**where, "record_id": name, "at": at} for name in sorted(aside.intersection(loaded))] if aside else []
    if healed:
        connection.execute(text(_RESOLVE), healed)


def resolve_deleted(connection: Connection, tenant_id: str, collection: str, *, since: datetime, at: datetime) -> None:
    """Note that a whole read did not bring records any more that could not be read: Xero has deleted them.

    Args:
        connection: In the transaction that ends the read.
        since: When the read began.
    """
    where = {"tenant_id": tenant_id, "collection": collection, "since": since, "at": at}
    connection.execute(text(_GONE), where)


def quarantined_records(connection: Connection, collection: str | None = None) -> list[Mapping[str, Any]]:
    """The records that are kept out now, of all organisations, oldest first."""
    return [dict(row) for row in connection.execute(text(_OPEN), {"collection": collection}).mappings()]
