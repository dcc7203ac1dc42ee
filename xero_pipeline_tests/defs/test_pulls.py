"""Runs of reports: every month of every organisation once, neighbours together, nobody left behind."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xero_pipeline.calendar import months_between
from xero_pipeline.defs.automation.report_runs import (
    PARTITIONS_PER_RUN,
    ReportRun,
    from_cursor,
    organisations_of,
    report_runs,
)
from xero_pipeline.defs.partitions import range_tags, report_key

ORDER = [f"tenant-{number}" for number in range(12)]
MONTHS = st.sets(st.integers(0, 300)).map(
    lambda numbers: [date(2005 + number // 12, number % 12 + 1, 1) for number in sorted(numbers)]
)
REPORTS = ["profit_and_loss", "trial_balance"]
ALIKE = st.sampled_from([[date(2026, 11, 1)], months_between(date(2024, 1, 1), date(2026, 11, 1))])


WANTED = st.dictionaries(st.sampled_from(ORDER), st.dictionaries(st.sampled_from(REPORTS), MONTHS | ALIKE))


@given(WANTED)
def test_every_month_of_every_report_of_every_organisation_is_in_one_run_and_none_beside(wanted):
    runs = [
        (tenant, report, month)
        for pull in report_runs(ORDER, wanted)
        for tenant in pull.tenants
        for report in pull.reports
        for month in pull.months
    ]
    assert sorted(runs) == sorted(
        (tenant, report, month)
        for tenant, reports in wanted.items()
        for report, months in reports.items()
        for month in months
    )


@given(WANTED)
def test_a_run_is_a_whole_range_and_not_too_large(wanted):
    for pull in report_runs(ORDER, wanted):
        start = ORDER.index(pull.tenants[0])
        assert list(pull.tenants) == ORDER[start : start + len(pull.tenants)]
        assert list(pull.months) == months_between(pull.months[0], pull.months[-1])
        assert len(pull.tenants) * len(pull.months) <= PARTITIONS_PER_RUN


@given(WANTED)
def test_the_newest_months_of_an_organisation_come_first(wanted):
    pulls = report_runs(ORDER, wanted)
    for tenant in wanted:
        newest = [pull.months[-1] for pull in pulls if pull.tenants == (tenant,)]
        assert newest == sorted(newest, reverse=True)


def test_the_first_in_turn_is_in_the_first_run():
    wanted = {tenant: {REPORTS[0]: [date(2026, 11, 1)]} for tenant in (ORDER[7], ORDER[2], ORDER[5])}
    assert report_runs(ORDER, wanted)[0].tenants == (ORDER[7],)


def test_the_same_pull_has_the_same_name_and_another_another():
    months = (date(2026, 10, 1), date(2026, 11, 1))
    names = {
        ReportRun(tenants, span, reports).name
        for tenants in [("a",), ("a", "b"), ("b",)]
        for span in [months, months[:1]]
        for reports in [("x",), ("x", "y")]
    }
    assert len(names) == 12
    assert ReportRun(("a",), months, ("x",)).name == ReportRun(("a",), months, ("x",)).name


def test_reports_that_want_the_same_months_share_a_run():
    year, month = months_between(date(2026, 1, 1), date(2026, 11, 1)), [date(2026, 11, 1)]
    (older, newer) = sorted(
        report_runs(ORDER, {ORDER[0]: {"a": year, "b": month, "c": year}}), key=lambda pull: -len(pull.months)
    )
    assert (older.reports, newer.reports) == (("a", "c"), ("b",))


@given(st.sets(st.sampled_from(ORDER)).map(sorted), st.sampled_from([None, "", "tenant-3", "tenant-zzz"]))
def test_a_round_holds_everybody_once_and_begins_at_the_cursor(tenants, cursor):
    turn = from_cursor(tenants, cursor)
    assert sorted(turn) == tenants
    behind = [tenant for tenant in tenants if tenant >= (cursor or "")]
    assert turn[: len(behind)] == behind


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"xero/organisation": "a", **range_tags(["b", "c"])}, ["a"]),
        ({"dagster/partition": "tenant-1"}, ["tenant-1"]),
        ({"dagster/partition": report_key(date(2026, 1, 1), "tenant-1")}, ["tenant-1"]),
        (range_tags(["tenant-1", "tenant-3"]), ["tenant-1", "tenant-2", "tenant-3"]),
        (range_tags([report_key(date(2026, 1, 1), "tenant-1"), report_key(date(2026, 3, 1), "tenant-2")]), ORDER[1:3]),
        (range_tags(["gone", "tenant-2"]), ["gone", "tenant-2"]),
        ({}, []),
    ],
)
def test_a_runs_tags_tell_whose_it_is(tags, expected):
    assert list(organisations_of(tags, ORDER)) == expected
