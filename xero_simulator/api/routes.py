"""What a path below `/api.xro/2.0` asks for: a collection, one record, or what hangs on a record."""

from __future__ import annotations

from dataclasses import dataclass

from xero_simulator.api.catalogue import COLLECTIONS, Collection
from xero_simulator.api.history import KEPT
from xero_simulator.attachments.written import ATTACHABLE

ATTACHMENTS, HISTORY, ONLINE_INVOICE = "attachments", "history", "onlineinvoice"
_PARTS = {ATTACHMENTS: frozenset(ATTACHABLE), HISTORY: KEPT, ONLINE_INVOICE: frozenset({"Invoices"})}
"""What hangs on a record, each with the collections whose records have it."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a path leads.

    Attributes:
        identity: A record's id or number; empty for the whole collection.
        part: What of the record: one of the three above; empty for the record itself.
        file: The id or the name of one attachment; empty for all of them.
    """

    collection: Collection
    identity: str = ""
    part: str = ""
    file: str = ""


def route(path: str) -> Place | None:
    """Where a path leads; None if that is no collection of the Accounting API, and nothing of one."""
    rows = {row.path.lower(): row for row in COLLECTIONS}
    whole = rows.get(path.lower())
    if whole is not None:
        return Place(whole)
    head, _, rest = path.partition("/")
    found = rows.get(head.lower())
    identity, _, rest = rest.partition("/")
    part, _, file = rest.partition("/")
    if found is None or not found.single or not identity or "/" in file:
        return None
    part = part.lower()
    known = found.wrapper in _PARTS.get(part, ()) if part else not rest
    return Place(found, identity, part, file) if known and (not file or part == ATTACHMENTS) else None
