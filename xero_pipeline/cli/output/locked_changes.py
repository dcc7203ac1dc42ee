"""Documents that changed in locked months, lock dates that moved, and what was accepted, as tables."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from xero_pipeline.cli.output.console import conclude, print_table
from xero_pipeline.xero.deep_links import record_link

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime

    from xero_pipeline.ledger.locked.documents import DocumentChange
    from xero_pipeline.ledger.locked.lock_dates import LockMove
    from xero_pipeline.sync.locked_period_changes import Acceptance

DOCUMENTS_SHOWN = 50
"""Of an organisation; all of them are in `xero.locked_document_changes`, and in the JSON."""
_AMOUNTS = ("Before", "After", "Difference", "On profit", "On sales tax")
_DOCUMENTS = ("Month", "Document", "Contact", "Change", "Account", *_AMOUNTS, "Changed (UTC)")
_LOCKS = {"period_lock_date": "all but advisers", "end_of_year_lock_date": "everybody"}


def show_documents(changes: Sequence[DocumentChange], *, linked: bool) -> None:
    """Print which documents changed in locked months: an organisation a table, an account a line.

    Args:
        linked: Say where Xero shows them; the simulated ones it does not.
    """
    columns = [(header, "right" if header in _AMOUNTS else "left") for header in _DOCUMENTS]
    for (organisation, _), found in groupby(changes, key=lambda one: (one.organisation, one.tenant_id)):
        theirs = list(found)
        shown = theirs[:DOCUMENTS_SHOWN]
        rows = [row for change in shown for row in _rows(change)]
        print_table(f"Documents that changed in locked months: {organisation}", columns, rows)
        if rest := len(theirs) - len(shown):
            conclude(f"And {rest:,} more: they are in xero.locked_document_changes, and in --json.")
        for change in shown if linked else ():
            if link := link_of(change):
                conclude(f"{change.words}: {link}")


def link_of(change: DocumentChange) -> str | None:
    """Where Xero shows the document; None where it documents no such address."""
    return record_link(change.short_code, change.collection, change.document_id) if change.short_code else None


def _rows(change: DocumentChange) -> Iterator[tuple[object, ...]]:
    """A line per account; what is said of the document stands on the first, and at the end what it comes to."""
    when = change.updated_at or change.seen_at
    told: tuple[object, ...] = (f"{change.period_start:%Y-%m}", change.words, change.contact, change.change)
    effects: tuple[object, ...] = (change.on_profit, change.on_tax, _instant(when))
    for one in change.accounts:
        yield (*told, one.account, one.before, one.after, one.difference, *effects)
        told, effects = ("", "", "", ""), ("", "", "")


def show_lock_moves(moves: Sequence[LockMove]) -> None:
    """Print which lock dates moved; those that opened months again come first."""
    headers = ("Organisation", "Locked for", "From", "To", "", "Known since (UTC)", "Moved before (UTC)")
    rows = [
        (
            one.organisation,
            _LOCKS[one.lock],
            _day(one.before),
            _day(one.after),
            "opened again" if one.opened else "",
            _instant(one.known_since),
            _instant(one.seen_at),
        )
        for one in moves
    ]
    if rows:
        print_table("Lock dates that moved", [(header, "left") for header in headers], rows)


def show_accepted(accepted: Sequence[Acceptance]) -> None:
    """Print what people accepted."""
    headers = ("Organisation", "Month", "Accepted (UTC)", "By", "Note")
    rows = [
        (one.organisation, f"{one.period_start:%Y-%m}", _instant(one.accepted_at), one.accepted_by, one.note)
        for one in accepted
    ]
    if rows:
        print_table("Accepted", [(header, "left") for header in headers], rows)


def _day(day: date | None) -> str:
    return "none" if day is None else day.isoformat()


def _instant(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"
