"""Which months are due: missing ones, stale ones, the current one once a day; and never one before the first."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from xero_pipeline.calendar import months_between
from xero_pipeline.sync.reports_due import (
    all_months_due,
    first_load_complete,
    first_month,
    months_due,
)
from xero_pipeline.sync.reports_stale import dated_tables
from xero_pipeline.warehouse.schema.catalogue import table
from xero_pipeline.warehouse.store import Cursor
from xero_pipeline.xero.reports.catalogue import report_named, reports
from xero_pipeline_tests.sync.conftest import TENANT, uid
from xero_pipeline_tests.warehouse.answers import tables_of

TODAY = date(2026, 11, 22)
START = date(2026, 8, 1)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
OTHER = "11111111-1111-4111-8111-111111111111"


@pytest.fixture
def write(warehouse):
    """Puts rows into the warehouse as a sync would have left them."""

    def into(name, **values):
        names = ", ".join(f'"{column}"' for column in values)
        with warehouse.dialect.connected("written") as connection:
            marks = ", ".join("?" * len(values))
            connection.exec_driver_sql(f"insert into xero.{name} ({names}) values ({marks})", tuple(values.values()))

    return into


@pytest.fixture
def pulled(write):
    def months(*starts, report="profit_and_loss", at=NOON, tenant=TENANT, basis="accrual"):
        for month in starts:
            write(
                "report_pulls", tenant_id=tenant, report=report, basis=basis, period_start=month,
                period_end=month.replace(day=28), fetched_at=at, checked_at=at, raw="{}",
            )  # fmt: skip

    return months


@pytest.fixture
def document(write):
    def dated(day, *, at, name="invoices", tenant=TENANT, **more):
        key = dict.fromkeys(table(name).key, "one")
        write(name, tenant_id=tenant, date=day, synced_at=at, is_deleted=False, **key, **more)

    return dated


@pytest.fixture
def due(warehouse):
    def of(report="profit_and_loss", start=START, at=NOON):
        return months_due(warehouse, TENANT, report, at=at, start_date=start)

    return of


EVERY = months_between(START, TODAY)


def test_every_month_is_due_before_the_first_pull(due):
    assert due() == EVERY


def test_a_month_that_was_pulled_is_not_due_again(due, pulled):
    pulled(*EVERY)
    assert due() == []


def test_a_month_that_is_missing_is_due(due, pulled):
    pulled(EVERY[0], EVERY[2], EVERY[3])
    assert due() == [EVERY[1]]


def test_what_another_report_or_organisation_has_does_not_count(due, pulled):
    pulled(*EVERY, report="bank_summary")
    pulled(*EVERY, tenant=OTHER)
    assert due() == EVERY


@pytest.mark.parametrize("name", dated_tables())
def test_a_month_is_stale_when_a_document_of_it_was_learnt_of_after_the_pull(due, pulled, document, name):
    pulled(*EVERY)
    document(EVERY[1].replace(day=30), at=NOON + timedelta(seconds=1), name=name)
    assert due() == [EVERY[1]]


ALLOCATIONS = ["credit_note_allocations", "prepayment_allocations", "overpayment_allocations"]


@pytest.mark.parametrize("name", ALLOCATIONS)
def test_an_allocation_makes_the_month_of_its_day_stale(due, pulled, document, name):
    """It is where a foreign credit's gain is, and neither document need be of that month."""
    pulled(*EVERY)
    document(EVERY[1].replace(day=30), at=NOON + timedelta(seconds=1), name=name)
    assert due() == [EVERY[1]]


def test_a_document_that_was_known_at_the_pull_makes_nothing_stale(due, pulled, document):
    document(EVERY[1], at=NOON - timedelta(seconds=1))
    pulled(*EVERY)
    assert due() == []


