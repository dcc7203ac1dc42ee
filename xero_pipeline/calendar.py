"""Days, months and financial years: where they begin and end."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, timedelta


def day_began(instant: datetime) -> datetime:
    """Midnight before an instant, in the time zone that it is told in."""
    return instant.replace(hour=0, minute=0, second=0, microsecond=0)


def month_start(day: date) -> date:
    """The first day of the month that `day` lies in."""
    return date(day.year, day.month, 1)


def month_end(day: date) -> date:
    """The last day of the month that `day` lies in."""
    return date(day.year, day.month, monthrange(day.year, day.month)[1])


def day_written(given: str, *, last: bool = False) -> date:
    """A day as people write it, 2026-10-31; of a month alone, 2026-10, the first day.

    Args:
        last: Of a month alone the last day.

    Raises:
        ValueError: It is neither.
    """
    if len(given) != len("2026-10"):
        return date.fromisoformat(given)
    first = date.fromisoformat(f"{given}-01")
    return month_end(first) if last else first


def add_months(day: date, months: int) -> date:
    """The same day `months` later (earlier when negative), or that month's last day when it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def first_of_months(count: int, last: date) -> date:
    """The first day of so many months that end with that of a day."""
    return add_months(month_start(last), 1 - count)


def months_between(first: date, last: date) -> list[date]:
    """The first days of all months from that of one day to that of another; none where that is earlier."""
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    return [add_months(month_start(first), number) for number in range(count)]


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
    return date(year, end_month, min(end_day, monthrange(year, end_month)[1]))
