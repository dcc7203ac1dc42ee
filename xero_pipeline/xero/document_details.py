"""What hangs on documents, and is asked for document by document: attachments, History & Notes, links of invoices.

Sources: the paths `…/Attachments`, `…/History` and `/Invoices/{InvoiceID}/OnlineInvoice` of Xero's OpenAPI description
(16.1.0) and the page "History and Notes" of its documentation. Overpayments and prepayments say whether they have
attachments, but have no such path.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from xero_pipeline.xero.values import is_object, loads

DETAIL_WORDS: Mapping[str, str] = {
    "attachments": "attachments",
    "document_history": "history",
    "online_invoices": "online-invoices",
}
"""By the table it fills, what XERO_DOCUMENT_DETAILS calls it."""

DOCUMENTS: Mapping[str, tuple[str, ...]] = {
    "attachments": (
        "invoices",
        "bank_transactions",
        "credit_notes",
        "manual_journals",
        "purchase_orders",
        "quotes",
        "bank_transfers",
        "repeating_invoices",
        "contacts",
        "accounts",
    ),
    "document_history": (
        "invoices",
        "bank_transactions",
        "credit_notes",
        "manual_journals",
        "payments",
        "batch_payments",
        "prepayments",
        "overpayments",
        "purchase_orders",
        "quotes",
        "bank_transfers",
        "repeating_invoices",
        "contacts",
        "items",
    ),
    "online_invoices": ("invoices",),
}
"""By the same, the collections whose records have it."""


class Document(NamedTuple):
    """A record on which something hangs.

    Args:
        table: Of its collection.
        id: Xero's id of it.
    """

    table: str
    id: str


def composed_records(detail: str, document: Document, records: Sequence[msgspec.Raw]) -> list[msgspec.Raw]:
    """What an answer lists, each with the document it hangs on; what is no object stays as it is.

    Args:
        detail: The table it fills.
    """
    if detail == "document_history":
        # Xero gives the newest first: counted from the oldest, an entry keeps its number.
        return [_entry(document, number, one) for number, one in enumerate(reversed(records), start=1)]
    return [_with_document(detail, document, one) for one in records]


def _entry(document: Document, number: int, raw: msgspec.Raw) -> msgspec.Raw:
    record = loads(bytes(raw))
    if not is_object(record):
        return raw
    told = {
        "HistoryEntryID": f"{document.id}/{number}",
        "SourceTable": document.table,
        "SourceID": document.id,
        "Entry": number,
        "ChangedAt": record.get("DateUTC") or record.get("DateUTCString"),
        "ChangedBy": record.get("User"),
        "Changes": record.get("Changes"),
        "Details": record.get("Details"),
    }
    return msgspec.Raw(msgspec.json.encode(told))


def _with_document(detail: str, document: Document, raw: msgspec.Raw) -> msgspec.Raw:
    record = loads(bytes(raw))
    if not is_object(record):
        return raw
    told: dict[str, object] = {"InvoiceID": document.id}
    if detail == "attachments":
        # A file may hang on several documents; one without an id is refused, as any record is.
        name = record.get("AttachmentID")
        told = {"SourceTable": document.table, "SourceID": document.id}
        told |= {"DocumentAttachmentID": f"{document.id}/{name}"} if name else {}
    return msgspec.Raw(msgspec.json.Encoder(decimal_format="number").encode(told | record))
