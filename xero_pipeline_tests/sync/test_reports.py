"""Monthly reports: kept month by month, what arrived stays whatever stopped the rest."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import httpx
import pytest

from xero_pipeline.calendar import month_end, months_between
from xero_pipeline.errors import DailyLimitReached, UnreadableAnswer
from xero_pipeline.sync.reports import MONTHS_TOGETHER, UNREADABLE_IN_A_ROW, sync_report
from xero_pipeline.xero.reports.catalogue import report_named
from xero_pipeline_tests.sync.conftest import OURS, TENANT, uid

BANK_SUMMARY = report_named("bank_summary")
MONTHS = months_between(date(2025, 1, 1), date(2026, 6, 1))
DAY_IS_OVER = httpx.Response(429, headers={"X-Rate-Limit-Problem": "day", "Retry-After": "40000"})


class Reports:
    """A Xero that answers bank summaries, one account with the month's number as its closing balance."""

    def __init__(self, amount="100.25"):
        self.amount = amount
        self.asked = []
        self.ends_after = None

    def __call__(self, request):
        first = request.url.params["fromDate"]
        if self.ends_after is not None and len(self.asked) >= self.ends_after:
            return DAY_IS_OVER
        self.asked.append(first)
        label = month_end(date.fromisoformat(first)).strftime("%d %B %Y")
        titles = ["Bank Accounts", "Opening Balance", "Cash Received", "Cash Spent", "Closing Balance"]
        account = {"Value": "Cheque", "Attributes": [{"Id": "accountID", "Value": uid("cheque")}]}
        amounts = [{"Value": value} for value in ("0.00", self.amount, "0.00", self.amount)]
        report = {
            "ReportID": "BankSummary",
            "ReportTitles": ["Bank Summary", "Demo", f"From {first} to {label}"],
            "Rows": [
                {"RowType": "Header", "Cells": [{"Value": title} for title in titles]},
                {"RowType": "Section", "Title": "", "Rows": [{"RowType": "Row", "Cells": [account, *amounts]}]},
            ],
        }
        return httpx.Response(200, json={"Reports": [report]})


@pytest.fixture
def pull(talk, warehouse):
    def months(xero, wanted=MONTHS, *, at=OURS, **more):
        tally, client = talk(xero)
        return sync_report(client, warehouse, TENANT, BANK_SUMMARY, wanted, tally=tally, now=lambda: at, **more)

    return months


@pytest.fixture
def kept(warehouse):
    def rows(table="bank_summary", column="closing_balance", at="synced_at"):
        found = warehouse.query(f"select period_start as month, {column} as v, {at} as at from xero.{table}")
        return {row["month"]: row for row in found.to_pylist()}

    return rows


def test_every_month_becomes_a_row_and_a_pull(pull, kept):
    assert [len(batch.rows) for batch in pull(Reports())] == [MONTHS_TOGETHER, len(MONTHS) - MONTHS_TOGETHER]
    assert sorted(kept()) == MONTHS
    assert {row["v"] for row in kept().values()} == {Decimal("100.2500")}
    assert sorted(kept("report_pulls", "report", "fetched_at")) == MONTHS


def test_what_arrived_before_the_day_was_used_up_is_kept_and_the_error_says_when_to_go_on(pull, kept):
    xero = Reports()
    xero.ends_after = 14
    batches = []
    with pytest.raises(DailyLimitReached) as stopped:
        batches.extend(pull(xero))
    assert stopped.value.resume_at > datetime.fromtimestamp(OURS.timestamp() + 30_000, OURS.tzinfo)
    assert sorted(kept()) == MONTHS[:14]


def test_months_kept_before_the_error_are_told_before_it_is_raised(pull):
    xero, told = Reports(), []
    xero.ends_after = 14
    batches = pull(xero)
    with pytest.raises(DailyLimitReached):
        for batch in batches:
            told.extend(batch.rows)
    assert told == MONTHS[:14]


def test_nothing_arrived_nothing_kept(pull, kept):
    xero = Reports()
    xero.ends_after = 0
    with pytest.raises(DailyLimitReached):
        next(iter(pull(xero)))
    assert kept() == {}


def test_an_answer_that_says_the_same_leaves_its_rows_untouched(pull, kept):
    list(pull(Reports(), MONTHS[:2]))
    before = kept()
    (again,) = pull(Reports(), MONTHS[:2], at=OURS.replace(hour=20))
    assert again.outcome.changed == 0
    assert kept() == before


def test_an_answer_that_differs_replaces_the_month(pull, kept):
    list(pull(Reports(), MONTHS[:2]))
    (again,) = pull(Reports("7.50"), MONTHS[:1], at=OURS.replace(hour=20))
    assert again.outcome.tables["bank_summary"].updated == 1
    assert [kept()[month]["v"] for month in MONTHS[:2]] == [Decimal("7.5000"), Decimal("100.2500")]


def test_calls_are_counted_once_each(pull):
    batches = list(pull(Reports()))
    assert [batch.outcome.calls for batch in batches] == [MONTHS_TOGETHER, len(MONTHS) - MONTHS_TOGETHER]


def test_progress_is_told_month_by_month(pull):
    told = []
    list(pull(Reports(), MONTHS[:3], progress=lambda done, of, _records: told.append((done, of))))
    assert told == [(1, 3), (2, 3), (3, 3)]


class Spoilt(Reports):
    """Some months of it are no report."""

    def __init__(self, *months):
        super().__init__()
        self.months = {month.isoformat() for month in months}

    def __call__(self, request):
        answer = super().__call__(request)
        return httpx.Response(200, json={"Reports": [5]}) if request.url.params["fromDate"] in self.months else answer


def test_a_month_that_cannot_be_read_costs_no_other_month(pull, kept):
    with pytest.raises(UnreadableAnswer, match="the report is not an object"):
        list(pull(Spoilt(MONTHS[3], MONTHS[9])))
    assert sorted(kept()) == [month for month in MONTHS if month not in (MONTHS[3], MONTHS[9])]


def test_after_some_unreadable_months_in_a_row_no_more_are_asked_for(pull):
    xero = Spoilt(*MONTHS)
    with pytest.raises(UnreadableAnswer):
        list(pull(xero))
    assert xero.asked == [month.isoformat() for month in MONTHS[:UNREADABLE_IN_A_ROW]]
