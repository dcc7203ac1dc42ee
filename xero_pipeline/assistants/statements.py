"""The statements an assistant may ask for: those of the command `statement`, by the same functions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

from xero_pipeline.calendar import day_written, month_start
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.ledger.statements.periods import day_of_books

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


DESCRIPTIONS: Mapping[str, str] = {
    "trial-balance": "Movement of every account in the range, and its balance at the end; debit and credit apart.",
    "profit-and-loss": "Income, costs and profit of the range, with the signs that Xero shows.",
    "balance-sheet": "Assets, liabilities and equity at the close of the last day.",
    "bank-summary": "Opening balance, receipts, payments and closing balance of every bank account.",
    "general-ledger": "Every journal line of an account, with a running balance.",
    "aged-receivables": "What customers owe at the close of the last day, document by document, by days overdue.",
    "aged-payables": "What is owed to suppliers at the close of the last day, document by document, by days overdue.",
    "cash": "Cash received and spent by account on the other side.",
    "cash-flow": "Money from operating, investing and financing activities.",
    "budget": "Actual against every budget, over whole months.",
}
"""What each shows, in a sentence."""


def days(start: str | None, end: str | None, today: date) -> tuple[date, date]:
    """The range that is meant; without a first day it is the last day's month, without a last day it ends today.

    Raises:
        ConfigurationError: It is none, or none that books may have.
    """
    last = _day(end, last=True) if end else today
    first = _day(start) if start else month_start(last)
    if first > last:
        raise ConfigurationError(f"The range starts on {first} and ends before that, on {last}: swap the two.")
    return first, last


def _day(given: str, *, last: bool = False) -> date:
    try:
        return day_of_books(day_written(given, last=last))
    except ValueError:
        raise ConfigurationError("A day is written as 2026-10-31, a month as 2026-10.") from None
