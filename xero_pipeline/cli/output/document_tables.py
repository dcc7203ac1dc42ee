"""A document with its journal lines, its versions, and the answers that brought them, as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xero_pipeline.cli.output.console import in_currency, print_table, say
from xero_pipeline.ledger.reconcile.document_names import in_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from xero_pipeline.operations.document_trace import DocumentVersion, ReceivedAnswer, TracedDocument, TracedLine


def show_document(
    document: TracedDocument,
    lines: Sequence[TracedLine],
    versions: Sequence[DocumentVersion],
    answers: Sequence[ReceivedAnswer] | None,
    currency: str | None,
) -> None:
    """Print what is known of a document.

    Args:
        answers: None where no landing zone is set.
    """
    kind = next((one.source_type for one in lines if one.source_id == document.document_id), None)
    called = f"{in_words(kind, document.source_table)} {document.number or document.document_id}"
    columns = [("Date", "left"), ("Source", "left"), ("Account", "left"), ("Description", "left")]
    rows = [
        (one.journal_date, in_words(one.source_type), one.account, one.description or "", one.net_amount)
        for one in lines
    ]
    title = f"{called}, {document.organisation}: its journal lines, debit positive"
    print_table(title, [*columns, (in_currency("Amount", currency), "right")], rows)
    heads = [("Seen (UTC)", "left"), ("Stands since (UTC)", "left"), ("Field", "left"), ("Before", "left")]
    print_table("Its versions", [*heads, ("After", "left")], [row for one in versions for row in _version(one)])
    if answers is None:
        say("The answers as received are not kept: XERO_LANDING is not set.")
        return
    columns = [("Arrived (UTC)", "left"), ("Asked for", "left"), ("File", "left")]
    print_table("As received", columns, [(_instant(one.seen_at), one.request, one.address) for one in answers])


def _version(one: DocumentVersion) -> Iterator[tuple[object, ...]]:
    when = (_instant(one.seen_at), _instant(one.valid_from))
    if one.is_deleted:
        yield (*when, "deleted", "", "")
    if not one.changes and not one.is_deleted:
        yield (*when, "first seen", "", "")
    for change in one.changes:
        yield (*when, change.field, _value(change.before), _value(change.after))
        when = ("", "")


def _value(value: Any) -> str:
    return "" if value is None else str(value)


def _instant(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"
