"""Trial balances of many months out of one call of Xero's Account Data API, where the newest agrees with it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date

import pytest

from xero_pipeline.calendar import add_months
from xero_pipeline.errors import XeroUnavailable
from xero_pipeline.sync.reports import sync_report
from xero_pipeline.sync.result import CallStats
from xero_pipeline.xero.explained.trial_balances import TrialBalancesAtOnce
from xero_pipeline.xero.reports.catalogue import report_named
from xero_pipeline_tests.databases import opened
from xero_pipeline_tests.ledger.accountant import Accountant

WITH_BOOKS, NEW_ZEALAND, AMERICA = 14, 0, 3
MONTHS = WITH_BOOKS + 1
"""One before the books begin, of which there is nothing to say."""


@pytest.fixture(scope="module")
def offices():
    return {place: Accountant(invoices=40, months=WITH_BOOKS, place=place) for place in (NEW_ZEALAND, AMERICA)}


@pytest.fixture
def pull(offices, duckdb_template, tmp_path):
    """The calls it took to pull the trial balances of all months, and their figures by month and account."""

    def once(place, name, *, account_data=True, **habits):
        accountant = offices[place]
        accountant.open()
        bench = accountant.books.bench
        bench.profile = replace(bench.profile, habits=replace(bench.profile.habits, **habits))
        shutil.copy(duckdb_template, tmp_path / f"{account_data}.duckdb")
        with opened(f"duckdb:///{tmp_path / f'{account_data}.duckdb'}") as accountant.warehouse:
            accountant.sync("organisations")
            tally = CallStats()
            with accountant.client(on_call=tally.add) as client:
                asked = (client, accountant.warehouse, accountant.tenant_id, report_named(name))
                months = [add_months(bench.config.first_month, -1), *bench.config.month_starts()]
                for _ in sync_report(*asked, months, tally=tally, now=accountant.now, account_data=account_data):
                    pass
            rows = accountant.warehouse.query(
                "select period_end, section, account_name, account_id, debit, credit, ytd_debit, ytd_credit "
                "from xero.trial_balance where debit + credit + ytd_debit + ytd_credit <> 0"
            ).to_pylist()
        return tally.calls, {tuple(row.values()) for row in rows}

    return once


@pytest.mark.parametrize("name", ["trial_balance", "trial_balance_cash"])
def test_two_calls_bring_what_a_call_a_month_brings(pull, name):
    calls, rows = pull(AMERICA, name)
    as_ever = pull(AMERICA, name, account_data=False)
    assert (calls, as_ever[0]) == (2, MONTHS)
    assert rows == as_ever[1]


def test_a_beta_that_does_not_answer_holds_up_no_trial_balance():
    report, asked = report_named("trial_balance"), []

    class Xero:
        def get(self, _tenant_id, path, *, params=None, scope=None):
            asked.append(path)
            if "accountdata" in path:
                raise XeroUnavailable("down")
            return params, scope

    months = [date(2026, number, 1) for number in (1, 2, 3)]
    source = TrialBalancesAtOnce(Xero(), report, months, (31, 12))
    params = {"date": "2026-02-28"}
    assert source.get("one", report.path, params=params, scope=report.scope) == (params, report.scope)
    assert len(asked) == 2


@pytest.mark.parametrize("habits", [{"sums_all_years": True}, {"sees_bank_details": False}])
def test_where_balances_do_not_agree_or_are_refused_each_month_has_its_call(pull, habits):
    calls, rows = pull(NEW_ZEALAND, "trial_balance", **habits)
    assert calls == MONTHS + 1
    assert rows == pull(NEW_ZEALAND, "trial_balance", account_data=False)[1]
