"""What holds of any books on any day: ranges add up, both sides balance, whenever the financial year ends."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xero_pipeline.ledger.statements import balance_sheet, profit_and_loss, trial_balance
from xero_pipeline.ledger.statements.balances import account_balances
from xero_pipeline.ledger.statements.chart import EARNINGS_ID, chart_of
from xero_pipeline.ledger.statements.entity import entity_of
from xero_pipeline.ledger.statements.periods import Period, YearEnd
from xero_pipeline_tests.ledger.statements.conftest import FIRST, TODAY
from xero_simulator.company import Company
from xero_simulator.reports.balances import Balances

ZERO = Decimal(0)
SPAN = [FIRST + dt.timedelta(days=number) for number in range((TODAY - FIRST).days + 1)]
YEAR_ENDS = [(0, (31, 12)), (1, (29, 2)), (2, (28, 2)), (0, (5, 4)), (1, (30, 6))]
SOME = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def amounts(lines, wanted="account"):
    return {(one.section, one.account_id): one.amount for one in lines if one.line_type == wanted}


def total(lines, name):
    return next((one.amount for one in lines if one.line_type == "total" and one.account_name == name), ZERO)


@pytest.fixture(params=YEAR_ENDS, ids=str)
def every_day(reader, companies, request):
    """How all accounts stand on every day of the books, and the books with that year end as the simulator has them."""
    index, (day, month) = request.param
    company = companies[index]
    books = replace(entity_of(reader, company.tenant_id), year_end=YearEnd(day, month))
    days = [Period(one, one) for one in SPAN]
    found = account_balances(reader, books, chart_of(reader, company.tenant_id), days)
    country = replace(company.bench.country, year_end=(day, month))
    moved = Company(replace(company.bench, profile=replace(company.bench.profile, country=country)))
    return moved, {period.end: sums for period, sums in found.items()}


def test_what_is_owned_is_what_is_owed_and_equity_on_every_day(every_day):
    company, days = every_day
    assert sorted(days) == SPAN
    for day, sums in days.items():
        sheet = balance_sheet.of_balances(sums)
        assert total(sheet, "Total Assets") == total(sheet, "Total Liabilities") + total(sheet, "Total Equity")
        assert total(sheet, "Net Assets") == total(sheet, "Total Equity")
        trial = trial_balance.of_balances(sums)
        assert sum(line.balance for line in trial) == sum(line.movement for line in trial) == 0
        earnings = amounts(sheet).get(("Equity", EARNINGS_ID), ZERO)
        assert earnings == Balances(company, company.ledger, day).current_year_earnings


@SOME
@given(st.lists(st.sampled_from(SPAN), min_size=3, max_size=3, unique=True).map(sorted))
def test_the_profits_of_two_adjacent_ranges_add_up(here, days):
    first, middle, last = days

    def between(start, end):
        return profit_and_loss.profit_and_loss(here.connection, here.tenant_id, start, end)

    one, other, whole = between(first, middle), between(middle + dt.timedelta(days=1), last), between(first, last)
    for kind in ("account", "total"):
        added = dict.fromkeys([*amounts(one, kind), *amounts(other, kind), *amounts(whole, kind)], ZERO)
        for part in (one, other):
            added = {key: before + amounts(part, kind).get(key, ZERO) for key, before in added.items()}
        assert added == {key: amounts(whole, kind).get(key, ZERO) for key in added}
    for name in ("Gross Profit", "Net Profit"):
        assert total(one, name) + total(other, name) == total(whole, name)


@SOME
@given(st.sampled_from(SPAN[1:]), st.integers(0, 200))
def test_what_a_range_moves_is_what_lies_between_two_sheets(here, first, length):
    """Net assets change by the profit and by what owners bring and take."""
    eve, last = first - dt.timedelta(days=1), first + dt.timedelta(days=length)
    before, after = (balance_sheet.balance_sheet(here.connection, here.tenant_id, day) for day in (eve, last))
    profit = total(profit_and_loss.profit_and_loss(here.connection, here.tenant_id, first, last), "Net Profit")
    brought = -sum(
        line.movement
        for line in trial_balance.trial_balance(here.connection, here.tenant_id, last, first)
        if line.account_class == "EQUITY"
    )
    assert total(after, "Net Assets") - total(before, "Net Assets") == profit + brought
