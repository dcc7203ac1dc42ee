"""Xero's ways to write a time, read by the column.

`/Date(1518685950940+0000)/` is milliseconds since 1970 in UTC; the offset after it is not added to an instant.
Elsewhere Xero writes ISO 8601, with or without a zone, with up to seven decimals. A day is the calendar day as it
is written: midnight UTC of a `/Date()/`, the first ten characters of ISO text. It is never moved into another zone.
But a day may be written as the midnight of its own place, with the offset of that place: Xero's page "Dates and
Timestamps" has `PeriodLockDate` as `/Date(1419937200000+1300)/`, which is 31 December 2014 and not the 30th.
"""

# The stubs of pyarrow.compute take no plain value where the functions do, and lose the kind of an array.
# pyright: reportCallIssue=false, reportArgumentType=false, reportReturnType=false

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Callable

INSTANT = pa.timestamp("us", tz="UTC")
DAY = pa.date32()
EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)
"""No change in Xero is older: voided documents have been seen with a time of 1970."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_MS = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // timedelta(milliseconds=1)
_LAST_MS = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // timedelta(milliseconds=1)
_DAY_MS = 86_400_000
_COLUMN_OF_MS = r"^/Date\((?P<ms>-?\d{1,15})(?:[+-]\d{4})?\)/$"
_COLUMN_OF_DAYS = r"^/Date\((?P<ms>-?\d{1,15})(?:[+-]0000)?\)/$"
_MS = re.compile(r"/Date\((-?\d{1,15})(?:([+-])(\d\d)(\d\d))?\)/", re.ASCII)
_ISO = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)"
    r"(?:[T ](?P<clock>\d\d:\d\d(?::\d\d)?)(?:\.(?P<fraction>\d{1,9}))?)?"
    r"(?P<zone>Z|[+-]\d\d:?\d\d)?",
    re.ASCII,
)


class UnreadableTime(ValueError):
    """A text that is none of Xero's ways to write a time."""


def instants(texts: pa.Array) -> pa.Array:
    """Texts as instants in UTC, to the microsecond; finer digits are cut off.

    Raises:
        UnreadableTime: One of them is not a time.
    """
    return _column(texts, _COLUMN_OF_MS, INSTANT, instant)


def days(texts: pa.Array) -> pa.Array:
    """Texts as calendar days.

    Raises:
        UnreadableTime: One of them is not a day.
    """
    return _column(texts, _COLUMN_OF_DAYS, DAY, day)


def instant(text: str) -> datetime | None:
    """One text as an instant in UTC, None where it is empty.

    Raises:
        UnreadableTime: It is not a time.
    """
    if not text:
        return None
    if found := _MS.fullmatch(text):
        return _from_ms(text, int(found[1]))
    found = _iso(text)
    fraction = (found["fraction"] or "")[:6].ljust(6, "0")
    zone = "+00:00" if found["zone"] in (None, "Z") else found["zone"]
    try:
        whole = datetime.fromisoformat(f"{found['day']}T{found['clock'] or '00:00'}{zone}")
        return (whole + timedelta(microseconds=int(fraction))).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise UnreadableTime(f"{text!r} is not a time") from error


def day(text: str) -> date | None:
    """One text as a calendar day, None where it is empty.

    Raises:
        UnreadableTime: It is not a day.
    """
    if not text:
        return None
    if found := _MS.fullmatch(text):
        return _from_ms(text, int(found[1]) + _to_midnight(found)).date()
    try:
        return date.fromisoformat(_iso(text)["day"])
    except ValueError as error:
        raise UnreadableTime(f"{text!r} is not a day") from error


def _to_midnight(found: re.Match[str]) -> int:
    """The milliseconds from a day's midnight, written in UTC, to the midnight of its own place."""
    if found[2] is None or int(found[1]) % _DAY_MS == 0:
        return 0
    minutes = int(found[3]) * 60 + int(found[4])
    return (minutes if found[2] == "+" else -minutes) * 60_000


def _column(texts: pa.Array, quickly: str, kind: pa.DataType, one: Callable[[str], date | None]) -> pa.Array:
    quick = _from_ms_column(texts, quickly)
    if quick is not None:
        return quick.cast(INSTANT).cast(kind)
    # Days and odd formats repeat: each distinct text is read once.
    coded = texts.dictionary_encode()
    words = pa.array([None if word is None else one(word) for word in coded.dictionary.to_pylist()], kind)
    return words.take(coded.indices)


def _from_ms_column(texts: pa.Array, pattern: str) -> pa.Array | None:
    """The whole column from `/Date()/`, None if one text is something else."""
    digits = pc.struct_field(pc.extract_regex(texts, pattern), "ms")
    if digits.null_count != texts.null_count:
        return None
    ms = digits.cast(pa.int64())
    bounds = pc.min_max(ms).as_py()
    if bounds["min"] is not None and (bounds["min"] < _FIRST_MS or bounds["max"] > _LAST_MS):
        return None
    return ms.cast(pa.timestamp("ms", tz="UTC"))


def _from_ms(text: str, ms: int) -> datetime:
    if not _FIRST_MS <= ms <= _LAST_MS:
        raise UnreadableTime(f"{text!r} is outside the calendar")
    return _EPOCH + timedelta(milliseconds=ms)


def _iso(text: str) -> re.Match[str]:
    found = _ISO.fullmatch(text)
    if found is None:
        raise UnreadableTime(f"{text!r} is not a time")
    return found
