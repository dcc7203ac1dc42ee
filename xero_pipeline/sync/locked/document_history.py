"""Who changed documents: Xero's History & Notes of just those, a call each, where somebody asks."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from xero_pipeline import clock
from xero_pipeline.sync.batch_writer import BatchWriter
from xero_pipeline.sync.details.document_requests import RequestCounts, ask_documents
from xero_pipeline.warehouse.progress.detail_requests import DetailRequests
from xero_pipeline.xero.document_details import DOCUMENTS, Document
from xero_pipeline.xero.endpoints import endpoint

if TYPE_CHECKING:
    from xero_pipeline.sync.landing.store import Landing
    from xero_pipeline.warehouse.store import Warehouse
    from xero_pipeline.xero.http.client import XeroClient

MOST = 50
"""Calls for an organisation at a time; asking again goes on with the rest."""
_HISTORY = "document_history"


@dataclass(frozen=True, slots=True)
class Changed:
    """A record that changed.

    Args:
        source_table: Its table.
        seen_at: When we saw it: what was asked before says nothing of it.
    """

    tenant_id: str
    source_table: str
    source_id: str
    seen_at: datetime

    @property
    def key(self) -> tuple[str, str, str]:
        """Which record it is."""
        return self.tenant_id, self.source_table, self.source_id


def ask_history(
    client: XeroClient,
    warehouse: Warehouse,
    tenant_id: str,
    changed: Collection[Changed],
    *,
    landing: Landing | None = None,
    now: Callable[[], datetime] = clock.now,
) -> tuple[RequestCounts, int]:
    """Ask for the history of those that were not asked for since they changed; each answer is kept at once.

    Args:
        changed: Of this organisation; records that have no history are left out.

    Returns:
        What came of it, and how many are left, for another time.

    Raises:
        XeroPipelineError: As `ask_documents`; what was asked before is kept.
    """
    with warehouse.reading() as connection:
        asked_at = DetailRequests(connection, tenant_id, _HISTORY).asked_at()
    never = datetime.min.replace(tzinfo=UTC)
    told = [one for one in changed if one.source_table in DOCUMENTS[_HISTORY]]
    due = {one.key: one for one in told if asked_at.get(one.key[1:], never) < one.seen_at}
    some = [Document(one.source_table, one.source_id) for one in list(due.values())[:MOST]]
    with warehouse.kept_open():
        writer = BatchWriter(warehouse, tenant_id, endpoint(_HISTORY), now=now, landing=landing)
        return ask_documents(client, writer, some), max(0, len(due) - MOST)
