"""History & Notes of a record: who did what to it, the newest first, as `{Collection}/{id}/History` gives it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

KEPT = frozenset(
    {
        "BankTransactions",
        "BankTransfers",
        "CreditNotes",
        "Invoices",
        "ManualJournals",
        "Overpayments",
        "Payments",
        "Prepayments",
    }
)
"""The collections of documents that have one."""
_WORDS = {"VOIDED": "Voided", "DELETED": "Deleted", "PAID": "Paid"}


def history_of(record: Mapping[str, Any], users: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What is told of a record: its last change, by a user of the organisation, and that it was created.

    Args:
        users: Those of the organisation; the first one does it all.
    """
    user = f"{users[0].get('FirstName', '')} {users[0].get('LastName', '')}".strip() if users else "System Generated"
    stamp = str(record.get("UpdatedDateUTC") or record.get("CreatedDateUTC"))
    changed = int(stamp[6:].partition("+")[0].rstrip(")/"))
    created = min(changed, int(str(record.get("Date", stamp))[6:].partition("+")[0].rstrip(")/")))
    word = _WORDS.get(str(record.get("Status")), "Edited")
    return [_entry(word, changed, user, ""), _entry("Created", created, user, "Entered by hand")]


def _entry(changes: str, milliseconds: int, user: str, details: str) -> dict[str, Any]:
    return {
        "Changes": changes,
        "DateUTCString": f"{datetime.fromtimestamp(milliseconds // 1000, UTC):%Y-%m-%dT%H:%M:%S}",
        "DateUTC": f"/Date({milliseconds}+0000)/",
        "User": user,
        "Details": details,
    }
