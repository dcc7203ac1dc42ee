"""A backfill takes what the day can spare, never more."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xero_pipeline.calendar import months_between
from xero_pipeline.sync.backfill_calls import RESERVE, calls_for, contiguous_runs, fit_to_budget
from xero_pipeline.xero.reports.catalogue import report_named, reports

MONTHS = st.sets(st.integers(0, 150)).map(
    lambda numbers: [date(2015 + number // 12, number % 12 + 1, 1) for number in sorted(numbers)]
)


DUE = st.dictionaries(st.sampled_from(reports()), MONTHS)


def cost(due):
    return sum(calls_for(report, months) for report, months in due.items())


def newest(due, since):
    return {
        report: [m for m in months if m >= since] for report, months in due.items() if months and months[-1] >= since
    }


@given(DUE, st.integers(0, 400))
def test_the_day_is_never_exceeded_and_the_newest_months_of_every_report_come_first(due, left):
    chosen = fit_to_budget(due, left)
    assert cost(chosen) <= max(0, left - RESERVE)
    every = sorted({month for months in due.values() for month in months})
    kept = sorted({month for months in chosen.values() for month in months})
    assert chosen == (newest(due, kept[0]) if kept else {})
    older = every[: len(every) - len(kept)]
    assert not older or cost(newest(due, older[-1])) > left - RESERVE


@given(DUE)
def test_a_day_with_enough_left_takes_everything(due):
    assert fit_to_budget(due, 50_000) == {report: months for report, months in due.items() if months}


@given(MONTHS)
def test_stretches_are_the_months_without_a_gap(months):
    found = contiguous_runs(months)
    assert [month for stretch in found for month in stretch] == months
    for stretch in found:
        assert stretch == months_between(stretch[0], stretch[-1])
    for before, after in pairwise(found):
        assert len(months_between(before[-1], after[0])) > 2


@pytest.mark.parametrize(
    ("name", "calls"),
    [
        ("profit_and_loss", 1),
        ("profit_and_loss_cash", 1),
        ("balance_sheet", 1),
        ("budget_summary", 1),
        ("trial_balance", 12),
        ("bank_summary", 12),
        ("executive_summary", 12),
        ("profit_and_loss_by_tracking", 24),  # two categories at most
    ],
)
def test_a_year_that_ends_in_a_long_month_costs(name, calls):
    assert calls_for(report_named(name), months_between(date(2026, 1, 1), date(2026, 12, 1))) == calls


def test_months_with_gaps_cost_a_call_each():
    gaps = [date(2026, 1, 1), date(2026, 3, 1), date(2026, 5, 1)]
    assert calls_for(report_named("profit_and_loss"), gaps) == 3