def test_a_document_that_moved_makes_both_its_months_stale(due, pulled, warehouse):
    def merge(month, at, stamp):
        record = {"InvoiceID": uid("moved"), "Date": f"/Date({ms(month)}+0000)/", "UpdatedDateUTC": f"/Date({stamp})/"}
        body = json.dumps({"Invoices": [record]}).encode()
        warehouse.merge(tables_of("invoices", [body], wrapper="Invoices", tenant_id=TENANT, synced_at=at))

    def ms(day):
        return int(datetime(day.year, day.month, 15, tzinfo=UTC).timestamp() * 1000)

    merge(EVERY[0], NOON - timedelta(hours=1), ms(EVERY[0]))
    pulled(*EVERY)
    assert due() == []
    merge(EVERY[2], NOON + timedelta(hours=1), ms(EVERY[2]))
    assert due() == [EVERY[0], EVERY[2]]


def test_a_document_of_another_organisation_makes_nothing_stale(due, pulled, document):
    pulled(*EVERY)
    document(EVERY[1], at=NOON + timedelta(hours=1), tenant=OTHER)
    assert due() == []


def test_the_current_and_the_last_month_are_due_on_the_next_day(due, pulled):
    """Pay runs and depreciation are posted when the month is over, and no document shows them."""
    pulled(*EVERY, at=NOON - timedelta(days=1))
    assert due() == EVERY[-2:]


FOLLOWING = ["profit_and_loss", "balance_sheet", "bank_summary", "executive_summary"]


@pytest.fixture
def due_with_trial_balance(warehouse):
    """Which months of a report are due where the trial balance is pulled by itself, too."""

    def of(report, at=NOON):
        wanted = [report_named(report), report_named("trial_balance")]
        return all_months_due(warehouse, [TENANT], wanted, at=at, start_date=START)[TENANT][wanted[0]]

    return of


@pytest.mark.parametrize("report", FOLLOWING)
class TestWhatTheTrialBalanceShows:
    """It has every posting of its month, by account: where it is as it was, no statement changed."""

    def test_while_it_is_as_it_was_no_other_report_is_asked_for(self, due_with_trial_balance, pulled, report):
        for name in (report, "trial_balance"):
            pulled(*EVERY, report=name, at=NOON - timedelta(days=1))
        assert due_with_trial_balance(report) == []

    def test_the_months_of_which_it_changed_are_asked_for(self, due_with_trial_balance, pulled, report):
        pulled(*EVERY, report=report, at=NOON - timedelta(days=1))
        pulled(*EVERY, report="trial_balance", at=NOON - timedelta(days=1))
        pulled(EVERY[-2], report="trial_balance", at=NOON)
        assert due_with_trial_balance(report) == [EVERY[-2]]

    def test_an_account_that_changed_moves_amounts_that_it_does_not_show_elsewhere(
        self, due_with_trial_balance, pulled, report, write
    ):
        """Another type of account, such as overhead for direct costs, is another section of the profit and loss."""
        for name in (report, "trial_balance"):
            pulled(*EVERY, report=name)
        write("accounts", tenant_id=TENANT, account_id="one", synced_at=NOON + timedelta(hours=1), is_deleted=False)
        assert due_with_trial_balance(report) == EVERY[-2:]

    def test_after_a_week_they_are_asked_for_all_the_same(self, due_with_trial_balance, pulled, report):
        pulled(*EVERY, report=report, at=NOON - timedelta(days=8))
        pulled(*EVERY, report="trial_balance", at=NOON - timedelta(days=9))
        assert set(EVERY[-2:]) <= set(due_with_trial_balance(report))

    def test_where_it_was_not_pulled_they_are_asked_for_daily(self, due_with_trial_balance, pulled, report):
        pulled(*EVERY, report=report, at=NOON - timedelta(days=1))
        assert due_with_trial_balance(report) == EVERY[-2:]


def test_a_budget_summary_without_a_changed_budget_is_asked_for_once_a_week(due, pulled):
    pulled(*EVERY, report="budget_summary", at=NOON - timedelta(days=7))
    assert due("budget_summary") == []
    assert due("budget_summary", at=NOON + timedelta(days=1)) == EVERY


