"""Which calls bring which months of a report.

A profit and loss with `periods` repeats the number of days of the first period for the earlier ones: begun at a month
of 30 days, every other month loses its last day. Begun at one of 31 days, all come whole, twelve in one call. After
every shorter month comes one of 31 days, so there is always a fitting beginning, at most one month ahead. A balance
sheet shows the ends of months from any beginning; a budget goes ahead from its first month instead of back.
Source: Xero's page "Reports", the limit of eleven further periods there, and the examples of its OpenAPI description.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from xero_pipeline.calendar import add_months, month_end, month_start

_MOST_COLUMNS = 12


@dataclass(frozen=True, slots=True)
class ReportWindow:
    """One call.

    Args:
        anchor: The first day of the month it begins at: the newest, or the oldest when it goes ahead.
        columns: How many months it covers.
        wanted: The first days of the months it is made for, oldest first.
        ahead: Whether its columns go ahead from the anchor; otherwise they go back.
    """

    anchor: date
    columns: int
    wanted: tuple[date, ...]
    ahead: bool = False

    @property
    def ends(self) -> tuple[date, ...]:
        """The last days of its months, in the order of the columns: what they must be labelled with."""
        step = 1 if self.ahead else -1
        return tuple(month_end(add_months(self.anchor, step * number)) for number in range(self.columns))

    def column(self, month: date) -> int:
        """Where a month stands."""
        return abs(_months_between(month, self.anchor))

    def single_months(self) -> tuple[ReportWindow, ...]:
        """The same months with a call each."""
        return month_by_month(self.wanted)


def month_by_month(months: Iterable[date]) -> tuple[ReportWindow, ...]:
    """A call for each month, oldest first."""
    return tuple(ReportWindow(month, 1, (month,)) for month in _sorted(months))


def whole_months_back(months: Iterable[date]) -> tuple[ReportWindow, ...]:
    """The fewest calls for some months of a report whose periods all have as many days as the first.

    Returns:
        Oldest first.
    """
    return _back(months, lambda newest: newest if month_end(newest).day == 31 else add_months(newest, 1))


def month_ends_back(months: Iterable[date]) -> tuple[ReportWindow, ...]:
    """The fewest calls for some months of a report that stands for the ends of months.

    Returns:
        Oldest first.
    """
    return _back(months, lambda newest: newest)


def months_ahead(months: Iterable[date]) -> tuple[ReportWindow, ...]:
    """The fewest calls for some months of a report whose periods follow the first.

    Returns:
        Oldest first.
    """
    left, found = _sorted(months), list[ReportWindow]()
    while left:
        wanted = tuple(month for month in left if _months_between(left[0], month) < _MOST_COLUMNS)
        found.append(ReportWindow(left[0], _months_between(left[0], wanted[-1]) + 1, wanted, ahead=True))
        left = left[len(wanted) :]
    return tuple(found)


def _back(months: Iterable[date], anchor_for: Callable[[date], date]) -> tuple[ReportWindow, ...]:
    left, found = _sorted(months), list[ReportWindow]()
    while left:
        anchor = anchor_for(left[-1])
        wanted = tuple(month for month in left if _months_between(month, anchor) < _MOST_COLUMNS)
        alone = len(wanted) == 1
        found.append(
            ReportWindow(left[-1], 1, wanted)
            if alone
            else ReportWindow(anchor, _months_between(wanted[0], anchor) + 1, wanted)
        )
        left = left[: len(left) - len(wanted)]
    return tuple(reversed(found))


def _sorted(months: Iterable[date]) -> list[date]:
    return sorted({month_start(month) for month in months})


def _months_between(earlier: date, later: date) -> int:
    return (later.year - earlier.year) * 12 + later.month - earlier.month
