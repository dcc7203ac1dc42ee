"""History & Notes of one record: who did what to it, and when (Xero's Accounting API, "History and Notes")."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from xero_pipeline.xero.values import is_object, loads, parse_xero_date

if TYPE_CHECKING:
    from xero_pipeline.xero.endpoints import Endpoint
    from xero_pipeline.xero.http.client import XeroClient


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """Something that was done to a record, or a note.

    Args:
        changed_at: When; None where Xero does not say it.
        changed_by: Who, as Xero names the user.
        changes: What, in Xero's words.
        details: More of it.
    """

    changed_at: datetime | None
    changed_by: str
    changes: str
    details: str


def read_history(client: XeroClient, tenant_id: str, endpoint: Endpoint, record_id: str) -> list[HistoryEntry]:
    """What was done to a record, in the order Xero gives; one call.

    Args:
        endpoint: Of the record's collection.

    Raises:
        XeroPipelineError: As `XeroClient.get`.
    """
    answer = client.get(tenant_id, f"{endpoint.path}/{record_id}/History", scope=endpoint.scope)
    records = (loads(bytes(raw)) for raw in answer.envelope.records("HistoryRecords"))
    return [_entry(record) for record in records if is_object(record)]


def _entry(record: dict[str, object]) -> HistoryEntry:
    at = record.get("DateUTC") or record.get("DateUTCString")
    texts = (str(record.get(name) or "") for name in ("User", "Changes", "Details"))
    return HistoryEntry(parse_xero_date(str(at)) if at else None, *texts)
