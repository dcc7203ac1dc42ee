"""The values a `where` filter compares: record fields, dates, ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class BadQuery(Exception):
    """A filter or order that Xero would answer with a QueryParseException."""


class Guid(str):
    """An id, equal in any capitals."""

    __slots__ = ()

    def __new__(cls, value: str) -> Guid:
        """Keeps the id in lower case."""
        return super().__new__(cls, value.lower())


def milliseconds(value: str) -> int:
    """The instant of a `/Date(ms+0000)/`, in milliseconds since 1970.

    Args:
        value: The text as it goes over the wire; the offset is always zero here.
    """
    number = value[6 : value.index(")")]
    return int(number[: number.index("+")] if "+" in number else number)


def comparable(value: Any) -> Any:
    """A record's value as a filter compares it: dates as instants, everything else as it is.

    Args:
        value: A field of a record.
    """
    if isinstance(value, str) and value.startswith("/Date("):
        return _EPOCH + timedelta(milliseconds=milliseconds(value))
    return value


def pick(record: Mapping[str, Any], steps: Sequence[str]) -> Any:
    """Follows a dotted path; None where it leads nowhere."""
    value: Any = record
    for step in steps:
        if not isinstance(value, Mapping):
            return None
        value = value.get(step)
    return value


def date_time(arguments: Sequence[Any]) -> datetime:
    """`DateTime(2026,1,31)`, `DateTime(2026,1,31,9,30,0)` or `DateTime.Parse("2026-01-31")`, read as UTC.

    Args:
        arguments: The numbers, or the one text.

    Raises:
        BadQuery: When they are no date.
    """
    try:
        if len(arguments) == 1 and isinstance(arguments[0], str):
            moment = datetime.fromisoformat(arguments[0])
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        if len(arguments) not in (3, 6):
            raise ValueError("three or six numbers expected")
        return datetime(*(int(number) for number in arguments), tzinfo=UTC)
    except (ValueError, TypeError) as error:
        raise BadQuery("No applicable constructor exists in type 'DateTime'") from error
