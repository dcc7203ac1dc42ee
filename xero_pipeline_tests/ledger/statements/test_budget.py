"""Budget against actual: what was planned beside what the journals say, for all and for a tracking option."""

from __future__ import annotations

import datetime as dt

import pytest

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.ledger.statements.budget import budget_variance, budgets_of
from xero_pipeline.ledger.statements.profit_and_loss import profit_and_loss
from xero_pipeline_tests.ledger.statements.conftest import TODAY
from xero_simulator.books.double_entry.ledger import Ledger

MONTHS = [(dt.date(2028, 2, 1), dt.date(2028, 2, 29)), (dt.date(2028, 1, 1), dt.date(2028, 3, 31))]
FX = {"Bank Revaluations", "Unrealised Currency Gains", "Realised Currency Gains", "Foreign Currency Gains and Losses"}


def budgets(here, first, last):
    found = {}
    for line in budget_variance(here.connection, here.tenant_id, first, last):
        found.setdefault(line.budget_type, []).append(line)
    return found


def test_one_budget_is_asked_for_by_name_or_id_and_the_overall_one_is_the_first(here):
    first, last = MONTHS[0]
    overall, *others = budgets_of(here.connection, here.tenant_id)
    assert (overall.kind, len(others)) == ("OVERALL", 1)
    everything = budget_variance(here.connection, here.tenant_id, first, last)
    for one in (overall, *others):
        mine = tuple(line for line in everything if line.budget_id == one.budget_id)
        for wanted in (one.budget_id, one.name.upper()):
            assert budget_variance(here.connection, here.tenant_id, first, last, wanted) == mine
    with pytest.raises(ConfigurationError, match="no budget “Dreams”"):
        budget_variance(here.connection, here.tenant_id, first, last, "Dreams")


@pytest.mark.parametrize(("first", "last"), MONTHS)
def test_actual_is_the_profit_and_loss(here, first, last):
    lines = budgets(here, first, last)["OVERALL"]
    ours = {(line.section, line.account_name): line.actual for line in lines if line.account_name not in FX}
    theirs = {
        (line.section, line.account_name): line.amount
        for line in profit_and_loss(here.connection, here.tenant_id, first, last)
        if line.account_name not in FX
    }
    assert {key: amount for key, amount in ours.items() if amount} == {k: v for k, v in theirs.items() if v}


def test_planned_is_xeros_budget_summary(here):
    first, last = MONTHS[0]
    report = here.company.report("BudgetSummary", {"date": first.isoformat(), "periods": "1", "timeframe": "1"}, TODAY)
    theirs = {
        row["Cells"][0]["Value"]: row["Cells"][1]["Value"]
        for section in report["Rows"]
        for row in section.get("Rows", ())
    }
    ours = {line.account_name: line for line in budgets(here, first, last)["OVERALL"]}
    for name in ("Sales", "Rent", "Total Income", "Total Cost of Sales", "Gross Profit", "Net Profit"):
        assert f"{ours[name].budget:.2f}" == theirs[name]
    assert f"{ours['Total Operating Expenses'].budget:.2f}" == theirs["Total Expenses"]
    assert all(line.variance == line.actual - line.budget for line in ours.values())


@pytest.mark.parametrize(("first", "last"), MONTHS)
def test_a_tracking_budget_counts_what_carries_its_option(here, first, last):
    (record,) = [one for one in here.company.records("Budgets") if one["Type"] == "TRACKING"]
    (option,) = [one["TrackingOptionID"] for one in record["Tracking"]]
    tracked = Ledger(posting for posting in here.company.postings if option in posting.tracking)
    accounts = {row["AccountID"]: row for row in here.company.records("Accounts")}
    lines = [line for line in budgets(here, first, last)["TRACKING"] if line.line_type == "account"]
    assert any(line.actual for line in lines)
    for line in lines:
        sign = 1 if accounts[line.account_id]["Class"] == "EXPENSE" else -1
        assert line.actual == sign * tracked.movement(line.account_id, first, last)


def test_part_of_a_month_has_no_budget(here):
    with pytest.raises(ConfigurationError, match="whole months"):
        budget_variance(here.connection, here.tenant_id, dt.date(2028, 2, 1), dt.date(2028, 2, 28))
