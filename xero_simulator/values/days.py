"""Calendar arithmetic and the ways Xero writes days and instants."""

from __future__ import annotations

import calendar
import datetime as dt
import hashlib
from functools import lru_cache

_EPOCH = dt.date(1970, 1, 1)
_DAY_MS = 86_400_000
_HOUR = 3_600


def day_of_books(seconds: float) -> dt.date:
    """The day of simulated books at an instant: it begins at one o'clock UTC, so that nothing in them is of the future.

    Args:
        seconds: Since 1970.
    """
    return dt.datetime.fromtimestamp(seconds - _HOUR, dt.UTC).date()


def month_start(day: dt.date) -> dt.date:
    """The first day of the day's month."""
    return day.replace(day=1)


def month_end(day: dt.date) -> dt.date:
    """The last day of the day's month."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day of another month, or that month's last day where it is shorter."""
    number = day.year * 12 + day.month - 1 + months
    year, month = divmod(number, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


@lru_cache(maxsize=16_384)
def wire_day(day: dt.date) -> str:
    """A day as Xero's JSON carries it: midnight UTC, in milliseconds since 1970."""
    return f"/Date({(day - _EPOCH).days * _DAY_MS}+0000)/"


@lru_cache(maxsize=16_384)
def wire_day_string(day: dt.date) -> str:
    """A day as the `DateString` fields carry it, without a zone."""
    return f"{day.isoformat()}T00:00:00"


def event_ms(day: dt.date, salt: str) -> int:
    """The instant of an event of that day, in milliseconds since 1970.

    It lies in the first 58 minutes of the day, so that books which count a day as begun at one o'clock UTC never
    carry an instant of the future.

    Args:
        day: The day of the event.
        salt: What tells events of one day apart, usually the record's id.
    """
    offset = int.from_bytes(hashlib.blake2b(salt.encode(), digest_size=4).digest(), "big") % 3_480_000
    return (day - _EPOCH).days * _DAY_MS + offset


def wire_ms(milliseconds: int) -> str:
    """An instant as Xero's JSON carries it."""
    return f"/Date({milliseconds}+0000)/"


def wire_ms_string(milliseconds: int) -> str:
    """An instant as the `UpdatedDateUTCString` fields carry it: whole seconds with a Z."""
    instant = dt.datetime.fromtimestamp(milliseconds // 1000, tz=dt.UTC)
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


@lru_cache(maxsize=16_384)
def day_of_wire(text: str) -> dt.date:
    """The day that a `/Date(…)/` string names."""
    return _day_of_number(int(text[6 : text.index("+", 7) if "+" in text else -2]) // _DAY_MS)


@lru_cache(maxsize=16_384)
def _day_of_number(number: int) -> dt.date:
    return _EPOCH + dt.timedelta(days=number)


def financial_year_start(day: dt.date, end_day: int, end_month: int) -> dt.date:
    """The first day of the financial year that holds a day.

    Args:
        day: Any day.
        end_day: The organisation's FinancialYearEndDay; 29 February means the last of February.
    """
    end = _year_end(day.year, end_day, end_month)
    if day > end:
        return end + dt.timedelta(days=1)
    return _year_end(day.year - 1, end_day, end_month) + dt.timedelta(days=1)


def _year_end(year: int, end_day: int, end_month: int) -> dt.date:
    return dt.date(year, end_month, min(end_day, calendar.monthrange(year, end_month)[1]))
