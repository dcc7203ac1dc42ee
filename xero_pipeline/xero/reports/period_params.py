"""How months of a report become calls: the windows, the parameters of their period, the labels that must come back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from xero_pipeline.calendar import month_end
from xero_pipeline.xero.reports.call_windows import (
    ReportWindow,
    month_by_month,
    month_ends_back,
    months_ahead,
    whole_months_back,
)
from xero_pipeline.xero.reports.tree import label_day, label_month


@dataclass(frozen=True, slots=True)
class PeriodRequest:
    """How months become calls.

    Args:
        windows: The fewest calls for some months, oldest first.
        period: The query parameters of a call's period.
        label: The last day of what a column's label says, None for what it does not understand; None for reports
            whose columns are no periods, then the titles are looked at.
        further_columns: How many columns a call for one month may have behind the month's own.
    """

    windows: Callable[[Iterable[date]], tuple[ReportWindow, ...]]
    period: Callable[[ReportWindow], Mapping[str, str]]
    label: Callable[[str], date | None] | None
    further_columns: int = 0


def _back_in_days(window: ReportWindow) -> dict[str, str]:
    period = {"fromDate": window.anchor.isoformat(), "toDate": month_end(window.anchor).isoformat()}
    return period if window.columns == 1 else period | {"periods": str(window.columns - 1), "timeframe": "MONTH"}


def _back_in_month_ends(window: ReportWindow) -> dict[str, str]:
    day = {"date": month_end(window.anchor).isoformat()}
    return day if window.columns == 1 else day | {"periods": str(window.columns - 1), "timeframe": "MONTH"}


def _ahead(window: ReportWindow) -> dict[str, str]:
    return {"date": window.anchor.isoformat(), "periods": str(window.columns), "timeframe": "1"}


def _first_to_last(window: ReportWindow) -> dict[str, str]:
    return {"fromDate": window.anchor.isoformat(), "toDate": month_end(window.anchor).isoformat()}


def _last(window: ReportWindow) -> dict[str, str]:
    return {"date": month_end(window.anchor).isoformat()}


PERIODS = PeriodRequest(whole_months_back, _back_in_days, label_day)
# Without `periods` Xero adds the same day a year before.
MONTH_ENDS = PeriodRequest(month_ends_back, _back_in_month_ends, label_day, further_columns=1)
MONTHS_AHEAD = PeriodRequest(months_ahead, _ahead, label_month)
MONTH = PeriodRequest(month_by_month, _first_to_last, None)
MONTH_END = PeriodRequest(month_by_month, _last, None)
MONTH_AND_THE_ONE_BEFORE = PeriodRequest(month_by_month, _last, label_month, further_columns=2)
