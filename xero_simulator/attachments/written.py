"""The files that the records of written books have: of several kinds, with the same names and contents again and again.

They follow from the record alone, so that every process sees the same files, and nothing of the books depends on them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from xero_simulator.attachments import contents
from xero_simulator.values.days import day_of_wire, event_ms
from xero_simulator.values.ids import stable_id

ATTACHABLE = {
    "Accounts": "AccountID",
    "BankTransactions": "BankTransactionID",
    "BankTransfers": "BankTransferID",
    "Contacts": "ContactID",
    "CreditNotes": "CreditNoteID",
    "Invoices": "InvoiceID",
    "ManualJournals": "ManualJournalID",
    "PurchaseOrders": "PurchaseOrderID",
    "Quotes": "QuoteID",
    "RepeatingInvoices": "RepeatingInvoiceID",
}
"""The collections whose records can have files, each with the field of its id."""
_UNMARKED = frozenset({"Quotes"})
"""Records without `HasAttachments`: whether they have files is known only by asking (Xero's OpenAPI document)."""
_SET_UP = dt.date(2019, 4, 2)
_SALES = frozenset({"ACCREC", "ACCRECCREDIT"})


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A file that hangs on a record.

    Attributes:
        include_online: Whether the customer sees it beside the online invoice.
        attached: When, in milliseconds since 1970.
    """

    attachment_id: str
    name: str
    mime_type: str
    content: bytes
    include_online: bool
    attached: int


def has_files(key: str) -> bool:
    """Whether the record with this id has files in written books: one of sixteen."""
    return key < "1"


def written_files(wrapper: str, record: Mapping[str, Any]) -> tuple[AttachedFile, ...]:
    """The files of a record as the books were written: none, or one to three."""
    key = str(record[ATTACHABLE[wrapper]])
    if not (has_files(key) if wrapper in _UNMARKED else record.get("HasAttachments")):
        return ()
    number = int(key[-4:], 16)
    online = record.get("Type") in _SALES and number % 2 == 0
    at = event_ms(_day(record), key)
    return tuple(
        AttachedFile(stable_id(f"{key}/attachment/{place}"), name, kind, content, online and place == 0, at)
        for place in range(1 + number % 3)
        for name, kind, content in [_KINDS[(number + place) % len(_KINDS)](key, record)]
    )


def _day(record: Mapping[str, Any]) -> dt.date:
    """The day of a document, the first of a template, or the one after everything else was set up."""
    named = record.get("Date") or record.get("Schedule", {}).get("StartDate")
    return day_of_wire(named) if named else _SET_UP


_Written = tuple[str, str, bytes]
"""Name, mime type and content of a file."""


def _scan(key: str, record: Mapping[str, Any]) -> _Written:
    total = f"Total {record.get('Total', record.get('Amount', ''))} {record.get('CurrencyCode', '')}"
    return f"Scan {key[:8]}.pdf", "application/pdf", contents.pdf("Scanned document", key, total)


def _receipt(key: str, _record: Mapping[str, Any]) -> _Written:
    return "receipt.png", "image/png", contents.png(int(key[:2], 16), int(key[-2:], 16), 128)


def _terms(_key: str, _record: Mapping[str, Any]) -> _Written:
    return "Terms and conditions.pdf", "application/pdf", contents.pdf("Terms and conditions", "Payment in 20 days.")


def _hours(key: str, _record: Mapping[str, Any]) -> _Written:
    return "hours.csv", "text/csv", f"day,hours\nMonday,{int(key[-1], 16)}\nTuesday,7.5\n".encode()


def _delivery(key: str, _record: Mapping[str, Any]) -> _Written:
    return "Lieferschein – Größe (納品書) #2.txt", "text/plain", f"Geliefert: {key}\n".encode()


_KINDS: tuple[Callable[[str, Mapping[str, Any]], _Written], ...] = (_scan, _receipt, _terms, _hours, _delivery)
