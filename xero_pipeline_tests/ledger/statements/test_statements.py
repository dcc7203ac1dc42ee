"""Statements from the journals are the simulated Xero's own, to the cent, on every month end and on odd days."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.ledger.statements.balance_sheet import balance_sheet
from xero_pipeline.ledger.statements.bank_summary import bank_summary
from xero_pipeline.ledger.statements.profit_and_loss import profit_and_loss
from xero_pipeline.ledger.statements.trial_balance import trial_balance
from xero_pipeline.xero.reports.parse_statements import balance_sheet_rows, statement_rows
from xero_pipeline.xero.reports.parse_tables import bank_summary_rows, trial_balance_rows
from xero_pipeline_tests.ledger.statements.conftest import FIRST, TODAY
from xero_simulator.reports.balances import Balances
from xero_simulator.values.days import month_end

MONTHS = [FIRST, *(dt.date(2027 + (11 + n) // 12, (11 + n) % 12 + 1, 1) for n in range(8))]
ODD_DAYS = [
    dt.date(2028, 2, 28),
    dt.date(2028, 2, 29),
    dt.date(2028, 3, 1),
    dt.date(2028, 4, 1),
    dt.date(2028, 5, 17),
    dt.date(2028, 7, 1),
    TODAY,
]
RANGES = [
    (dt.date(2028, 2, 20), dt.date(2028, 4, 10)),
    (dt.date(2028, 2, 29), dt.date(2028, 2, 29)),
    (dt.date(2027, 8, 1), dt.date(2028, 7, 31)),
]


def reported(company, name, **params):
    dates = {key: value.isoformat() for key, value in params.items()}
    return company.report(name, {"standardLayout": "true", **dates}, TODAY)


def lines(statement):
    """Without what Xero's answers have and ours have not, and the other way round."""
    return [(r.position, r.section, r.line_type, r.account_id, r.account_name, r.amount) for r in statement]


def figures(row):
    return row.account_name, row.opening_balance, row.cash_received, row.cash_spent, row.closing_balance


def test_the_profit_and_loss_of_every_month(here):
    for month in MONTHS:
        ours = profit_and_loss(here.connection, here.tenant_id, month, month_end(month))
        theirs = reported(here.company, "ProfitAndLoss", fromDate=month, toDate=month_end(month))
        assert lines(ours) == lines(statement_rows(theirs, 0))


@pytest.mark.parametrize(("first", "last"), RANGES)
def test_the_profit_and_loss_of_any_range(here, first, last):
    ours = profit_and_loss(here.connection, here.tenant_id, first, last)
    theirs = reported(here.company, "ProfitAndLoss", fromDate=first, toDate=last)
    assert lines(ours) == lines(statement_rows(theirs, 0))


def test_the_balance_sheet_of_every_month(here):
    for month in MONTHS:
        ours = balance_sheet(here.connection, here.tenant_id, month_end(month))
        theirs = reported(here.company, "BalanceSheet", date=month)
        assert lines(ours) == lines(balance_sheet_rows(theirs, 0))


def test_current_and_earlier_years_profit_on_any_day(here):
    for day in ODD_DAYS:
        truth = Balances(here.company, here.company.ledger, day)
        (retained,) = [
            row for row in here.company.records("Accounts") if row.get("SystemAccount") == "RETAINEDEARNINGS"
        ]
        found = {line.account_name: line.amount for line in balance_sheet(here.connection, here.tenant_id, day)}
        assert found.get("Current Year Earnings", 0) == truth.current_year_earnings
        assert found.get("Retained Earnings", 0) == -truth.of(retained)


def test_the_trial_balance_of_every_month_and_any_day(here):
    for day in [*map(month_end, MONTHS), *ODD_DAYS]:
        ours = trial_balance(here.connection, here.tenant_id, day)
        *theirs, total = trial_balance_rows(reported(here.company, "TrialBalance", date=day))
        assert [(r.account_id, r.debit, r.credit, r.ytd_debit, r.ytd_credit) for r in ours] == [
            (r.account_id, r.debit, r.credit, r.ytd_debit, r.ytd_credit) for r in theirs
        ]
        for name in ("debit", "credit", "ytd_debit", "ytd_credit"):
            assert sum(getattr(line, name) for line in ours) == getattr(total, name)


def test_a_trial_balance_counts_movements_since_any_day(here):
    first, last = dt.date(2028, 1, 10), dt.date(2028, 5, 17)
    for line in trial_balance(here.connection, here.tenant_id, last, first):
        assert line.movement == here.company.ledger.movement(line.account_id, first, last)
        assert line.movement == line.debit - line.credit
        assert line.balance == line.ytd_debit - line.ytd_credit


def test_the_bank_summary_of_every_month_and_any_range(here):
    spans = [*((month, month_end(month)) for month in MONTHS), *RANGES]
    for first, last in spans:
        ours = bank_summary(here.connection, here.tenant_id, first, last)
        theirs = bank_summary_rows(reported(here.company, "BankSummary", fromDate=first, toDate=last))
        assert {row.account_id: figures(row) for row in ours} == {row.account_id: figures(row) for row in theirs}


def test_an_organisation_that_was_never_synced_is_refused_by_what_to_do(reader):
    with pytest.raises(ConfigurationError, match="--select organisations"):
        balance_sheet(reader, "nobody", TODAY)


def test_a_zero_never_has_a_sign(here):
    for line in trial_balance(here.connection, here.tenant_id, TODAY):
        for amount in (line.debit, line.credit, line.ytd_debit, line.ytd_credit):
            assert not (amount == 0 and Decimal(amount).is_signed())
