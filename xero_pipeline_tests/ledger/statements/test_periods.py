"""Financial years begin where Xero lets them begin, leap days included."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from xero_pipeline.ledger.statements.periods import ONE_DAY, Period, YearEnd, in_months
from xero_simulator.values.days import financial_year_start

DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2060, 12, 31))
YEAR_ENDS = st.builds(
    YearEnd, st.integers(1, 31), st.integers(1, 12)
)  # 31 June is what nobody can set: it means 30 June


@given(DAYS, YEAR_ENDS)
def test_every_day_lies_in_one_year_that_ends_on_the_day_set(day, year_end):
    start = year_end.start_of(day)
    assert start <= day
    assert start == financial_year_start(day, year_end.day, year_end.month)
    eve = start - ONE_DAY
    assert (eve.month, eve.day) == (year_end.month, year_end.day) or (start.day == 1 and eve.day < year_end.day)
    assert year_end.start_of(eve) < start


@given(DAYS, st.integers(0, 1500), YEAR_ENDS)
def test_the_years_that_begin_within_a_range_are_found_and_no_others(day, length, year_end):
    period = Period(day, day + dt.timedelta(days=length))
    every = (day + dt.timedelta(days=number) for number in range(1, length + 1))
    assert year_end.starts_within(period) == [one for one in every if year_end.start_of(one) == one]


def test_29_february_is_the_last_day_of_every_february():
    end = YearEnd(29, 2)
    assert [end.start_of(dt.date(year, 6, 1)) for year in (2027, 2028)] == [dt.date(2027, 3, 1), dt.date(2028, 3, 1)]
    assert end.start_of(dt.date(2028, 2, 29)) == dt.date(2027, 3, 1)


def test_28_february_is_the_28th_in_leap_years_too():
    end = YearEnd(28, 2)
    assert end.start_of(dt.date(2028, 2, 29)) == end.start_of(dt.date(2028, 12, 31)) == dt.date(2028, 2, 29)
    assert end.start_of(dt.date(2027, 12, 31)) == dt.date(2027, 3, 1)


def test_months_come_once_each_in_their_order():
    found = in_months([dt.date(2028, 3, 5), dt.date(2028, 2, 1), dt.date(2028, 3, 31)])
    assert found == [
        Period(dt.date(2028, 2, 1), dt.date(2028, 2, 29)),
        Period(dt.date(2028, 3, 1), dt.date(2028, 3, 31)),
    ]
