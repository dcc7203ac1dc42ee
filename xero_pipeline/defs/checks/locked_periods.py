"""Checks of the reports: what nobody should change any more has not changed."""

# No `from __future__ import annotations` here: Dagster reads the annotations of asset functions as they are.

import re
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import dagster as dg

from xero_pipeline.defs.checks.locked_documents import UNCHANGED, documents_table
from xero_pipeline.defs.metadata.markdown import markdown_table
from xero_pipeline.defs.resources import WAREHOUSE, WarehouseResource
from xero_pipeline.ledger.locked.documents import DocumentChange, open_documents
from xero_pipeline.sync.locked.period_changes import LockedChange, open_changes_in, summary
from xero_pipeline.xero.reports.catalogue import Report

if TYPE_CHECKING:
    from xero_pipeline.defs.naming import Naming
    from xero_pipeline.defs.selection import AssetSelectionConfig

ROWS_SHOWN = 100
"""Of a check's table; all of them are in `xero.restatements`."""

_HEADERS = ("Organisation", "Month", "Line", "Before", "After", "Difference", "Locked until", "Changed between", "and")


def report_checks(naming: "Naming", choice: "AssetSelectionConfig") -> Sequence[dg.AssetChecksDefinition]:
    """The checks of all reports whose figures come from documents: a lock date does not lock budgets.

    Args:
        naming: What the reports are called.
        choice: Which reports, if they are checked at all.
    """
    checked = choice.reports if choice.checks else ()
    return [_unchanged(report, naming) for report in checked if report.staleness != "budgets"]


def _unchanged(report: Report, naming: "Naming") -> dg.AssetChecksDefinition:
    """It looks at all months of all organisations, for a run of a few must not hide what is wrong with the others."""

    @dg.asset_check(
        asset=naming.key(report.name),
        name=UNCHANGED,
        required_resource_keys={naming.resource(WAREHOUSE)},
        description="No figure of a month changed after the books of that month were locked. Stays failed until the "
        "old figures are back, or somebody accepts the new ones: `xero-pipeline restatements --accept NOTE`.",
    )
    def check(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
        resource: WarehouseResource = getattr(context.resources, naming.resource(WAREHOUSE))
        with resource.warehouse.reading() as connection:
            open_ones = open_changes_in(connection)
            found = [c for c in open_ones if (c.report, c.basis) == (report.table, report.basis)]
            documents = open_documents(connection) if found else ()
        return result_of(found, documents)

    return check


def result_of(changes: Sequence[LockedChange], documents: Sequence[DocumentChange] = ()) -> dg.AssetCheckResult:
    """What the check says of some changes.

    Args:
        changes: Those that are open, of one report.
        documents: Those that changed in locked months; of those months the ones behind the changes are told.
    """
    if not changes:
        return dg.AssetCheckResult(
            passed=True, description="No figure of a locked month differs from what it was when it was locked."
        )
    metadata: dict[str, dg.MetadataValue | int] = {
        "changes": dg.MetadataValue.md(as_markdown(changes[:ROWS_SHOWN])),
        "figures": len(changes),
    }
    if behind := _behind(changes, documents):
        metadata["documents"] = dg.MetadataValue.md(documents_table(behind))
    return dg.AssetCheckResult(
        passed=False, severity=dg.AssetCheckSeverity.ERROR, description=summary(changes), metadata=metadata
    )


def _behind(changes: Sequence[LockedChange], documents: Sequence[DocumentChange]) -> Sequence[DocumentChange]:
    """The documents of those months and of earlier ones, for a balance is made of all of them."""
    latest: dict[str, date] = {}
    for change in changes:
        latest[change.tenant_id] = max(change.period_start, latest.get(change.tenant_id, change.period_start))
    return [one for one in documents if one.tenant_id in latest and one.period_start <= latest[one.tenant_id]]


def as_markdown(changes: Sequence[LockedChange]) -> str:
    """A table of changes."""
    rows = [
        (
            change.organisation,
            f"{change.period_start:%Y-%m}",
            change.words,
            f"{change.before:,.2f}",
            f"{change.after:,.2f}",
            f"{change.difference:+,.2f}",
            change.lock_date.isoformat(),
            f"{change.unchanged_until:%Y-%m-%d %H:%M}",
            f"{change.seen_at:%Y-%m-%d %H:%M} UTC",
        )
        for change in changes
    ]
    amounts = [place for place, header in enumerate(_HEADERS) if header in ("Before", "After", "Difference")]
    return markdown_table(_HEADERS, [[_on_one_line(cell) for cell in row] for row in rows], right=amounts)


def _on_one_line(text: str) -> str:
    # A hyphen that keeps a day on one line; amounts keep theirs, so that they can be copied.
    return re.sub(r"(?<=\d)-(?=\d)", "\u2011", text)
