"""How much of the day's calls a backfill may take."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xero_pipeline.xero.reports.catalogue import Report

RESERVE = 100
"""Calls of the day that a backfill leaves for the daily sync and for people."""


def contiguous_runs(months: Iterable[date]) -> list[list[date]]:
    """Months sorted into stretches without a gap: a run carries one, and no call reaches over a gap.

    Returns:
        First days, oldest first.
    """
    found: list[list[date]] = []
    for month in sorted(set(months)):
        before = found[-1][-1] if found else None
        if before and (month.year * 12 + month.month) - (before.year * 12 + before.month) == 1:
            found[-1].append(month)
        else:
            found.append([month])
    return found


def calls_for(report: Report, months: Iterable[date]) -> int:
    """How many calls a report of some months costs, at most."""
    return (
        sum(len(report.period_request.windows(stretch)) for stretch in contiguous_runs(months)) * report.calls_a_month
    )


def fit_to_budget(months: Mapping[Report, Sequence[date]], day_remaining: int) -> dict[Report, list[date]]:
    """The newest of the months, of all reports alike, that fit into what is left of the day.

    Args:
        months: For each report first days, oldest first.
        day_remaining: Calls the organisation has left today.

    Returns:
        Likewise; what was left out is still due tomorrow, a report of which nothing is left is not there.
    """
    spare = day_remaining - RESERVE
    for oldest in sorted({month for wanted in months.values() for month in wanted}):
        left = {report: [month for month in wanted if month >= oldest] for report, wanted in months.items()}
        if sum(calls_for(report, wanted) for report, wanted in left.items()) <= spare:
            return {report: wanted for report, wanted in left.items() if wanted}
    return {}
