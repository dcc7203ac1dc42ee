"""Months and financial years begin and end where they should, leap days included."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xero_pipeline.calendar import add_months, first_of_months, month_end, month_start, months_between, year_start

DAYS = st.dates(date(1990, 1, 1), date(2060, 12, 31))


@given(DAYS)
def test_a_month_begins_on_its_first_day_and_ends_on_the_eve_of_the_next(day):
    assert month_start(day) <= day <= month_end(day)
    assert month_start(day).day == 1
    assert month_end(day) + timedelta(days=1) == add_months(month_start(day), 1)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2028, 2, 29), -12, date(2027, 2, 28)),
    ],
)
def test_a_month_later_is_the_same_day_or_the_last_of_a_shorter_month(day, months, expected):
    assert add_months(day, months) == expected


@given(DAYS, DAYS)
def test_months_between_are_all_first_days_once_in_order(one, other):
    first, last = min(one, other), max(one, other)
    months = months_between(first, last)
    assert (months[0], months[-1]) == (month_start(first), month_start(last))
    assert all(month.day == 1 for month in months)
    assert {(b.year * 12 + b.month) - (a.year * 12 + a.month) for a, b in pairwise(months)} <= {1}
    assert first_of_months(len(months), last) == months[0]


@pytest.mark.parametrize(
    ("day", "end_day", "end_month", "expected"),
    [
        (date(2026, 11, 22), 31, 12, date(2026, 1, 1)),
        (date(2026, 6, 30), 30, 6, date(2025, 7, 1)),
        (date(2026, 7, 1), 30, 6, date(2026, 7, 1)),
        (date(2026, 4, 5), 5, 4, date(2025, 4, 6)),
        (date(2026, 4, 6), 5, 4, date(2026, 4, 6)),
        (date(2024, 2, 29), 29, 2, date(2023, 3, 1)),
        (date(2024, 2, 29), 28, 2, date(2024, 2, 29)),
    ],
)
def test_a_financial_year_begins_on_the_day_after_the_one_before_ended(day, end_day, end_month, expected):
    assert year_start(day, end_day, end_month) == expected


@given(DAYS, st.integers(-300, 300))
def test_adding_months_to_a_first_day_can_be_undone(day, months):
    first = month_start(day)
    assert add_months(add_months(first, months), -months) == first