@pytest.mark.parametrize(("report", "days"), [("profit_and_loss", 7), ("balance_sheet", 7), ("trial_balance", 28)])
def test_an_older_month_is_looked_at_again_once_in_a_while(due, pulled, report, days):
    pulled(*EVERY, report=report, at=datetime(2026, 11, 22, tzinfo=UTC) - timedelta(days=days))
    assert due(report) == EVERY[-2:]


@pytest.mark.parametrize(("report", "days"), [("profit_and_loss", 7), ("trial_balance", 28)])
def test_an_older_month_is_due_when_its_pull_is_too_old(due, pulled, report, days):
    pulled(*EVERY, report=report, at=datetime(2026, 11, 22, tzinfo=UTC) - timedelta(days=days, seconds=1))
    assert due(report) == EVERY


def test_no_month_before_the_start_date_that_somebody_set_is_due(due, pulled, document):
    pulled(date(2025, 1, 1), *EVERY)
    document(date(2025, 1, 15), at=NOON + timedelta(hours=1))
    assert due() == []


class TestMonthsBeforeTheFirst:
    """They were pulled while an earlier financial year was the first, and the ledger stands on their trial balances."""

    EARLIER = months_between(date(2023, 10, 1), date(2023, 12, 1))
    KEPT = months_between(date(2024, 1, 1), TODAY)

    @pytest.mark.parametrize(("report", "stale"), [("profit_and_loss", EARLIER[1:2]), ("trial_balance", EARLIER[1:])])
    def test_they_are_due_when_a_document_changed_them(self, due, pulled, document, report, stale):
        pulled(*self.EARLIER, report=report)
        document(self.EARLIER[1], at=NOON + timedelta(hours=1))
        pulled(*self.KEPT, report=report, at=NOON + timedelta(hours=2))
        assert due(report, start=None, at=NOON + timedelta(hours=3)) == stale

    @pytest.mark.parametrize("report", reports(), ids=lambda report: report.name)
    def test_they_are_not_due_without_a_sign(self, due, pulled, report):
        pulled(*self.EARLIER, report=report.table, basis=report.basis, at=NOON - timedelta(days=400))
        pulled(*self.KEPT, report=report.table, basis=report.basis)
        assert due(report.name, start=None) == []

    def test_they_are_not_due_where_they_were_never_pulled(self, due, pulled, document):
        pulled(*self.KEPT)
        document(self.EARLIER[1], at=NOON + timedelta(hours=1))
        assert due(start=None) == []

    def test_they_are_not_due_where_no_partition_reaches_them(self, due, pulled, document):
        pulled(date(2022, 12, 1), *self.KEPT)
        document(date(2022, 12, 15), at=NOON + timedelta(hours=1))
        assert due(start=None) == []


def test_no_month_after_the_current_one_is_due(due, pulled, document):
    pulled(*EVERY, date(2026, 12, 1))
    document(date(2026, 12, 15), at=NOON + timedelta(hours=1))
    assert due() == []


def organisation(write, month, day):
    write(
        "organisations", tenant_id=TENANT, organisation_id="one", financial_year_end_month=month,
        financial_year_end_day=day, synced_at=NOON, is_deleted=False,
    )  # fmt: skip


def test_the_first_month_is_the_organisations_financial_year_two_years_back(warehouse, write):
    organisation(write, month=6, day=30)
    assert first_month(warehouse, TENANT, TODAY, None) == date(2024, 7, 1)
    assert first_month(warehouse, TENANT, TODAY, date(2026, 3, 9)) == date(2026, 3, 1)


@pytest.mark.parametrize(
    ("today", "expected"),
    [(date(2026, 4, 5), date(2023, 4, 1)), (date(2026, 4, 6), date(2024, 4, 1))],
    ids=["the last day of the year", "the first day of the next"],
)
def test_a_financial_year_that_begins_within_a_month_takes_all_of_that_month(warehouse, write, today, expected):
    organisation(write, month=4, day=5)
    assert first_month(warehouse, TENANT, today, None) == expected


def test_the_first_month_of_an_organisation_not_synced_yet_is_a_calendar_year(warehouse):
    assert first_month(warehouse, TENANT, TODAY, None) == date(2024, 1, 1)


