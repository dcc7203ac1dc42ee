"""How much of the day's calls a backfill may take."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from xero_pipeline.sync.reports import monthly_reports

RESERVE = 100
"""Calls of the day that a backfill leaves for the daily sync and for people."""


def calls_for(months: int) -> int:
    """How many calls the monthly reports of some neighbouring months cost.

    Args:
        months: How many.
    """
    return sum(-(-months // report.months_per_call) for report in monthly_reports())


def affordable(months: Sequence[date], day_remaining: int) -> Sequence[date]:
    """The newest of the months that fit into what is left of the day.

    Args:
        months: First days, oldest first.
        day_remaining: Calls the organisation has left today.

    Returns:
        First days, oldest first; what was left out is still due tomorrow.
    """
    count = len(months)
    while count and calls_for(count) > day_remaining - RESERVE:
        count -= 1
    return list(months[len(months) - count :])
