"""What a built-in query can be told: each parameter with its kind, its default, and what people may write."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, get_args

from xero_pipeline.calendar import add_months, month_start
from xero_pipeline.errors import QueryRefused
from xero_pipeline.ledger.statements.periods import day_of_books

Kind = Literal["date", "month", "integer", "text"]
KINDS = get_args(Kind)

_AGO = re.compile(r"(\d+) (days|months) ago")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter.

    Args:
        name: As written in the query, without its colon.
        kind: What values it takes; a month is the first day of it.
        default: In words: today, this month, 11 months ago, 30 days ago, all, or a number.
        help: What it is for.
    """

    name: str
    kind: Kind
    default: str
    help: str

    def value(self, given: object, today: date) -> object:
        """The value to ask with.

        Args:
            given: What a person wrote, or a program gave; None for the default.
            today: The day on which it is asked.

        Raises:
            QueryRefused: It is no such value.
            ConfigurationError: It is a day that books may not have.
        """
        if given is None:
            return _default(self.default, today)
        try:
            return _READ[self.kind](given)
        except (ValueError, TypeError):
            raise QueryRefused(
                f"{self.name} {given}: this is no {self.kind}. Write it as {_EXAMPLES[self.kind]}; without it, it is "
                f"{self.default}."
            ) from None


def _date(given: object) -> date:
    if isinstance(given, datetime):
        raise TypeError
    return day_of_books(given if isinstance(given, date) else date.fromisoformat(str(given)))


def _month(given: object) -> date:
    if isinstance(given, str) and re.fullmatch(r"\d{4}-\d{2}", given):
        return _date(f"{given}-01")
    return month_start(_date(given))


def _integer(given: object) -> int:
    number = int(str(given))
    if number < 0:
        raise ValueError
    return number


_READ: dict[Kind, Callable[[object], object]] = {"date": _date, "month": _month, "integer": _integer, "text": str}
_EXAMPLES: dict[Kind, str] = {"date": "2026-10-31", "month": "2026-10", "integer": "10", "text": "a name"}


def _default(words: str, today: date) -> object:
    if words == "all":
        return None
    if words == "today":
        return today
    if words == "this month":
        return month_start(today)
    if found := _AGO.fullmatch(words):
        return _ago(int(found[1]), found[2], today)
    return int(words)


def _ago(count: int, unit: str, today: date) -> date:
    if unit == "days":
        return today - timedelta(days=count)
    return add_months(month_start(today), -count)
