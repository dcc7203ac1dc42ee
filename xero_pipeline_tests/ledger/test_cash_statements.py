"""Statements on cash basis are the simulated Xero's reports with `paymentsOnly`, to the cent."""

from __future__ import annotations

import datetime as dt

import pytest

from xero_pipeline.calendar import month_end, months_between
from xero_pipeline.ledger.statements.balance_sheet import balance_sheet
from xero_pipeline.ledger.statements.columns import (
    balance_sheet_by_day,
    in_parts,
    profit_and_loss_by_period,
)
from xero_pipeline.ledger.statements.general_ledger import general_ledger
from xero_pipeline.ledger.statements.periods import Period
from xero_pipeline.ledger.statements.profit_and_loss import profit_and_loss
from xero_pipeline.ledger.statements.tracking_columns import profit_and_loss_by_option
from xero_pipeline.ledger.statements.trial_balance import trial_balance
from xero_pipeline.xero.reports.parse_statements import balance_sheet_rows, statement_rows
from xero_pipeline.xero.reports.parse_tables import trial_balance_rows

MONTHS = months_between(dt.date(2025, 11, 1), dt.date(2026, 5, 1))  # the financial year ends in March


@pytest.fixture
def reader(accountant):
    with accountant.warehouse.reading() as connection:
        yield connection


def reported(accountant, name, **params):
    dates = {key: value.isoformat() for key, value in params.items()}
    asked = {"standardLayout": "true", "paymentsOnly": "true", **dates}
    return accountant.books.report(name, asked, accountant.now().date())


def lines(statement):
    return [(one.section, one.line_type, one.account_id, one.account_name, one.amount) for one in statement]


def sides(trial):
    """An account that moved there and back may be listed or not."""
    amounts = [(one.account_id, one.debit, one.credit, one.ytd_debit, one.ytd_credit) for one in trial]
    return [line for line in amounts if any(line[1:])]


def test_the_profit_and_loss_of_every_month(accountant, reader):
    for month in MONTHS:
        theirs = reported(accountant, "ProfitAndLoss", fromDate=month, toDate=month_end(month))
        ours = profit_and_loss(reader, accountant.tenant_id, month, month_end(month), basis="cash")
        assert lines(ours) == lines(statement_rows(theirs, 0))


def test_the_balance_sheet_of_every_month_with_the_profits_of_earlier_years(accountant, reader):
    for month in MONTHS:
        ours = balance_sheet(reader, accountant.tenant_id, month_end(month), basis="cash")
        assert lines(ours) == lines(balance_sheet_rows(reported(accountant, "BalanceSheet", date=month), 0))


def test_the_trial_balance_of_every_month(accountant, reader):
    for month in MONTHS:
        *theirs, _ = trial_balance_rows(reported(accountant, "TrialBalance", date=month_end(month)))
        assert sides(trial_balance(reader, accountant.tenant_id, month_end(month), basis="cash")) == sides(theirs)


def test_the_pages_of_the_general_ledger_lead_to_the_trial_balance_and_name_the_documents(accountant, reader):
    first, last = MONTHS[0], month_end(MONTHS[-1])
    pages = general_ledger(reader, accountant.tenant_id, first, last, basis="cash")
    closing = {one.account_id: abs(one.balance) for one in pages if one.entry_type == "closing"}
    trial = trial_balance(reader, accountant.tenant_id, last, basis="cash")
    assert closing == {one.account_id: abs(one.balance) for one in trial} | {
        key: balance for key, balance in closing.items() if not balance
    }
    shares = [one for one in pages if one.source_type == "ACCRECPAYMENT"]
    assert len(shares) > 100
    assert all(one.number for one in shares)


def amounts(statement, place=None):
    found = {
        (one.section, one.account_name): one.amounts[place] if place is not None else one.amount for one in statement
    }
    return {line: amount for line, amount in found.items() if amount}


def test_every_column_of_a_statement_is_on_the_basis_that_was_asked_for(accountant, reader):
    period, tenant_id = Period(MONTHS[0], month_end(MONTHS[1])), accountant.tenant_id
    columns = in_parts(period, "month")
    profits = profit_and_loss_by_period(reader, tenant_id, columns, basis="cash")
    sheets = balance_sheet_by_day(reader, tenant_id, columns, basis="cash")
    for place, month in enumerate(MONTHS[:2]):
        alone = profit_and_loss(reader, tenant_id, month, month_end(month), basis="cash")
        assert amounts(profits.lines, place) == amounts(alone)
        assert amounts(sheets.lines, place) == amounts(balance_sheet(reader, tenant_id, month_end(month), basis="cash"))
    regions = profit_and_loss_by_option(reader, tenant_id, period, "Region", basis="cash")
    assert len(regions.columns) > 2
    whole = profit_and_loss(reader, tenant_id, period.start, period.end, basis="cash")
    assert amounts(regions.lines, -1) == amounts(whole)
