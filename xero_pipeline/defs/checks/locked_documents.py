"""A check of the ledger: no document changed in a locked month. And the table of those that did, for any check."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import dagster as dg

from xero_pipeline.defs.metadata.markdown import markdown_table
from xero_pipeline.ledger.locked.documents import DocumentChange, open_documents, summary
from xero_pipeline.xero.deep_links import record_link

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

UNCHANGED = "unchanged_in_locked_periods"
ROWS_SHOWN = 100
"""Of a check's table; all of them are in `xero.locked_document_changes`."""
_AMOUNTS = ("Before", "After", "Difference", "On profit", "On sales tax")
_HEADERS = ("Organisation", "Month", "Document", "Contact", "Change", "Account", *_AMOUNTS, "Changed in Xero", "Seen")


def documents_spec(key: dg.AssetKey) -> dg.AssetCheckSpec:
    """The check of the ledger's journals.

    Args:
        key: Of the journals.
    """
    return dg.AssetCheckSpec(
        UNCHANGED,
        asset=key,
        description="No document posts another amount in a month after its books were locked. Stays failed until it "
        "posts again what it did, or somebody accepts it: `xero-pipeline restatements --accept NOTE`.",
    )


def documents_result(connection: Connection, key: dg.AssetKey, *, linked: bool) -> dg.AssetCheckResult:
    """What the check says of all organisations.

    Args:
        connection: To the warehouse.
        key: As for `documents_spec`.
        linked: Whether Xero shows the documents; the simulated ones it does not.
    """
    changes = open_documents(connection)
    if not changes:
        told = "No document posts another amount in a locked month than when it was locked."
        return dg.AssetCheckResult(passed=True, check_name=UNCHANGED, asset_key=key, description=told)
    return dg.AssetCheckResult(
        passed=False,
        check_name=UNCHANGED,
        asset_key=key,
        severity=dg.AssetCheckSeverity.ERROR,
        description=summary(changes),
        metadata={
            "documents": len(changes),
            "changes": dg.MetadataValue.md(documents_table(changes, linked=linked)),
        },
    )


def documents_table(changes: Sequence[DocumentChange], *, linked: bool = False) -> str:
    """Documents and their accounts, in Markdown: a line per account, as many as are shown, and how many more there are.

    Args:
        linked: As for `documents_result`.
    """
    rows = [row for change in changes for row in _rows(change, linked=linked)]
    right = [place for place, header in enumerate(_HEADERS) if header in _AMOUNTS]
    table = markdown_table(_HEADERS, rows[:ROWS_SHOWN], right=right)
    rest = len(rows) - ROWS_SHOWN
    return f"{table}\n\n{rest:,} more lines are in xero.locked_document_changes." if rest > 0 else table


def _rows(change: DocumentChange, *, linked: bool) -> Iterator[Sequence[str]]:
    link = record_link(change.short_code, change.collection, change.document_id) if linked else None
    name = f"[{change.words}]({link})" if link else change.words
    told = (change.organisation, f"{change.period_start:%Y-%m}", name, change.contact, change.change)
    updated = f"{change.updated_at:%Y-%m-%d %H:%M} UTC" if change.updated_at else ""
    effects = (f"{change.on_profit:+,.2f}", f"{change.on_tax:+,.2f}", updated, f"{change.seen_at:%Y-%m-%d %H:%M} UTC")
    for one in change.accounts:
        yield (*told, one.account, f"{one.before:,.2f}", f"{one.after:,.2f}", f"{one.difference:+,.2f}", *effects)
        effects = ("", "", "", "")
