"""Columns of what is open by age end where the user chose: after 30 days each, or with calendar months."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest

from xero_pipeline.ageing import first_due


def day(text):
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(("as_of", "first"), [
    ("2026-05-31", ["2026-05-01", "2026-04-01", "2026-03-01"]),
    ("2026-02-28", ["2026-02-01", "2026-01-01", "2025-12-01"]),
    ("2028-02-29", ["2028-02-01", "2028-01-01", "2027-12-01"]),
    ("2028-02-28", ["2028-01-29", "2027-12-29", "2027-11-29"]),
    ("2026-12-31", ["2026-12-01", "2026-11-01", "2026-10-01"]),
    ("2026-05-15", ["2026-04-16", "2026-03-16", "2026-02-16"]),
    ("2026-03-30", ["2026-02-28", "2026-01-31", "2025-12-31"]),
])  # fmt: skip
def test_at_a_months_end_each_column_is_a_calendar_month(as_of, first):
    assert first_due("months", day(as_of), 3) == [day(one) for one in first]


def test_a_column_of_days_holds_30():
    assert first_due("days", day("2026-03-31"), 4) == [
        day("2026-03-01"), day("2026-01-30"), day("2025-12-31"), day("2025-12-01"),
    ]  # fmt: skip


@pytest.mark.parametrize("ageing", ["days", "months"])
def test_no_column_is_empty_on_any_day(ageing):
    for number in range(800):
        as_of = dt.date(2027, 1, 1) + dt.timedelta(days=number)
        ends = [as_of, *first_due(ageing, as_of, 5)]
        assert all(later < earlier for earlier, later in pairwise(ends))
