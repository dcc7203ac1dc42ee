"""What was odd about the records of a list: the one door to the quarantine and to schema drift.

A record that could not be read is kept beside the tables, with what was wrong, until Xero sends it differently. What
nobody knew of is written down once, with when it was first and last seen, and whether a run told of it.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from xero_pipeline.warehouse.progress.record_names import record_in_words, record_type

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from xero_pipeline.errors import RecordRefused
    from xero_pipeline.warehouse.progress.records import Drift

MANY = 50
"""So many new words in one field, or so many new fields, and they are no words and no fields but somebody's data: more
of them tell nothing more."""

_WITHOUT_ID = "sha256:"
_QUARANTINE = """
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
SELECT tenant_id, collection, record_id, error, raw, seen_at FROM xero.quarantine
WHERE resolved_at IS NULL AND (CAST(:collection AS TEXT) IS NULL OR collection = :collection)
    AND (CAST(:tenant_id AS TEXT) IS NULL OR tenant_id = :tenant_id)
ORDER BY tenant_id, collection, seen_at, record_id
"""
_COUNTS = "SELECT tenant_id, COUNT(*) FROM xero.quarantine WHERE resolved_at IS NULL GROUP BY tenant_id"
_DRIFT = """
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


class Issues:
    """What is noted of one list of one organisation.

    Args:
        connection: In the transaction of the rows, where something is noted.
        collection: The table of its records, or of a report.
    """

    def __init__(self, connection: Connection, tenant_id: str, collection: str) -> None:
        self._connection = connection
        self._where = {"tenant_id": tenant_id, "collection": collection}

    def quarantine(self, faults: Sequence[RecordRefused], *, at: datetime) -> None:
        """Keep records that could not be read.

        Args:
            faults: Why each was refused; one at least.
            at: When Xero sent them.
        """
        rows = [
            {"record_id": name_of(fault), "error": fault.message, "raw": fault.raw.decode(errors="replace")}
            for fault in faults
        ]
        self._connection.execute(text(_QUARANTINE), [{**self._where, "at": at, **row} for row in rows])

    def quarantined(self) -> set[str]:
        """What the records are called that are kept out now."""
        return {row.record_id for row in self._connection.execute(text(_IDS), self._where)}

    def resolve(self, names: Collection[str], *, at: datetime) -> None:
        """Note that records have been read that could not be read before, or that Xero does not have any more.

        Args:
            names: Of some that are kept out.
        """
        healed = [{**self._where, "record_id": name, "at": at} for name in sorted(names)]
        if healed:
            self._connection.execute(text(_RESOLVE), healed)

    def resolve_deleted(self, *, since: datetime, at: datetime) -> None:
        """Note that a whole read did not bring records any more that could not be read: Xero has deleted them.

        Args:
            since: When the read began.
        """
        self._connection.execute(text(_GONE), {**self._where, "since": since, "at": at})

    def note_drift(self, found: Sequence[Drift], *, at: datetime) -> None:
        """Note what nobody knew of in some records.

        Args:
            at: When it was seen.
        """
        rows = [
            {**self._where, "kind": d.kind, "path": d.path, "value": d.value, "sample": d.sample, "at": at}
            | {"records": d.records, "record_id": d.record_id}
            for d in self._without_floods(found)
        ]
        if rows:
            self._connection.execute(text(_DRIFT), rows)

    def note_reported(self, *, at: datetime) -> None:
        """Note that a run told of all drift there is."""
        self._connection.execute(text(_TOLD), {**self._where, "at": at})

    def _without_floods(self, found: Sequence[Drift]) -> list[Drift]:
        """What is noted already, and what is new as long as there is not too much of its kind."""
        noted = {tuple(row) for row in self._connection.execute(text(_THERE), self._where)}
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


def name_of(fault: RecordRefused) -> str:
    """What a record that could not be read is called: by its id, or, where it has none, by its text.

    Args:
        fault: Why it was refused.
    """
    return fault.record_id or f"{_WITHOUT_ID}{hashlib.sha256(fault.raw).hexdigest()[:32]}"


def quarantined_records(
    connection: Connection, collection: str | None = None, tenant_id: str | None = None
) -> list[Mapping[str, Any]]:
    """The records that are kept out now, oldest first.

    Args:
        collection: Of this one alone; None for all.
        tenant_id: Of this organisation alone; None for all.

    Returns:
        Each with its `type`, as Xero says it, and with what people call it as `record`.
    """
    rows = connection.execute(text(_OPEN), {"collection": collection, "tenant_id": tenant_id}).mappings()
    return [_named(dict(row)) for row in rows]


def quarantined_counts(connection: Connection) -> Mapping[str, int]:
    """How many records are kept out now, by tenant id."""
    return {row[0]: row[1] for row in connection.execute(text(_COUNTS))}


def has_id(name: str) -> bool:
    """Whether a record that is kept out is called by its id in Xero.

    Args:
        name: From `name_of`.
    """
    return not name.startswith(_WITHOUT_ID)


def unreported_drift(connection: Connection, collection: str) -> list[Mapping[str, Any]]:
    """The drift of a list that no run has told of yet, of all organisations."""
    return _drift(connection, "collection = :collection AND reported_at IS NULL", {"collection": collection})


def all_drift(connection: Connection) -> list[Mapping[str, Any]]:
    """Everything ever noted, by organisation and collection."""
    return _drift(connection, "TRUE", {})


def _drift(connection: Connection, where: str, params: Mapping[str, str]) -> list[Mapping[str, Any]]:
    return [dict(row) for row in connection.execute(text(_LIST.format(where=where)), params).mappings()]


def _named(row: dict[str, Any]) -> Mapping[str, Any]:
    raw = row.pop("raw")
    return {**row, "type": record_type(raw), "record": record_in_words(row["collection"], raw)}


def _kind(kind: str, path: str) -> tuple[str, str]:
    """Words are counted by field, everything else by what it is."""
    return (kind, path if kind == "value" else "")
