"""Documents that changed in locked months, lock dates that moved, and what was accepted, as tables."""

from __future__ import annotations

from itertools import chain, groupby
from typing import TYPE_CHECKING

from xero_pipeline.cli.output.console import conclude, in_currency, print_table
from xero_pipeline.xero.deep_links import record_link

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from xero_pipeline.ledger.locked.documents import DocumentChange
    from xero_pipeline.ledger.locked.lock_dates import LockMove
    from xero_pipeline.warehouse.accepted_months import Acceptance
    from xero_pipeline.warehouse.enclosures import HistoryEntry

DOCUMENTS_SHOWN = 50
"""Of an organisation; all of them are in `xero.locked_document_changes`, and in the JSON."""
_DOCUMENTS = ("Month", "Document", "Contact", "Change", "On profit", "On sales tax", "Changed (UTC)")
_ACCOUNTS = ("Document", "Account", "Before", "After", "Difference")
_LOCKS = {"period_lock_date": "all but advisers", "end_of_year_lock_date": "everybody"}


def show_documents(changes: Sequence[DocumentChange], currencies: Mapping[str, str], *, linked: bool) -> None:
    """Print which documents changed in locked months, and their accounts, organisation by organisation.

    Args:
        currencies: The base currency of each organisation, by tenant id.
        linked: Say where Xero shows them; the simulated ones it does not.
    """
    for (organisation, tenant_id), found in groupby(changes, key=lambda one: (one.organisation, one.tenant_id)):
        theirs = list(found)
        shown = theirs[:DOCUMENTS_SHOWN]
        title = f"Documents that changed in locked months: {organisation}"
        currency = currencies.get(tenant_id)
        print_table(title, _columns(_DOCUMENTS, currency, 4, 5), map(_document, shown))
        if rest := len(theirs) - len(shown):
            conclude(f"And {rest:,} more: they are in xero.locked_document_changes, and in --json.")
        print_table(
            "Their accounts, debit positive", _columns(_ACCOUNTS, currency, 2, 3, 4), chain(*map(_accounts, shown))
        )
        for change in shown if linked else ():
            if link := link_of(change):
                conclude(f"{change.words}: {link}")


def _columns(headers: Sequence[str], currency: str | None = None, *amounts: int) -> Sequence[tuple[str, str]]:
    return [
        (in_currency(header, currency), "right") if place in amounts else (header, "left")
        for place, header in enumerate(headers)
    ]


def show_histories(
    changes: Sequence[DocumentChange], histories: Mapping[tuple[str, str, str], Sequence[HistoryEntry]]
) -> None:
    """Print who did what to the documents, where somebody asked: since they were unchanged, or what was done last."""
    rows: dict[tuple[object, ...], None] = {}
    for change in changes[:DOCUMENTS_SHOWN]:
        entries = histories.get((change.tenant_id, *change.record), ())
        recent = [one for one in entries if one.changed_at and one.changed_at > change.unchanged_until]
        for one in recent or entries[:1]:
            when = _instant(one.changed_at) if one.changed_at else ""
            rows[change.words, when, one.changed_by, one.changes, one.details] = None
    if rows:
        headers = ("Document", "When (UTC)", "Who", "What", "Details")
        print_table("Who changed them", _columns(headers), list(rows))


def link_of(change: DocumentChange) -> str | None:
    """Where Xero shows the document; None where it documents no such address."""
    return record_link(change.short_code, change.collection, change.document_id)


def _document(change: DocumentChange) -> tuple[object, ...]:
    told = (f"{change.period_start:%Y-%m}", change.words, change.contact, change.change)
    return (*told, change.on_profit, change.on_tax, _instant(change.updated_at or change.seen_at))


def _accounts(change: DocumentChange) -> Sequence[tuple[object, ...]]:
    return [(change.words, one.account, one.before, one.after, one.difference) for one in change.accounts]


def show_lock_moves(moves: Sequence[LockMove]) -> None:
    """Print which lock dates moved; those that opened months again come first."""
    headers = ("Organisation", "Locked for", "From", "To", "", "Seen (UTC)", "Before that since")
    rows = [
        (
            one.organisation,
            _LOCKS[one.lock],
            _day(one.before),
            _day(one.after),
            "opened again" if one.opened else "",
            _instant(one.seen_at),
            _instant(one.known_since),
        )
        for one in moves
    ]
    if rows:
        print_table("Lock dates that moved", [(header, "left") for header in headers], rows)


def show_accepted(accepted: Sequence[Acceptance]) -> None:
    """Print what people accepted."""
    headers = ("Organisation", "Month", "Accepted (UTC)", "By", "Note")
    rows = [
        (one.organisation, f"{one.period_start:%Y-%m}", _instant(one.accepted_at), one.accepted_by, _note(one))
        for one in accepted
    ]
    if rows:
        print_table("Accepted", [(header, "left") for header in headers], rows)


def _day(day: date | None) -> str:
    return "none" if day is None else day.isoformat()


def _instant(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"


def _note(accepted: Acceptance) -> str:
    """Why, and who took it back if somebody did."""
    if accepted.taken_back_at is None:
        return accepted.note
    return f"{accepted.note} (taken back by {accepted.taken_back_by}, {_instant(accepted.taken_back_at)})"
