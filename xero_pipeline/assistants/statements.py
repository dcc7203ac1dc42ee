"""The statements an assistant may ask for: those of the command `statement`, by the same functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from xero_pipeline.calendar import month_end, month_start
from xero_pipeline.errors import ConfigurationError

StatementName = Literal[
    "trial-balance",
    "profit-and-loss",
    "balance-sheet",
    "bank-summary",
    "general-ledger",
    "aged-receivables",
    "aged-payables",
    "cash",
    "cash-flow",
    "budget",
]
BasisName = Literal["accrual", "cash"]
ComparisonName = Literal["prior-period", "prior-year", "year-to-date"]


@dataclass(frozen=True, slots=True)
class StatementDescription:
    """A statement there is.

    Args:
        shows: What it shows, in a sentence.
        is_of_a_day: Whether only the last day counts.
        has_basis: Whether it can be had on cash basis, too.
    """

    shows: str
    is_of_a_day: bool = False
    has_basis: bool = False


DESCRIPTIONS: Mapping[StatementName, StatementDescription] = {
    "trial-balance": StatementDescription(
        "Movement of every account in the range, and its balance at the end; debit and credit apart.", has_basis=True
    ),
    "profit-and-loss": StatementDescription(
        "Income, costs and profit of the range, with the signs that Xero shows.", has_basis=True
    ),
    "balance-sheet": StatementDescription(
        "Assets, liabilities and equity at the close of the last day.", is_of_a_day=True, has_basis=True
    ),
    "bank-summary": StatementDescription(
        "Opening balance, receipts, payments and closing balance of every bank account."
    ),
    "general-ledger": StatementDescription("Every journal line of an account, with a running balance.", has_basis=True),
    "aged-receivables": StatementDescription(
        "What customers owe at the close of the last day, document by document, by days overdue.", is_of_a_day=True
    ),
    "aged-payables": StatementDescription(
        "What is owed to suppliers at the close of the last day, document by document, by days overdue.",
        is_of_a_day=True,
    ),
    "cash": StatementDescription("Cash received and spent by account on the other side."),
    "cash-flow": StatementDescription("Money from operating, investing and financing activities."),
    "budget": StatementDescription("Actual against every budget, over whole months."),
}


def days(start: str | None, end: str | None, today: date) -> tuple[date, date]:
    """The range that is meant; without a first day it is the last day's month, without a last day it ends today.

    Raises:
        ConfigurationError: It is none.
    """
    last = _day(end, last=True) if end else today
    first = _day(start) if start else month_start(last)
    if first > last:
        raise ConfigurationError(f"The range starts on {first} and ends before that, on {last}: swap the two.")
    return first, last


def _day(given: str, *, last: bool = False) -> date:
    try:
        if len(given) == len("2026-10"):
            first = date.fromisoformat(f"{given}-01")
            return month_end(first) if last else first
        return date.fromisoformat(given)
    except ValueError:
        raise ConfigurationError("A day is written as 2026-10-31, a month as 2026-10.") from None
