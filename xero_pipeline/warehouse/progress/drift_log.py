"""What nobody knew of, written down: once each, with when it was first and last seen, and whether a run told of it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from xero_pipeline.warehouse.progress.records import Drift

MANY = 50
"""So many new words in one field, or so many new fields, and they are no words and no fields but somebody's data: more
of them tell nothing more."""

_NOTE = """
INSERT INTO xero.schema_drift AS t (tenant_id, collection, kind, path, value, sample, first_seen_at, last_seen_at,
    records, example_record_id)
VALUES (:tenant_id, :collection, :kind, :path, :value, :sample, :at, :at, :records, :record_id)
ON CONFLICT (tenant_id, collection, kind, path, value) DO UPDATE SET
    last_seen_at = excluded.last_seen_at, records = t.records + excluded.records
"""
_THERE = """
SELECT kind, path, value FROM xero.schema_drift WHERE tenant_id = :tenant_id AND collection = :collection
"""
_TOLD = """
UPDATE xero.schema_drift SET reported_at = :at
WHERE tenant_id = :tenant_id AND collection = :collection AND reported_at IS NULL
"""
_LIST = """
SELECT tenant_id, collection, kind, path, value, sample, first_seen_at, last_seen_at, records, example_record_id
FROM xero.schema_drift WHERE {where} ORDER BY tenant_id, collection, kind, path, value
"""


def note_drift(
    connection: Connection, tenant_id: str, collection: str, found: Sequence[Drift], *, at: datetime
) -> None:
    """Note what was found in some records, in the transaction that brings them.

    Args:
        connection: In a transaction.
        at: When it was seen.
    """
    where = {"tenant_id": tenant_id, "collection": collection}
    rows = [
        {**where, "kind": d.kind, "path": d.path, "value": d.value, "sample": d.sample, "at": at}
        | {"records": d.records, "record_id": d.record_id}
        for d in _without_floods(connection, where, found)
    ]
    if rows:
        connection.execute(text(_NOTE), rows)


def unreported(connection: Connection, tenant_id: str, collection: str) -> list[Mapping[str, Any]]:
    """What no run has told of yet."""
    where = "tenant_id = :tenant_id AND collection = :collection AND reported_at IS NULL"
    return _rows(connection, where, {"tenant_id": tenant_id, "collection": collection})


def note_reported(connection: Connection, tenant_id: str, collection: str, *, at: datetime) -> None:
    """Note that a run told of everything there is.

    Args:
        connection: In a transaction.
    """
    connection.execute(text(_TOLD), {"tenant_id": tenant_id, "collection": collection, "at": at})


def all_drift(connection: Connection) -> list[Mapping[str, Any]]:
    """Everything ever noted, by organisation and collection."""
    return _rows(connection, "TRUE", {})


def _without_floods(connection: Connection, where: Mapping[str, str], found: Sequence[Drift]) -> list[Drift]:
    """What is noted already, and what is new as long as there is not too much of its kind."""
    if not found:
        return []
    noted = {tuple(row) for row in connection.execute(text(_THERE), where)}
    per_kind = Counter(_kind(kind, path) for kind, path, _ in noted)
    kept: list[Drift] = []
    for drift in found:
        of_kind = _kind(drift.kind, drift.path)
        if (drift.kind, drift.path, drift.value) not in noted:
            per_kind[of_kind] += 1
            if per_kind[of_kind] > MANY:
                continue
        kept.append(drift)
    return kept


def _kind(kind: str, path: str) -> tuple[str, str]:
    """Words are counted by field, everything else by what it is."""
    return (kind, path if kind == "value" else "")


def _rows(connection: Connection, where: str, params: Mapping[str, str]) -> list[Mapping[str, Any]]:
    return [dict(row) for row in connection.execute(text(_LIST.format(where=where)), params).mappings()]
