"""A check that fails for the rows it found: how many there are, and the first of them as a table."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import dagster as dg

from xero_pipeline.defs.metadata.markdown import markdown_table

ROWS_SHOWN = 50
"""Of a check's table."""


def failed_for_rows(
    name: str,
    key: dg.AssetKey,
    description: str,
    rows: Sequence[Sequence[object]],
    header: Sequence[str],
    *,
    counted: str,
    titled: str,
    severity: dg.AssetCheckSeverity = dg.AssetCheckSeverity.WARN,
    right: Collection[int] = (),
) -> dg.AssetCheckResult:
    """The result of a check.

    Args:
        rows: All that it found.
        counted: What they are called beside their number.
        titled: What the table is called.
        right: Places of the columns that hold amounts.
    """
    return dg.AssetCheckResult(
        passed=False,
        check_name=name,
        asset_key=key,
        severity=severity,
        description=description,
        metadata={
            counted: len(rows),
            titled: dg.MetadataValue.md(markdown_table(header, rows[:ROWS_SHOWN], right=right)),
        },
    )
