"""Asks documents what hangs on them, one after the other: rows and the note of it are one transaction each.

So a process that is killed goes on where it was. A document that Xero refuses is noted and does not stop the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import text

from xero_pipeline.sync.details.refusals import Refusals
from xero_pipeline.warehouse.progress.detail_requests import DetailRequests
from xero_pipeline.warehouse.schema.catalogue import table

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from xero_pipeline.errors import XeroPipelineError
    from xero_pipeline.sync.batch_writer import Batch, BatchWriter
    from xero_pipeline.sync.details.refusals import Refused
    from xero_pipeline.xero.document_details import Document
    from xero_pipeline.xero.endpoints import Endpoint
    from xero_pipeline.xero.http.client import XeroClient
    from xero_pipeline.xero.pagination.page import Page


@dataclass(slots=True)
class RequestCounts:
    """What came of asking.

    Args:
        answered: How many documents were.
        refused: Why others were not.
    """

    answered: int = 0
    refused: list[XeroPipelineError] = field(default_factory=list["XeroPipelineError"])


def ask_documents(
    client: XeroClient,
    writer: BatchWriter,
    documents: Iterable[Document],
    *,
    progress: Callable[[int], None] = lambda _: None,
) -> RequestCounts:
    """Ask for what hangs on some documents.

    Args:
        writer: Of the kind of detail; its clock says when they are asked.
        progress: Told after each how many there were.

    Raises:
        XeroPipelineError: Xero let nobody in, or refused too many in a row. What was asked before is kept.
    """
    refusals = Refusals()
    asked = RequestCounts(refused=refusals.errors)
    for done, document in enumerate(documents, start=1):
        with refusals.noted(partial(_note_refusal, writer, document)):
            _ask(client, writer, document)
            asked.answered += 1
        progress(done)
    return asked


def _ask(client: XeroClient, writer: BatchWriter, document: Document) -> None:
    from xero_pipeline.xero.pagination.by_document import ask_for_details

    at = writer.now()
    page = ask_for_details(client, writer.tenant_id, writer.endpoint, document)
    with writer.warehouse.writing() as connection:
        gone = sorted(_kept(connection, writer, document) - set(page.records.ids))
    with writer.batch([page], gone=gone) as batch:
        note_answered(writer.tenant_id, batch, writer.endpoint, [page], at)


def note_answered(tenant_id: str, batch: Batch, detail: Endpoint, pages: Iterable[Page], at: datetime) -> None:
    """Note that Xero said what hangs on documents.

    Args:
        batch: The transaction of the rows.
        pages: An answer a document.
        at: When it was asked.
    """
    from xero_pipeline.xero.pagination.by_document import document_of

    asked = DetailRequests(batch.connection, tenant_id, detail.table)
    for page in pages:
        asked.note(*document_of(page.answer, detail), at=at, records=len(page.records.texts))


def _kept(connection: Connection, writer: BatchWriter, document: Document) -> set[str]:
    """The ids of what hung on a document."""
    kept = table(writer.endpoint.table)
    home = "source_table = :table AND source_id = :id" if kept.has("source_id") else f"{kept.key[0]} = :id"
    sql = f"SELECT {kept.key[0]} FROM xero.{kept.name} WHERE tenant_id = :tenant AND NOT is_deleted AND {home}"
    rows = connection.execute(text(sql), {"tenant": writer.tenant_id, **document._asdict()})
    return {row[0] for row in rows}


def _note_refusal(writer: BatchWriter, document: Document, outcome: Refused, why: str) -> None:
    with writer.warehouse.writing() as connection:
        asked = DetailRequests(connection, writer.tenant_id, writer.endpoint.table)
        asked.note(*document, at=writer.now(), outcome=outcome, error=why)


def told(asked: RequestCounts, waiting: int) -> str:
    """What came of it, in words.

    Args:
        waiting: How many documents are still due.
    """
    said = [f"{_count(asked.answered)} asked", f"{len(asked.refused):,} refused" if asked.refused else ""]
    return ", ".join([*filter(None, said), f"{waiting:,} wait"])


def _count(number: int) -> str:
    return f"{number:,} document{'' if number == 1 else 's'}"
