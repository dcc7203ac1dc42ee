"""A backfill takes what the day can spare, never more."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from xero_pipeline.settings import Settings
from xero_pipeline.sync.budget import RESERVE, affordable, calls_for, stretches
from xero_pipeline.sync.due import months_between
from xero_pipeline.sync.plan import Plan, plan_sync
from xero_pipeline.sync.reports import monthly_reports
from xero_pipeline.xero.endpoints import catalogue
from xero_pipeline.xero.report_windows import windows
from xero_pipeline_tests.sync.conftest import TENANT

MONTHS = st.sets(st.integers(0, 150)).map(
    lambda numbers: [date(2015 + number // 12, number % 12 + 1, 1) for number in sorted(numbers)]
)


def calls_of_runs(months):
    """What the runs of these months really send, a run for each stretch."""
    return sum(len(windows(stretch)) + len(stretch) for stretch in stretches(months))


@given(MONTHS, st.integers(0, 400))
def test_the_day_is_never_exceeded_and_the_newest_come_first(months, left):
    chosen = affordable(months, left)
    assert calls_of_runs(chosen) <= max(0, left - RESERVE)
    assert chosen == months[len(months) - len(chosen) :]
    older = months[: len(months) - len(chosen)]
    assert not older or calls_of_runs([older[-1], *chosen]) > left - RESERVE


@given(MONTHS)
def test_a_day_with_enough_left_takes_everything(months):
    assert affordable(months, 5_000) == months


@given(MONTHS)
def test_stretches_are_the_months_without_a_gap(months):
    found = stretches(months)
    assert [month for stretch in found for month in stretch] == months
    for stretch in found:
        assert stretch == months_between(stretch[0], stretch[-1])
    for before, after in pairwise(found):
        assert len(months_between(before[-1], after[0])) > 2


def test_a_year_of_profit_and_loss_that_ends_in_a_long_month_is_one_call_and_of_bank_summaries_twelve():
    profit_and_loss, bank_summary = monthly_reports()
    year = months_between(date(2026, 1, 1), date(2026, 12, 1))
    assert (calls_for(profit_and_loss, year), calls_for(bank_summary, year)) == (1, 12)


def test_months_with_gaps_cost_a_call_each():
    profit_and_loss, _ = monthly_reports()
    assert calls_for(profit_and_loss, [date(2026, 1, 1), date(2026, 3, 1), date(2026, 5, 1)]) == 3


def test_a_plan_counts_every_collection_and_the_months_that_are_due(warehouse, quota):
    today = datetime.now(UTC).date()
    settings = Settings(_env_file=None, start_date=today)
    plan = plan_sync(warehouse, quota, TENANT, settings)
    assert (plan.collections, plan.reports) == (len(catalogue()), 2)
    assert plan.left == 4_800


def test_a_plan_counts_a_call_for_each_budget(warehouse, quota):
    settings = Settings(_env_file=None, start_date=datetime.now(UTC).date())
    before = plan_sync(warehouse, quota, TENANT, settings).collections
    with warehouse._connected("written") as connection:
        connection.exec_driver_sql(
            "insert into xero.budgets (tenant_id, budget_id, is_deleted, synced_at) values (?, 'a', false, now()), "
            "(?, 'b', true, now())",
            (TENANT, TENANT),
        )
    assert plan_sync(warehouse, quota, TENANT, settings).collections == before + 1


def test_the_minutes_of_a_plan_are_whole_minutes_at_the_limit():
    plans = [Plan(collections=calls, reports=0, left=0, per_minute=55) for calls in (0, 1, 55, 56, 110, 111)]
    assert [plan.minutes for plan in plans] == [0, 0, 0, 1, 1, 2]
