"""What does not tie out as tables that people read in Dagster's UI."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xero_pipeline.defs.metadata.markdown import markdown_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xero_pipeline.ledger.reconcile.differences import Difference, Suspect


def cause_of(one: Difference) -> str:
    """The likely cause of a difference, in words."""
    return (one.cause or "").lower()


def differences_table(found: Sequence[Difference]) -> str:
    """Differences as a table in Markdown."""
    header = ("Organisation", "Month", "Account", "Figure", "Ours", "Xero's", "Difference", "Likely cause")
    rows = [
        (
            one.organisation,
            f"{one.period_end:%Y-%m}",
            one.account,
            one.measure.replace("_", " "),
            f"{one.ours:,.2f}",
            f"{one.xeros:,.2f}",
            f"{one.difference:+,.2f}",
            cause_of(one),
        )
        for one in found
    ]
    return markdown_table(header, rows, right=(4, 5, 6))


def suspects_table(explained: Sequence[tuple[Difference, Sequence[Suspect]]]) -> str:
    """The documents behind differences as a table in Markdown.

    Args:
        explained: Differences with their documents.
    """
    header = ("Account", "Month", "Difference", "Document", "Date", "Contact", "Amount", "Why")
    rows = [
        (
            difference.account,
            f"{difference.period_end:%Y-%m}",
            f"{difference.difference:+,.2f}",
            document_name(one),
            str(one.date or ""),
            one.contact or "",
            "" if one.amount is None else f"{one.amount:,.2f}",
            one.why,
        )
        for difference, behind in explained
        for one in behind
    ]
    return (
        markdown_table(header, rows, right=(2, 6))
        if rows
        else "No document stands out: ask for the accounts one by one."
    )


def document_name(one: Suspect) -> str:
    """A document as people name it."""
    return f"{(one.source_table or 'document').removesuffix('s').replace('_', ' ')} {one.number or one.document_id}"
