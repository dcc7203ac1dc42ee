from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xero_pipeline.calendar import add_months, month_end, month_start
from xero_pipeline.xero.reports.call_windows import whole_months_back as windows
from xero_pipeline.xero.reports.period_params import MONTH, MONTH_ENDS, MONTHS_AHEAD, PERIODS

MONTHS = st.lists(st.dates(date(2015, 1, 1), date(2030, 12, 31)), max_size=40)


@pytest.mark.parametrize("asking", [PERIODS, MONTH_ENDS, MONTHS_AHEAD, MONTH])
@given(months=MONTHS)
def test_every_month_wanted_is_in_exactly_one_window_and_under_its_own_label(asking, months):
    found = asking.windows(months)
    covered = [month for window in found for month in window.wanted]
    assert covered == sorted({month_start(month) for month in months})
    for window in found:
        for month in window.wanted:
            assert window.ends[window.column(month)] == month_end(month)


@given(MONTHS)
def test_a_window_of_several_months_begins_at_one_of_31_days_and_xero_accepts_it(months):
    for window in windows(months):
        assert 1 <= window.columns <= 12
        assert window.columns == 1 or month_end(window.anchor).day == 31
        assert window.anchor <= add_months(window.wanted[-1], 1)


@pytest.mark.parametrize("newest", [date(2026, month, 1) for month in range(1, 13)])
def test_eleven_months_in_a_row_are_one_call_and_two_years_are_three_at_most(newest):
    year = [add_months(newest, -back) for back in range(11)]
    assert len(windows(year)) == 1
    two_years = [add_months(newest, -back) for back in range(24)]
    assert len(windows(two_years)) <= 3


def test_a_year_ending_in_a_month_of_31_days_is_one_call():
    (window,) = windows([date(2025, month, 15) for month in range(1, 13)])
    assert PERIODS.period(window) == {
        "fromDate": "2025-12-01",
        "toDate": "2025-12-31",
        "periods": "11",
        "timeframe": "MONTH",
    }


def test_one_month_is_asked_for_by_its_own_days():
    (window,) = windows([date(2026, 2, 7)])
    assert PERIODS.period(window) == {"fromDate": "2026-02-01", "toDate": "2026-02-28"}


def test_nothing_wanted_is_no_call():
    assert windows([]) == ()


@given(MONTHS)
def test_the_ends_of_months_are_asked_for_from_the_newest_and_budgets_from_the_oldest(months):
    for window in MONTH_ENDS.windows(months):
        assert window.anchor == window.wanted[-1]
        assert window.columns <= 12
    for window in MONTHS_AHEAD.windows(months):
        assert window.anchor == window.wanted[0]
        assert window.columns <= 12


@pytest.mark.parametrize(
    ("asking", "expected"),
    [
        (MONTH_ENDS, {"date": "2025-11-30", "periods": "2", "timeframe": "MONTH"}),
        (MONTHS_AHEAD, {"date": "2025-09-01", "periods": "3", "timeframe": "1"}),
    ],
)
def test_three_months_are_one_call_from_either_end(asking, expected):
    (window,) = asking.windows([date(2025, month, 1) for month in (9, 10, 11)])
    assert asking.period(window) == expected
