"""A document with its details, its journal lines, its versions, and the answers that brought them, as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xero_pipeline.cli.output.console import in_currency, print_table, say
from xero_pipeline.files.drawn_statement import plain
from xero_pipeline.ledger.documents.document_fields import state_in_words
from xero_pipeline.warehouse.document_names import in_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from xero_pipeline.ledger.documents.document_details import DocumentDetails, Fact
    from xero_pipeline.ledger.documents.document_lines import DocumentLine
    from xero_pipeline.operations.document_trace import DocumentVersion, ReceivedAnswer


def show_document(
    details: DocumentDetails, versions: Sequence[DocumentVersion], answers: Sequence[ReceivedAnswer] | None
) -> None:
    """Print what is known of a document.

    Args:
        answers: None where no landing zone is set.
    """
    document, base = details.document, details.base_currency
    called = details.title if details.number else f"{details.kind} {document.document_id}"
    told = [(one.label, _fact(one, details)) for one in details.facts]
    print_table(f"{called}, {document.organisation}", [("", "left"), ("", "left")], told)
    if details.lines:
        print_table(
            "Its line items",
            [*_LINE_COLUMNS, (in_currency("Amount", details.currency), "right")],
            [_line(one) for one in details.lines],
        )
    if details.settlements:
        heads = [("Date", "left"), ("Document", "left"), ("Reference", "left"), ("Bank account", "left")]
        rows = [
            (
                one.date or "",
                f"{one.kind} {one.number or one.document_id}",
                one.reference or "",
                one.account or "",
                plain(one.amount),
            )
            for one in details.settlements
        ]
        print_table(details.settlements_heading, [*heads, (in_currency("Amount", details.currency), "right")], rows)
    columns = [("Date", "left"), ("Source", "left"), ("Account", "left"), ("Description", "left")]
    rows = [
        (one.journal_date, in_words(one.source_type), one.account, one.description or "", one.net_amount)
        for one in details.journal_lines
    ]
    print_table("Its journal lines, debit positive", [*columns, (in_currency("Amount", base), "right")], rows)
    heads = [("Seen (UTC)", "left"), ("Stands since (UTC)", "left"), ("Field", "left"), ("Before", "left")]
    print_table("Its versions", [*heads, ("After", "left")], [row for one in versions for row in _version(one)])
    if answers is None:
        say("The answers as received are not kept: XERO_LANDING is not set.")
        return
    columns = [("Arrived (UTC)", "left"), ("Asked for", "left"), ("File", "left")]
    print_table("As received", columns, [(_instant(one.seen_at), one.request, one.address) for one in answers])


_LINE_COLUMNS = [
    ("Description", "left"),
    ("Quantity", "right"),
    ("Unit price", "right"),
    ("Account", "left"),
    ("Tax rate", "left"),
    ("Tax", "right"),
    ("Tracking", "left"),
]


def _line(one: DocumentLine) -> tuple[object, ...]:
    cells = (one.description, plain(one.quantity), plain(one.unit_amount), one.account, one.tax, plain(one.tax_amount))
    return (*("" if cell is None else cell for cell in cells), ", ".join(one.tracking), plain(one.line_amount))


def _fact(one: Fact, details: DocumentDetails) -> object:
    if one.kind == "yes":
        return "yes" if one.value else "no"
    if one.kind == "word":
        return state_in_words(one.value)
    if one.kind == "rate":
        return f"1 {details.base_currency} = {plain(one.value)} {details.currency}"
    return f"{plain(one.value):,} {details.currency}" if one.kind == "amount" else one.value


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
