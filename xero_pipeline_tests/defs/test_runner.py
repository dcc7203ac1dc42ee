"""The command line's own runs: which months of which reports it pulls, and how many runs that takes."""

from __future__ import annotations

from decimal import Decimal

import pytest

from xero_pipeline.cli.dagster_runs import Runner
from xero_pipeline.cli.output.sync_progress import Watch
from xero_pipeline.cli.selection import Selection
from xero_pipeline_tests.defs.conftest import MONTHS
from xero_simulator.edits.hidden_postings import post_unseen

pytestmark = pytest.mark.any_day_in_proof

REPORTS = ("profit_and_loss", "balance_sheet", "bank_summary")


@pytest.fixture
def runner(house):
    with Watch(dict.fromkeys(house.tenants, "Demo"), 1) as watch:
        yield Runner(house.services, house.instance, watch)


def pulled(house):
    rows = house.services.warehouse.query("select report, period_start from xero.report_pulls").to_pylist()
    return {(row["report"], row["period_start"]) for row in rows}


def test_the_first_run_pulls_the_newest_months_says_what_it_leaves_and_the_next_sync_brings_it(house, runner):
    organisation = house.services.organisations.find(house.tenants[0])
    months = MONTHS
    assert runner.sync(organisation, Selection((), REPORTS), full=False, newest=1)
    assert pulled(house) == {(report, months[-1]) for report in REPORTS}
    assert runner.left_out == set(months[:-1])
    assert runner.sync(organisation, Selection((), REPORTS), full=False)
    assert pulled(house) == {(report, month) for report in REPORTS for month in months}


def test_reports_that_want_the_same_months_share_a_run(house, runner):
    organisation = house.services.organisations.find(house.tenants[0])
    months = MONTHS
    due = {"profit_and_loss": months, "balance_sheet": months, "bank_summary": months[-1:]}
    assert runner.pull(organisation, due, anew=False)
    runs = [run for run in house.instance.get_runs() if run.job_name == "pull_reports"]
    assert sorted(len(run.asset_selection) for run in runs) == [1, 2]


class TestAnotherDay:
    """Every report was pulled, and a day goes by."""

    CHOICE = Selection((), ("trial_balance", *REPORTS))

    @pytest.fixture
    def organisation(self, house, runner):
        organisation = house.services.organisations.find(house.tenants[0])
        assert runner.sync(organisation, self.CHOICE, full=False)
        with house.services.warehouse.writing() as connection:
            connection.exec_driver_sql("delete from xero.api_calls")
            for column in ("checked_at", "fetched_at"):
                connection.exec_driver_sql(f"update xero.report_pulls set {column} = {column} - interval '1 day'")
        return organisation

    def asked_for(self, house, runner, organisation):
        assert runner.sync(organisation, self.CHOICE, full=False)
        rows = house.services.warehouse.query("select asset, count(*) as calls from xero.api_calls group by 1")
        return {row["asset"]: row["calls"] for row in rows.to_pylist()}

    def test_the_trial_balance_alone_is_asked_for_where_nothing_changed(self, house, runner, organisation):
        assert self.asked_for(house, runner, organisation) == {"trial_balance": 2}

    def test_what_xero_posts_by_itself_shows_there_and_the_others_follow_at_once(
        self, house, runner, organisation, own_books
    ):
        company = own_books(organisation.tenant_id)
        codes = [account["Code"] for account in company.records("Accounts") if account.get("Class") == "EXPENSE"]
        amounts = {codes[0]: Decimal(50), codes[1]: Decimal(-50)}
        post_unseen(company, MONTHS[-2], amounts, "DEPRECIATION")
        asked = self.asked_for(house, runner, organisation)
        assert set(asked) == set(self.CHOICE.reports)
        profit = house.services.warehouse.query(
            "select max(fetched_at) as fetched_at, period_start from xero.report_pulls "
            "where report = 'profit_and_loss' group by 2 order by 1 desc limit 1"
        ).to_pylist()
        assert profit[0]["period_start"] == MONTHS[-2]


def test_a_full_sync_mends_a_figure_that_somebody_changed_by_hand(house, runner):
    organisation = house.services.organisations.find(house.tenants[0])
    warehouse, due = house.services.warehouse, {"bank_summary": MONTHS[-1:]}
    sums = "select sum(closing_balance) as total from xero.bank_summary"
    assert runner.pull(organisation, due, anew=False)
    right = warehouse.query(sums)["total"].to_pylist()
    with warehouse.writing() as connection:
        connection.exec_driver_sql("update xero.bank_summary set closing_balance = closing_balance + 1")
    assert runner.pull(organisation, due, anew=False)
    assert warehouse.query(sums)["total"].to_pylist() != right, "Xero said what it had said before"
    assert runner.pull(organisation, due, anew=True)
    assert warehouse.query(sums)["total"].to_pylist() == right
