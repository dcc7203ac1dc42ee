"""Answers of one document each: what hangs on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xero_pipeline.errors import UnreadableAnswer
from xero_pipeline.xero.document_details import DOCUMENTS, Document, composed_records
from xero_pipeline.xero.endpoints import endpoint
from xero_pipeline.xero.pagination.page import Page, Records

if TYPE_CHECKING:
    from xero_pipeline.xero.endpoints import Endpoint
    from xero_pipeline.xero.http.client import XeroClient
    from xero_pipeline.xero.http.response import ApiResponse


def ask_for_details(client: XeroClient, tenant_id: str, detail: Endpoint, document: Document) -> Page:
    """What hangs on a document; one call.

    Args:
        detail: What is asked for.

    Raises:
        UnreadableAnswer: The answer holds no list.
        XeroPipelineError: As `XeroClient.get`.
    """
    home = endpoint(document.table)
    scope = detail.scope if detail.table == "attachments" else home.scope
    answer = client.get(tenant_id, f"{home.path}/{document.id}/{detail.path}", scope=scope)
    try:
        return page_of(answer, detail)
    except ValueError as flaw:
        raise UnreadableAnswer(
            f"Xero's answer is not what the endpoint promises: {flaw}. Please report it.",
            organisation=tenant_id,
            endpoint=answer.path,
            status=answer.status,
        ) from None


def page_of(answer: ApiResponse, listed: Endpoint) -> Page:
    """The records of an answer, of whatever collection.

    Raises:
        ValueError: The answer holds no list of records.
    """
    if listed.paging != "by_document":
        return Page.of(answer, listed)
    records = answer.envelope.records(listed.wrapper)
    texts = composed_records(listed.table, document_of(answer, listed), records)
    return Page(1, 1, answer, Records.of(texts, listed.key[0]))


def document_of(answer: ApiResponse, detail: Endpoint) -> Document:
    """Which document an answer is about: its path says so."""
    home, _, rest = answer.path.partition("/")
    table = next(table for table in DOCUMENTS[detail.table] if endpoint(table).path == home)
    return Document(table, rest.partition("/")[0])
