"""How much of the day's calls a backfill may take."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from xero_pipeline.sync.reports import MonthlyReport, monthly_reports

RESERVE = 100
"""Calls of the day that a backfill leaves for the daily sync and for people."""


def stretches(months: Iterable[date]) -> list[list[date]]:
    """Months sorted into stretches without a gap: a run carries one, and no call reaches over a gap.

    Args:
        months: First days.

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


def calls_for(report: MonthlyReport, months: Iterable[date]) -> int:
    """How many calls a report of some months costs.

    Args:
        report: Which report.
        months: First days.
    """
    from xero_pipeline.xero.report_windows import windows

    if report.months_per_call == 1:
        return len(set(months))
    return sum(len(windows(stretch)) for stretch in stretches(months))


def affordable(months: Sequence[date], day_remaining: int) -> list[date]:
    """The newest of the months whose reports fit into what is left of the day.

    Args:
        months: First days, oldest first.
        day_remaining: Calls the organisation has left today.

    Returns:
        First days, oldest first; what was left out is still due tomorrow.
    """
    left = list(months)
    while left and sum(calls_for(report, left) for report in monthly_reports()) > day_remaining - RESERVE:
        del left[0]
    return left