def test_all_organisations_and_reports_together_are_what_each_is_alone(warehouse, pulled, document):
    pulled(*EVERY)
    pulled(*EVERY[:2], report="bank_summary")
    pulled(*EVERY, tenant=OTHER)
    pulled(*EVERY, report="bank_summary", tenant=OTHER)
    document(EVERY[0], at=NOON + timedelta(hours=1), tenant=OTHER)
    both = [report_named("profit_and_loss"), report_named("bank_summary")]
    together = all_months_due(warehouse, [TENANT, OTHER], both, at=NOON, start_date=START)
    assert {tenant: list(months.values()) for tenant, months in together.items()} == {
        TENANT: [[], EVERY[2:]],
        OTHER: [[EVERY[0]], []],
    }
    for tenant in (TENANT, OTHER):
        for report in both:
            alone = months_due(warehouse, tenant, report.name, at=NOON, start_date=START)
            assert alone == together[tenant][report]


def test_a_first_load_is_complete_when_the_documents_that_count_were_read(warehouse):
    for name in ("invoices", "payments"):
        warehouse.merge({}, cursor=Cursor(TENANT, name, NOON, NOON, 0))
    assert first_load_complete(warehouse, [TENANT, OTHER]) == set()
    warehouse.merge({}, cursor=Cursor(TENANT, "bank_transactions", NOON, NOON, 0))
    assert first_load_complete(warehouse, [TENANT, OTHER]) == first_load_complete(warehouse, [TENANT]) == {TENANT}


BALANCES = ["balance_sheet", "trial_balance", "executive_summary", "profit_and_loss_cash"]


@pytest.mark.parametrize("report", BALANCES)
def test_a_document_of_a_month_makes_the_balances_of_all_later_months_stale(due, pulled, document, report):
    named = report_named(report)
    pulled(*EVERY, report=named.table, basis=named.basis)
    document(EVERY[1], at=NOON + timedelta(hours=1))
    assert due(report) == EVERY[1:]


@pytest.mark.parametrize("report", BALANCES)
def test_a_document_from_before_the_first_month_makes_all_balances_stale(due, pulled, document, report):
    named = report_named(report)
    pulled(*EVERY, report=named.table, basis=named.basis)
    document(date(2019, 1, 1), at=NOON + timedelta(hours=1))
    assert due(report) == EVERY


@pytest.mark.parametrize("name", [*dated_tables(), *ALLOCATIONS])
def test_bank_balances_are_stale_only_by_what_moves_money(due, pulled, document, name):
    pulled(*EVERY, report="bank_summary")
    document(EVERY[2], at=NOON + timedelta(hours=1), name=name)
    moves_money = name in {"bank_transactions", "bank_transfers", "payments", "overpayments", "prepayments"}
    assert due("bank_summary") == (EVERY[2:] if moves_money else [])


def test_balances_pulled_after_the_change_are_not_stale(due, pulled, document):
    pulled(*EVERY[:2], report="trial_balance")
    document(EVERY[1], at=NOON + timedelta(hours=1))
    pulled(*EVERY[2:], report="trial_balance", at=NOON + timedelta(hours=2))
    assert due("trial_balance") == [EVERY[1]]


def test_a_budget_that_changed_makes_every_month_of_the_budget_summary_stale_and_no_document_does(
    due, pulled, document, write
):
    pulled(*EVERY, report="budget_summary")
    document(EVERY[1], at=NOON + timedelta(hours=1))
    assert due("budget_summary") == []
    write("budgets", tenant_id=TENANT, budget_id="one", synced_at=NOON + timedelta(hours=1), is_deleted=False)
    assert due("budget_summary") == EVERY


def test_the_bases_of_a_report_are_due_for_themselves(due, pulled):
    pulled(*EVERY)
    assert due("profit_and_loss") == []
    assert due("profit_and_loss_cash") == EVERY


@pytest.mark.parametrize("report", reports(), ids=lambda report: report.name)
def test_no_report_is_due_again_after_its_pull(due, pulled, report):
    pulled(*EVERY, report=report.table, basis=report.basis)
    assert due(report.name) == []
