"""Where the columns of what is open by age end: 30 days each, or calendar months, as the user chose."""

from __future__ import annotations

from typing import Literal

Ageing = Literal["days", "months"]

_DAYS = 30


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
