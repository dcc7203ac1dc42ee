"""History & Notes of a record: who did what to it, the newest first, as `{Collection}/{id}/History` gives it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from xero_simulator.attachments.cabinet import HistoryLine

KEPT = frozenset(
    {
        "BankTransactions",
        "BankTransfers",
        "BatchPayments",
        "Contacts",
        "CreditNotes",
        "Invoices",
        "Items",
        "ManualJournals",
        "Overpayments",
        "Payments",
        "Prepayments",
        "PurchaseOrders",
        "Quotes",
        "RepeatingInvoices",
    }
)
"""The collections whose records have one."""
_WORDS = {"VOIDED": "Voided", "DELETED": "Deleted", "PAID": "Paid"}
_NOBODY = "System Generated"


def history_of(
    record: Mapping[str, Any], users: Sequence[Mapping[str, Any]], hanging: Iterable[HistoryLine] = ()
) -> list[dict[str, Any]]:
    """What is told of a record: its last change, by a user of the organisation, that it was created, and more.

    Args:
        users: Those of the organisation; the first one does it all.
        hanging: What is told of its files, and the notes on it.
    """
    user = f"{users[0].get('FirstName', '')} {users[0].get('LastName', '')}".strip() if users else _NOBODY
    changed = _milliseconds(record.get("UpdatedDateUTC") or record.get("CreatedDateUTC") or _began(record))
    created = min(changed, _milliseconds(record.get("Date") or f"/Date({changed})/"))
    word = _WORDS.get(str(record.get("Status")), "Edited")
    told = [HistoryLine(word, changed, user, ""), *hanging, HistoryLine("Created", created, user, "Entered by hand")]
    # What happened at the same instant stays as it is.
    return [_shown(entry) for entry in sorted(told, key=lambda entry: -entry.at)]


def _began(record: Mapping[str, Any]) -> str:
    """The templates of repeating invoices have no instant of a change."""
    return str(record["Schedule"]["StartDate"])


def _milliseconds(stamp: str) -> int:
    return int(stamp[6:].partition("+")[0].rstrip(")/"))


def _shown(entry: HistoryLine) -> dict[str, Any]:
    return {
        "Changes": entry.changes,
        "DateUTCString": f"{datetime.fromtimestamp(entry.at // 1000, UTC):%Y-%m-%dT%H:%M:%S}",
        "DateUTC": f"/Date({entry.at}+0000)/",
        "User": entry.user or _NOBODY,
        "Details": entry.details,
    }
