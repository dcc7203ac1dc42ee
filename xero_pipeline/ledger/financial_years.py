"""Financial years: when they begin, whatever day they end on."""

from __future__ import annotations

import calendar
from datetime import date, timedelta


def year_start(day: date, end_day: int, end_month: int) -> date:
    """The first day of the financial year that holds a day.

    Xero keeps a day and a month for the end of the year. A day the month does not have is its last one: a year that
    ends on 29 February ends on the 28th when there is no 29th.

    Args:
        day: Any day.
        end_day: Day of the month the year ends on, 1 to 31.
        end_month: Its month, 1 to 12.
    """
    this = year_end(day.year, end_day, end_month)
    last = this if this < day else year_end(day.year - 1, end_day, end_month)
    return last + timedelta(days=1)


def year_end(year: int, end_day: int, end_month: int) -> date:
    """The last day of the financial year that ends in a calendar year.

    Args:
        year: The calendar year.
        end_day: As for `year_start`.
        end_month: As for `year_start`.
    """
    return date(year, end_month, min(end_day, calendar.monthrange(year, end_month)[1]))
