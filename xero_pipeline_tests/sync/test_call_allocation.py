"""Calls of a day are shared so that everything comes round alike; windows hold every day once."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from xero_pipeline.sync.call_allocation import Demand, allocate_calls
from xero_pipeline.sync.refresh_windows import RefreshWindow, windows
from xero_pipeline.xero.endpoints import endpoint
from xero_pipeline.xero.pagination import Slice
from xero_pipeline_tests.xero.office import sized

ROW = sized(endpoint("invoices"), 10)  # nine records a window
NEEDS = st.dictionaries(st.sampled_from("abcdefg"), st.builds(Demand, st.integers(0, 50), st.integers(1, 30)))


@given(NEEDS, st.integers(0, 80))
def test_all_calls_or_all_needs_are_met_and_nobody_gets_more_than_it_needs(needs, calls):
    given_ = allocate_calls(needs, calls)
    assert sum(given_.values()) == min(calls, sum(need.calls for need in needs.values()))
    assert all(given_[name] <= need.calls for name, need in needs.items())


def test_everything_comes_round_in_about_the_same_time_whatever_its_size():
    sizes, waited, turns = {"invoices": 100, "quotes": 2, "payments": 30}, dict.fromkeys("iqp", 0), {}
    waited = dict.fromkeys(sizes, 1)
    read = dict.fromkeys(sizes, 0)
    for _ in range(66):
        turns = allocate_calls({name: Demand(size, waited[name]) for name, size in sizes.items()}, 20)
        for name, calls in turns.items():
            read[name] += calls
            waited[name] = 1 if calls else waited[name] + 1
    rounds = {name: read[name] / size for name, size in sizes.items()}
    assert max(rounds.values()) < 1.6 * min(rounds.values())
    assert min(rounds.values()) > 7


DAYS = st.dictionaries(st.dates(dt.date(2024, 1, 1), dt.date(2024, 3, 1)), st.integers(1, 25))


@given(DAYS, st.one_of(st.none(), st.dates(dt.date(2023, 1, 1), dt.date(2023, 12, 31))))
def test_windows_hold_every_day_once_and_a_page_or_a_single_day(counts, start):
    days = sorted(counts.items())
    found = windows(days, start, ROW)
    assert (found[0].days.start, found[-1].days.end) == (start, None)
    assert all(one.days.end == other.days.start for one, other in pairwise(found))
    for window in found:
        inside = [count for day, count in days if holds(window.days, day)]
        assert window.records == sum(inside)
        assert window.records <= 9 or len(inside) == 1
    assert all(one.records + other.records > 9 for one, other in pairwise(found)), "no fuller ones would do"


def holds(days: Slice, day: dt.date) -> bool:
    return (days.start is None or days.start <= day) and (days.end is None or day < days.end)


def test_a_window_says_its_days_and_what_it_costs():
    january, march = dt.date(2024, 1, 1), dt.date(2024, 3, 1)
    assert str(RefreshWindow(Slice(None, None), 0)) == "everything"
    assert str(RefreshWindow(Slice(None, march), 0)) == "everything before 2024-03-01"
    assert str(RefreshWindow(Slice(january, march), 0)) == "2024-01-01 until before 2024-03-01"
    assert str(RefreshWindow(Slice(march, None), 0)) == "2024-03-01 and later"
    costs = [RefreshWindow(Slice(), records).calls(ROW) for records in (0, 9, 10)]
    assert costs == [1, 1, 2]
    assert RefreshWindow(Slice(), 5).calls(endpoint("quotes")) == 2, "the page behind the last is asked for as well"
