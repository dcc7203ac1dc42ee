"""How old what is open is: where the columns end, by days or by months, and what each is called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Literal

Ageing = Literal["days", "months"]

BUCKETS = ("Current", "< 1 Month", "1 Month", "2 Months", "3 Months", "Older")
"""Xero's columns, as tables and files name them; how long a month is, the user chose. What is not due stands first."""

AGES = len(BUCKETS)
"""An age is the place of one of them: 0 is not due."""

LABELS: Mapping[Ageing, Sequence[str]] = {
    "days": (
        "Not due yet",
        "1–30 days overdue",
        "31–60 days overdue",
        "61–90 days overdue",
        "91–120 days overdue",
        "More than 120 days overdue",
    ),
    "months": (
        "Not due yet",
        "Less than a month overdue",
        "1 month overdue",
        "2 months overdue",
        "3 months overdue",
        "4 months or more overdue",
    ),
}
"""What screens and printed statements call them."""

SHORT_LABELS: Mapping[Ageing, Sequence[str]] = {
    "days": ("Not due", "1–30", "31–60", "61–90", "91–120", "Over 120"),
    "months": ("Not due", "Under 1", "1", "2", "3", "4 or more"),
}
"""The same where days or months overdue are named beside them, as in the heads of a statement."""

_DAYS = 30


def overdue_of(by_age: Sequence[Decimal]) -> Decimal:
    """What of it is overdue: was due before the day, invoices and credits likewise.

    Args:
        by_age: What is owed, one amount for each age.
    """
    return sum(by_age[1:], Decimal("0.00"))


def first_due_sql(ageing: Ageing, as_of: str, place: int) -> str:
    """SQL: the earliest due date of a column of overdue documents, on either database.

    By months, a document moves on when it is a whole month overdue; at a month's end each column is a calendar month.
    A month before the last day of a month that is longer is the last day of the shorter one.

    Args:
        ageing: `days`: 30 a column; `months`: a calendar month each.
        as_of: SQL of the day that is looked at.
        place: Which column, counted from 1, the least overdue first.
    """
    if ageing == "days":
        return f"{as_of} - {_DAYS * place}"
    return f"CAST({as_of} + 1 - INTERVAL '{place} months' AS DATE)"
