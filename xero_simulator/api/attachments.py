"""The files of a record, one file's bytes, and the address under which a customer sees an invoice."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from xero_simulator.attachments.written import AttachedFile
from xero_simulator.messages import Response
from xero_simulator.wire import encode, envelope, not_found

SCOPES = ("accounting.attachments",)
_ADDRESS = "https://api.xero.com/api.xro/2.0"
_SHOWN_ONLINE = frozenset({"Invoices", "CreditNotes"})
"""Whose files say whether a customer sees them."""
_WITHOUT_ADDRESS = frozenset({"DRAFT", "SUBMITTED", "DELETED"})


def answer_attachments(files: Sequence[AttachedFile], wrapper: str, key: str, asked: str, now: float) -> Response:
    """The list of a record's files, or one of them.

    What the client accepts plays no part for the bytes: clients that ask for JSON are given them all the same
    (freakboy3742/pyxero, `_get_attachment_data`, until 2026), and the answer names the file's own type
    (XeroAPI/xero-python, cassette of `test_invoice_attachment_upload_and_download`).

    Args:
        key: The record's id.
        asked: The id or the name of one file; empty for the list.
        now: Seconds since 1970.

    Raises:
        Refused: 404 for a file that the record does not have.
    """
    if not asked:
        return envelope("Attachments", [encode(_shown(file, wrapper, key)) for file in files], now)
    found = next((file for file in files if asked.lower() == file.attachment_id or asked == file.name), None)
    if found is None:
        raise not_found()
    headers = {"Content-Type": found.mime_type, "Cache-Control": "max-age=0, no-cache, no-store", "Pragma": "no-cache"}
    return Response(200, found.content, headers)


def _shown(file: AttachedFile, wrapper: str, key: str) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "AttachmentID": file.attachment_id,
        "FileName": file.name,
        "Url": f"{_ADDRESS}/{wrapper}/{key}/Attachments/{quote(file.name)}",
        "MimeType": file.mime_type,
        "ContentLength": len(file.content),
    }
    return shown | ({"IncludeOnline": file.include_online} if wrapper in _SHOWN_ONLINE else {})


def answer_online_invoice(invoice: Mapping[str, Any], now: float) -> Response:
    """Where a customer sees an invoice. There is none of drafts and of bills (developer.xero.com, Invoices).

    Xero's pages do not say how it refuses those; here it is a 404.

    Raises:
        Refused: 404 for a bill, a draft, or an invoice that was deleted.
    """
    if invoice["Type"] != "ACCREC" or invoice["Status"] in _WITHOUT_ADDRESS:
        raise not_found()
    word = hashlib.sha256(f"online/{invoice['InvoiceID']}".encode()).hexdigest()[:40]
    return envelope("OnlineInvoices", [encode({"OnlineInvoiceUrl": f"https://in.xero.com/{word}"})], now)
