"""One kind of what hangs on the documents of one organisation: those that are due, within the calls of the day."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from xero_pipeline import clock
from xero_pipeline.sync.batch_writer import BatchWriter
from xero_pipeline.sync.details.document_requests import ask_documents, told
from xero_pipeline.sync.details.due_documents import Reading, due_documents, named_documents, waiting
from xero_pipeline.sync.details.file_downloads import FileDownloads
from xero_pipeline.sync.result import CallStats, SyncResult
from xero_pipeline.warehouse.progress.detail_requests import DetailRequests, Waiting
from xero_pipeline.warehouse.progress.read_progress import ReadProgress
from xero_pipeline.warehouse.progress.records import Cursor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from xero_pipeline.sync.details.attachment_store import AttachmentStore
    from xero_pipeline.sync.details.detail_budget import DetailBudget
    from xero_pipeline.sync.details.file_downloads import FileCounts
    from xero_pipeline.sync.landing.store import Landing
    from xero_pipeline.sync.progress import Step
    from xero_pipeline.warehouse.store import Warehouse
    from xero_pipeline.xero.document_details import Document
    from xero_pipeline.xero.endpoints import Endpoint
    from xero_pipeline.xero.http.client import XeroClient


def sync_details(
    client: XeroClient,
    warehouse: Warehouse,
    tenant_id: str,
    detail: Endpoint,
    *,
    tally: CallStats,
    budget: DetailBudget,
    full: bool = False,
    documents: Collection[str] = (),
    progress: Step | None = None,
    landing: Landing | None = None,
    store: AttachmentStore | None = None,
    now: Callable[[], datetime] = clock.now,
) -> SyncResult:
    """Ask what hangs on the documents that are due; what the calls do not reach waits for the next time.

    Args:
        detail: The kind, as its row of the catalogue.
        tally: Where `client` counts its calls.
        budget: What may be spent in a day.
        full: Ask for all documents again, on as many days as it takes.
        documents: Instead, ask for those of these ids, whatever the budget says.
        progress: Told after each document.
        store: Where the contents of attachments are kept, within the bytes of the budget; None where they are not.
        now: The clock for `synced_at`.

    Returns:
        What it brought and cost.

    Raises:
        XeroPipelineError: Whatever stopped it. What was asked before is kept and not asked again.
    """
    started = time.monotonic()
    writer = BatchWriter(warehouse, tenant_id, detail, now=now, landing=landing)
    with warehouse.transaction() as connection:
        reading = _begin(connection, writer, full=full)
        due = (
            named_documents(connection, tenant_id, detail.table, documents)
            if documents
            else due_documents(connection, tenant_id, detail.table, reading, limit=max(1, budget.calls))
        )
        # On most days nothing is: then that was the only question.
        chosen = due if documents or not due else _affordable(connection, writer, due, budget, client)
    asked = ask_documents(
        client, writer, chosen, progress=lambda done: progress and progress(done, len(chosen), writer.records)
    )
    with warehouse.transaction() as connection:
        left = _end(connection, writer, reading, len(chosen), is_quiet=not due and not documents)
    words, files = told(asked, left), None
    if store and budget.file_bytes is not None and detail.table == "attachments":
        files = _download(writer, client, budget, store, documents)
        words += f"; {files.told()}"
    return SyncResult(
        tables=writer.tables,
        records=writer.records,
        calls=tally.calls,
        wire_bytes=tally.wire_bytes,
        seconds=time.monotonic() - started,
        description=words,
        quarantined=writer.quarantined,
        waiting=left,
        unanswered=len(asked.refused) + (len(files.refused) if files else 0),
        files_waiting=files.waiting if files else 0,
    )


def _download(
    writer: BatchWriter, client: XeroClient, budget: DetailBudget, store: AttachmentStore, documents: Collection[str]
) -> FileCounts:
    """Read what attachments hold, with what is left of the calls of the day."""
    calls = client.calls_left(writer.tenant_id)
    if not documents:
        with writer.warehouse.reading() as connection:
            calls = min(calls, budget.left(connection, writer.tenant_id, writer.endpoint.table, writer.now()))
    downloads = FileDownloads(
        client, writer.warehouse, writer.tenant_id, store, largest=budget.file_bytes or 0, now=writer.now
    )
    return downloads.run(calls=calls, documents=documents)


def _begin(connection: Connection, writer: BatchWriter, *, full: bool) -> Reading:
    """How it is read; history from the first time on, and everything again once somebody wants that."""
    progress = ReadProgress(connection, writer.tenant_id, writer.endpoint.table)
    reading, at = Reading.of(connection, writer.tenant_id, writer.endpoint.table), writer.now()
    if full and reading.again_since is None:
        progress.write(replace(progress.refresh_round(), began_at=at))
        reading = replace(reading, again_since=at)
    is_new = reading.since is None and writer.endpoint.table == "document_history"
    return replace(reading, since=at) if is_new else reading


def _affordable(
    connection: Connection, writer: BatchWriter, due: Sequence[Document], budget: DetailBudget, client: XeroClient
) -> Sequence[Document]:
    left = budget.left(connection, writer.tenant_id, writer.endpoint.table, writer.now())
    return due[: min(left, client.calls_left(writer.tenant_id))]


def _end(connection: Connection, writer: BatchWriter, reading: Reading, asked: int, *, is_quiet: bool) -> int:
    """Note how far it came; returns how many documents wait.

    Args:
        is_quiet: Whether none was due.
    """
    tenant_id, table = writer.tenant_id, writer.endpoint.table
    progress = ReadProgress(connection, tenant_id, table)
    left = Waiting() if is_quiet else waiting(connection, tenant_id, table, reading)
    DetailRequests(connection, tenant_id, table).note_backlog(left)
    progress.write(Cursor(tenant_id, table, reading.since, writer.now(), asked))
    if reading.again_since and not left.count:
        progress.write(replace(progress.refresh_round(), complete_at=reading.again_since, began_at=None))
    if asked:
        writer.warehouse.rows_changed()
    return left.count
