"""What people call a record that could not be read, from what Xero sent: its kind, number, contact, words and day.

Nothing of it is sure to be there, or to be of the type that it should be: what is not is left out.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from xero_pipeline.warehouse.document_names import document_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

LONGEST = 80
"""Letters of a name or a reference; more of them name it no better."""

_NUMBERS = (
    "InvoiceNumber", "CreditNoteNumber", "PurchaseOrderNumber", "QuoteNumber", "JournalNumber", "Code", "assetNumber",
)  # fmt: skip
_NAMES = ("Name", "assetName", "EmailAddress")
_WORDS = ("Reference", "Narration")
_DAYS = ("DateString", "Date", "JournalDate")
_KINDS = {"invoices": "Invoice or bill", "currencies": "Currency", "tracking_categories": "Tracking Category"}


def record_type(raw: str) -> str | None:
    """The type of a record, such as ACCPAY of a bill; None where it says none."""
    kind = _fields(raw).get("Type")
    return kind if isinstance(kind, str) else None


def record_in_words(collection: str, raw: str) -> str:
    """A record as people find it in Xero: `Bill X0, Indigo Ridge Supplies, 'Shelves for the back room', 30 Nov 2026`.

    Args:
        collection: Name of its table.
        raw: What Xero sent, which may be anything.
    """
    record = _fields(raw)
    number = _first(record, _NUMBERS)
    kind = _kind(collection, record.get("Type"))
    return ", ".join([f"{kind} {number}" if number else kind, *_particulars(record)])


def _particulars(record: Mapping[str, Any]) -> Iterator[str]:
    if name := _name(record):
        yield name
    if words := _first(record, _WORDS):
        yield f"'{words}'"
    if at := next(filter(None, (_day(record.get(field)) for field in _DAYS)), None):
        yield f"{at.day} {at:%b %Y}"


def _kind(collection: str, told: object) -> str:
    words = document_words()
    if isinstance(told, str) and told in words and collection != "repeating_invoices":
        return words[told]
    named = words.get(collection) or _KINDS.get(collection)
    return named or collection.replace("_", " ").removesuffix("s").title()


def _name(record: Mapping[str, Any]) -> str | None:
    """Its contact's, or its own; of a payment that of whose invoice it pays."""
    invoice = _as_object(record.get("Invoice"))
    places = (_as_object(record.get("Contact")), record, _as_object(invoice.get("Contact")))
    return next(filter(None, (_first(place, _NAMES) for place in places)), None)


def _fields(raw: str) -> Mapping[str, Any]:
    try:
        return _as_object(json.loads(raw))
    except (ValueError, RecursionError):
        return {}


def _as_object(value: object) -> Mapping[str, Any]:
    """What JSON said where it is an object, else nothing."""
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else {}


def _first(record: Mapping[str, Any], fields: Sequence[str]) -> str | None:
    """The first of some fields that says something, on one line."""
    return next(filter(None, (_line(record.get(field)) for field in fields)), None)


def _line(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    words = "".join(letter for letter in " ".join(str(value).split()) if letter.isprintable())
    return words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"


def _day(value: object) -> date | None:
    # It loads Arrow, and whoever has no such record needs neither.
    from xero_pipeline.warehouse.parse.timestamps import UnreadableTime, day

    try:
        return day(value) if isinstance(value, str) else None
    except UnreadableTime:
        return None
