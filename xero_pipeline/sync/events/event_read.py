"""Reads the records of a list that webhooks told of.

First as any sync does, by what changed since the last read: one call brings a thousand changed records, of any list,
moves the cursor, and takes nothing from the events but that there is something. Asking by id would cost a call for each
forty invoices or contacts, and one for every other record, for Xero takes lists of ids nowhere else. What the read did
not bring, though an event says that it changed, is asked for by its id then: a few at once, the rest by the rolling
refresh. What we have already, for an event came twice or late, costs no call.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from xero_pipeline import clock
from xero_pipeline.state.webhook_records import WebhookEvent
from xero_pipeline.sync.batch_writer import BatchWriter
from xero_pipeline.sync.incremental_sync import sync_collection
from xero_pipeline.sync.list_reads import ListReads
from xero_pipeline.sync.result import CallStats, SyncResult
from xero_pipeline.xero.event_categories import PAID_DOCUMENTS, category_of

if TYPE_CHECKING:
    from xero_pipeline.state.webhook_inbox import WebhookInbox
    from xero_pipeline.sync.landing.store import Landing
    from xero_pipeline.sync.progress import Step
    from xero_pipeline.warehouse.store import Warehouse
    from xero_pipeline.xero.endpoints import Endpoint
    from xero_pipeline.xero.http.client import XeroClient

CALLS_BY_ID = 5
"""For what a read of changes left out, in one turn."""

SLACK = timedelta(minutes=1)
"""How much later than a record's last change an event may be dated, once the list was read after it. Xero documents no
relation between the two."""

_IDS_A_QUERY = 500


def read_events(
    client: XeroClient,
    warehouse: Warehouse,
    tenant_id: str,
    endpoint: Endpoint,
    *,
    inbox: WebhookInbox,
    tally: CallStats,
    progress: Step | None = None,
    landing: Landing | None = None,
    now: Callable[[], datetime] = clock.now,
    reads: ListReads | None = None,
    calls_left: Callable[[], int] | None = None,
) -> SyncResult:
    """Bring what waits of a list; forget it once it is committed.

    Args:
        inbox: Has the events.
        tally: Where `client` counts its calls.
        progress: Told after each merge.
        now: The clock for `synced_at`.
        reads: As for `sync_collection`.
        calls_left: As for `sync_collection`.

    Returns:
        What it brought and cost.

    Raises:
        XeroPipelineError: Whatever stopped it. The events stay, and are read the next time.
    """
    started = time.monotonic()
    together = reads or ListReads(warehouse, endpoint, [tenant_id])
    writer = BatchWriter(warehouse, tenant_id, endpoint, now=now, landing=landing)
    taken = inbox.events_of(tenant_id, endpoint.table)
    result = SyncResult(writer.tables, 0, 0, 0, 0.0, description="nothing that was not there already")
    # Before its first load there is nothing to add to; that reads everything, and the next one what changed since.
    if together.state(tenant_id).cursor and _unknown(warehouse, tenant_id, endpoint, taken):
        result = sync_collection(
            client,
            warehouse,
            tenant_id,
            endpoint,
            tally=tally,
            progress=progress,
            landing=landing,
            now=now,
            reads=together,
            calls_left=calls_left,
        )
        left = _unknown(warehouse, tenant_id, endpoint, taken, slack=SLACK)
        _ask_by_id(client, writer, sorted({one.resource_id for one in left if one.resource_id}))
    if reads is None:
        together.flush()
    if endpoint.table == "payments":
        inbox.add(_of_paid_documents(warehouse, tenant_id, taken), now())
    inbox.remove(taken)
    tables = {name: merged + writer.tables[name] for name, merged in result.tables.items()}
    return replace(
        result,
        tables=tables,
        records=result.records + writer.records,
        calls=tally.calls,
        wire_bytes=tally.wire_bytes,
        seconds=time.monotonic() - started,
        quarantined={*result.quarantined, *writer.quarantined},
    )


def _unknown(
    warehouse: Warehouse,
    tenant_id: str,
    endpoint: Endpoint,
    events: Sequence[WebhookEvent],
    *,
    slack: timedelta = timedelta(),
) -> list[WebhookEvent]:
    """The events that tell of something newer than we have, as far as can be seen; those without an id always do."""
    from xero_pipeline.warehouse.load.present_rows import stamps_of

    named = sorted({one.resource_id for one in events if one.resource_id})
    stamps: dict[str, datetime] = {}
    with warehouse.reading() as connection:
        for start in range(0, len(named), _IDS_A_QUERY):
            stamps |= stamps_of(connection, endpoint.table, tenant_id, named[start : start + _IDS_A_QUERY])
    return [one for one in events if (stamp := stamps.get(one.resource_id)) is None or stamp < one.event_date - slack]


def _ask_by_id(client: XeroClient, writer: BatchWriter, ids: Sequence[str]) -> None:
    """Ask for some of the records, and leave the others to the rolling refresh."""
    from xero_pipeline.xero.pagination import by_id

    endpoint, tenant_id = writer.endpoint, writer.tenant_id
    left = list(ids)
    if endpoint.by_ids and len(left) > 1:
        some = left[: by_id.IDS_PER_CALL]
        page = by_id.several(client, tenant_id, endpoint, some)
        with writer.batch([page]):
            found = set(page.records.ids)
        left = [name for name in left if name not in found]
    for name in left[:CALLS_BY_ID]:
        page = by_id.one(client, tenant_id, endpoint, name)
        with writer.batch([page] if page else [], gone=[] if page else [name]):
            pass
    if rest := left[CALLS_BY_ID:]:
        with writer.batch() as batch:
            batch.progress.add_ids_to_verify(rest, writer.now())


def _of_paid_documents(warehouse: Warehouse, tenant_id: str, events: Iterable[WebhookEvent]) -> list[WebhookEvent]:
    """What payments are of, as events of its own lists: that it is paid now Xero may tell, or not."""
    from xero_pipeline.warehouse.load.present_rows import references_of

    at = {one.resource_id: one.event_date for one in events if one.resource_id}
    names, columns = sorted(at), tuple(PAID_DOCUMENTS.values())
    paid: dict[str, Mapping[str, str | None]] = {}
    with warehouse.reading() as connection:
        for start in range(0, len(names), _IDS_A_QUERY):
            some = names[start : start + _IDS_A_QUERY]
            paid |= references_of(connection, "payments", tenant_id, some, columns)
    return [
        WebhookEvent(tenant_id, category, document, at[payment], "UPDATE", table)
        for payment, documents in paid.items()
        for table, column in PAID_DOCUMENTS.items()
        if (document := documents[column]) and (category := category_of(table))
    ]
