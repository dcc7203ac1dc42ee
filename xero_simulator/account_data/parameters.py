"""The parameters of a request, and the refusals of those that are wrong."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xero_simulator.messages import Refused, Response
from xero_simulator.values.days import add_months, month_end, month_start
from xero_simulator.wire import encode, json_answer

_CLASSES = frozenset({"ASSET", "LIABILITY", "EQUITY", "REVENUE", "EXPENSE"})
_MONTHS = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}
_DAYS = {"DAY": 1, "WEEK": 7}
_MOST_PERIODS = 100


def problem(field: str, detail: str) -> Refused:
    """400 as problem+json.

    Args:
        field: The parameter that is wrong.
        detail: What is wrong with it.
    """
    flaw = {"fieldName": field, "type": "validation", "title": "Invalid value", "status": 400, "detail": detail}
    body = {"title": "Validation failed", "status": 400, "detail": detail, "fieldValidationErrors": [flaw]}
    return Refused(Response(400, encode(body), {"Content-Type": "application/problem+json"}))


def forbidden() -> Refused:
    """403, which has no body here."""
    return Refused(Response(403))


def unknown(detail: str) -> Refused:
    """404 for what the organisation does not have."""
    return Refused(json_answer(404, {"title": "Not found", "status": 404, "detail": detail}))


@dataclass(frozen=True, slots=True)
class Asked:
    """A request's parameters, by their names in lower case."""

    query: Mapping[str, str]

    @property
    def on_cash_basis(self) -> bool:
        """Whether `accountingBasis` is CASH."""
        basis = self.query.get("accountingbasis", "")
        if basis not in {"ACCRUAL", "CASH"}:
            raise problem("accountingBasis", "accountingBasis must be ACCRUAL or CASH")
        return basis == "CASH"

    def day(self, name: str) -> dt.date:
        """A day that must be given."""
        try:
            return dt.date.fromisoformat(self.query.get(name.lower(), ""))
        except ValueError:
            raise problem(name, f"{name} must be a date in ISO 8601 format (YYYY-MM-DD)") from None

    def listed(self, name: str, most: int | None = None) -> Sequence[str]:
        """The values of a parameter that may be repeated.

        Args:
            most: As many may be given.
        """
        text = self.query.get(name.lower())
        values = [] if text is None else text.split(",")
        if "" in values:
            raise problem(name, f"{name} has an empty value")
        if most is not None and len(values) > most:
            raise problem(name, f"No more than {most} {name} may be given")
        return values

    @property
    def classes(self) -> frozenset[str]:
        """The `class` values that are asked for."""
        found = frozenset(self.listed("class"))
        if found - _CLASSES:
            raise problem("class", "class must be one of ASSET, LIABILITY, EQUITY, REVENUE, EXPENSE")
        return found

    def periods(self) -> Sequence[tuple[int, str]]:
        """How often, and by what, the days are shifted back: first not at all."""
        count, size = self.query.get("comparisonperiodcount"), self.query.get("comparisonperiodsize")
        if (count is None) != (size is None):
            raise problem("comparisonPeriodCount", "comparisonPeriodCount and comparisonPeriodSize go together")
        if count is None or size is None:
            return [(0, "DAY")]
        if size not in _MONTHS and size not in _DAYS:
            raise problem("comparisonPeriodSize", "comparisonPeriodSize must be DAY, WEEK, MONTH, QUARTER or YEAR")
        if not count.isdecimal() or not 1 <= int(count) <= _MOST_PERIODS:
            raise problem("comparisonPeriodCount", "comparisonPeriodCount must be between 1 and 100")
        return [(number, size) for number in range(int(count) + 1)]


def shifted(day: dt.date, number: int, size: str) -> dt.date:
    """A day some periods back; the last of a month stays the last of its month."""
    if size in _DAYS:
        return day - dt.timedelta(days=_DAYS[size] * number)
    month = add_months(month_start(day), -_MONTHS[size] * number)
    last = month_end(month)
    return last if day == month_end(day) else month.replace(day=min(day.day, last.day))
