"""Where the columns of what is open by age end: 30 days each, or calendar months, as the user chose."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from typing import Literal

Ageing = Literal["days", "months"]

_DAYS = 30
_NEXT = timedelta(days=1)


def first_due(ageing: Ageing, as_of: date, columns: int) -> list[date]:
    """The earliest due dates of the columns of overdue documents, the least overdue first.

    By months, a document moves on when it is a whole month overdue; at a month's end each column is a calendar month.

    Args:
        ageing: `days`: 30 a column; `months`: a calendar month each.
        as_of: The day that is looked at.
        columns: How many.
    """
    places = range(1, columns + 1)
    if ageing == "days":
        return [as_of - timedelta(days=_DAYS * place) for place in places]
    return [_months_before(as_of + _NEXT, place) for place in places]


def _months_before(day: date, months: int) -> date:
    """The same day of an earlier month; of one that is too short the last."""
    years, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(years, month + 1, min(day.day, calendar.monthrange(years, month + 1)[1]))
