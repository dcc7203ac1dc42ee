"""One collection of one organisation in a run: read as the run's options say."""

# No `from __future__ import annotations` here: Dagster reads the annotations of its configuration as they are.

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import dagster as dg
from pydantic import Field

from xero_pipeline import clock
from xero_pipeline.ledger.reconcile.account_lines import unexplained_months
from xero_pipeline.sync.details.attachment_store import AttachmentStore
from xero_pipeline.sync.details.detail_budget import DetailBudget
from xero_pipeline.sync.details.detail_sync import sync_details
from xero_pipeline.sync.events.event_read import read_events
from xero_pipeline.sync.events.event_watch import note_missed
from xero_pipeline.sync.incremental_sync import sync_collection
from xero_pipeline.sync.rolling_refresh import refresh_collection

if TYPE_CHECKING:
    from xero_pipeline.settings import Settings
    from xero_pipeline.state.webhook_inbox import WebhookInbox
    from xero_pipeline.sync.landing.store import Landing
    from xero_pipeline.sync.list_reads import ListReads
    from xero_pipeline.sync.progress import Step
    from xero_pipeline.sync.result import CallStats, SyncResult
    from xero_pipeline.warehouse.store import Warehouse
    from xero_pipeline.xero.endpoints import Endpoint
    from xero_pipeline.xero.http.client import XeroClient


class SyncOptions(dg.Config):
    """What a person may choose when materialising by hand."""

    full: bool = False
    """Read everything again instead of what changed since the last time."""

    min_age_days: int = 0
    """Leave out organisations of which the list was read less than so many days ago."""

    sparing: bool = False
    """Leave out organisations of which events are known to tell what changes, as long as nothing was missed."""

    events: bool = False
    """Instead, read what webhooks told of; organisations of which nothing waits are left out."""

    documents: list[str] = Field(default_factory=list)
    """Instead, of what hangs on documents, that of documents with these ids."""

    reread_calls: int = 0
    """Instead, read a part of it again: as much as its share of so many calls of each organisation and day reaches."""


@dataclass(frozen=True, slots=True)
class CollectionRead:
    """How a run reads a collection, whichever organisation's.

    Args:
        reads: Those of all its organisations, which the run flushes.
        details: The kinds of what hangs on documents that are read, by their tables; they share a budget.
        progress: Told after each merge.
        warn: Told what a person should know.
    """

    endpoint: "Endpoint"
    warehouse: "Warehouse"
    reads: "ListReads"
    inbox: "WebhookInbox"
    details: tuple[str, ...]
    settings: "Settings"
    landing: "Landing | None"
    progress: "Step"
    warn: Callable[[str], None]

    def of(self, client: "XeroClient", tenant_id: str, options: SyncOptions, tally: "CallStats") -> "SyncResult":
        """Read that of one organisation.

        Raises:
            XeroPipelineError: Whatever stopped it.
        """
        if self.endpoint.paging == "by_document":
            return self._details(client, tenant_id, options, tally)
        if options.reread_calls and self.endpoint.page_size:
            return refresh_collection(
                client, self.warehouse, tenant_id, self.endpoint, calls=options.reread_calls, tally=tally,
                progress=self.progress, landing=self.landing,
            )  # fmt: skip
        if options.events:
            return read_events(
                client, self.warehouse, tenant_id, self.endpoint, inbox=self.inbox, tally=tally,
                progress=self.progress, landing=self.landing, reads=self.reads,
                calls_left=lambda: client.calls_left(tenant_id),
            )  # fmt: skip
        return self._list(client, tenant_id, options, tally)

    def _details(self, client: "XeroClient", tenant_id: str, options: SyncOptions, tally: "CallStats") -> "SyncResult":
        return sync_details(
            client,
            self.warehouse,
            tenant_id,
            self.endpoint,
            tally=tally,
            budget=DetailBudget.of(self.settings, self.details),
            full=options.full,
            documents=options.documents,
            progress=self.progress,
            landing=self.landing,
            store=AttachmentStore.of(self.settings),
        )

    def _list(self, client: "XeroClient", tenant_id: str, options: SyncOptions, tally: "CallStats") -> "SyncResult":
        began, endpoint = clock.now(), self.endpoint
        outcome = sync_collection(
            client,
            self.warehouse,
            tenant_id,
            endpoint,
            tally=tally,
            progress=self.progress,
            landing=self.landing,
            # A list that comes whole is read again by one call; one that is composed sees what changed.
            full=options.full or (options.reread_calls > 0 and endpoint.paging != "composed"),
            calls_left=lambda: client.calls_left(tenant_id),
            reads=self.reads,
            unexplained=partial(unexplained_months, self.warehouse, tenant_id),
        )
        if missed := note_missed(self.inbox, self.warehouse, tenant_id, endpoint.table, outcome, began):
            self.warn(f"{missed} changes of {endpoint.table} came without an event of Xero's.")
        return outcome
