"""The values Xero writes: instants, days and exact numbers.

Xero has several spellings of a date. Documents say `/Date(1518685950940+0000)/`, envelopes `/Date(1439434356790)/`,
some fields ISO 8601 with or without `Z` and with up to seven decimals. All of them count in UTC.
Source: Xero's "Requests and responses" page and the examples of its OpenAPI description.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeGuard

import msgspec

_MILLISECONDS = re.compile(r"/Date\((-?\d+)(?:[+-]\d{4})?\)/", re.ASCII)
_ISO = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}:\d{2}(?:\.\d{1,7})?(?:Z|[+-]\d{2}:?\d{2})?)?",
    re.ASCII,
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """Whether what JSON said is an object: its names are text."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[Any]]:
    """Whether what JSON said is a list."""
    return isinstance(value, list)


def parse_xero_date(text: str) -> datetime:
    """An instant in UTC, from any of Xero's spellings.

    The number in `/Date(…)/` already counts from the epoch in UTC, so an offset behind it is not added.
    ISO text without a zone is UTC as well.

    Args:
        text: `/Date(ms)/`, `/Date(ms+0000)/`, or ISO 8601 with 0 to 7 decimals, with or without a zone.

    Raises:
        ValueError: The text is none of these, or lies outside the years 1 to 9999.
    """
    if found := _MILLISECONDS.fullmatch(text):
        try:
            return _EPOCH + timedelta(milliseconds=int(found[1]))
        except OverflowError:
            raise ValueError(f"not a date Python can hold: {text[:60]!r}") from None
    if not _ISO.fullmatch(text):
        raise ValueError(f"not a date as Xero writes them: {text[:60]!r}")
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def to_xero_date(moment: date) -> str:
    """`/Date(ms+0000)/` of an instant, or of the midnight in UTC that stands for a day.

    Args:
        moment: A datetime with a zone, or a date. Xero keeps milliseconds; what is finer is cut off.

    Raises:
        ValueError: A datetime without a zone, which could be any of 38 instants.
    """
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
    if moment.tzinfo is None:
        raise ValueError(f"an instant needs a zone: {moment!r}")
    return f"/Date({(moment - _EPOCH) // timedelta(milliseconds=1)}+0000)/"


def loads(body: bytes | str) -> Any:
    """JSON with every number that has a point or an exponent as an exact Decimal.

    Args:
        body: A whole JSON text, UTF-8.

    Raises:
        ValueError: The text is not JSON, for example because it was cut off, or nested beyond all reason.
    """
    try:
        return msgspec.json.Decoder(float_hook=Decimal).decode(body)
    except (msgspec.DecodeError, RecursionError) as problem:
        raise ValueError(f"not JSON: {problem}") from problem
