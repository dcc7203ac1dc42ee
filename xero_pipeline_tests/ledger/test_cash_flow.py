"""The statement of cash flows leads from what all bank accounts held to what they hold, by activity."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from xero_pipeline.calendar import month_end
from xero_pipeline.ledger.statements.bank_summary import bank_summary
from xero_pipeline.ledger.statements.cash import Flow
from xero_pipeline.ledger.statements.cash_flow import CASH, EXCHANGE, UNKNOWN, cash_flow, of_flows
from xero_pipeline.ledger.statements.chart import Account
from xero_pipeline.ledger.statements.profit_and_loss import profit_and_loss

RANGES = [
    (dt.date(2025, 11, 1), dt.date(2026, 5, 31)),
    (dt.date(2026, 2, 1), dt.date(2026, 2, 28)),
    (dt.date(2026, 3, 17), dt.date(2026, 4, 9)),
]


@pytest.fixture
def reader(accountant):
    with accountant.warehouse.reading() as connection:
        yield connection


@pytest.mark.parametrize(("first", "last"), RANGES)
def test_it_leads_from_the_opening_to_the_closing_balance_of_all_bank_accounts(accountant, reader, first, last):
    lines = cash_flow(reader, accountant.tenant_id, first, last)
    banks = bank_summary(reader, accountant.tenant_id, first, last)
    net, opening, closing = [line.amount for line in lines[-3:]]
    assert opening == sum(bank.opening_balance for bank in banks)
    assert closing == opening + net == sum(bank.closing_balance for bank in banks)
    shown = [line.amount for line in lines if line.line_type == "account" or line.account_name in {EXCHANGE, UNKNOWN}]
    assert sum(shown) == net
    activities = [line.amount for line in lines if line.account_name.startswith("Net Cash Flows from")]
    apart = [line.amount for line in lines if line.account_name in {EXCHANGE, UNKNOWN}]
    assert sum(activities) + sum(apart) == net
    assert [line.position for line in lines] == list(range(1, len(lines) + 1))


def test_what_customers_paid_is_the_income_of_the_invoices_they_paid(accountant, reader):
    """Of income that moves only with money: each account's receipts are its profit and loss on cash basis."""
    first, last = dt.date(2026, 2, 1), month_end(dt.date(2026, 2, 1))
    received = {
        line.account_name: line.amount
        for line in cash_flow(reader, accountant.tenant_id, first, last)
        if line.cash_type == "Receipts from customers" and line.line_type == "account"
    }
    income = [
        line
        for line in profit_and_loss(reader, accountant.tenant_id, first, last, basis="cash")
        if line.section == "Income" and line.line_type == "account"
    ]
    same = [line.account_name for line in income if received.get(line.account_name) == line.amount]
    assert len(same) > len(income) // 2 > 0


def account(name, kind, of):
    return Account(name, None, name, kind, of)


SALES, RENT = account("sales", "REVENUE", "REVENUE"), account("rent", "OVERHEADS", "EXPENSE")
VAN, SHARES = account("van", "FIXED", "ASSET"), account("shares", "NONCURRENT", "ASSET")
LOAN, OWNER = account("loan", "TERMLIAB", "LIABILITY"), account("owner", "EQUITY", "EQUITY")
TAX, LENT = account("tax", "CURRLIAB", "LIABILITY"), account("lent", "CURRENT", "ASSET")
SAVINGS = account("savings", "BANK", "ASSET")
CUSTOMERS, SUPPLIERS = "Receipts from customers", "Payments to suppliers and employees"


def flow(counter, received=0, spent=0, source_type="CASHREC"):
    return Flow("bank", source_type, counter, Decimal(received), Decimal(spent))


@pytest.mark.parametrize(
    ("found", "told"),
    [
        # As in the example of getFinancialStatementCashflow in Xero's OpenAPI description of the Finance API.
        (flow(SALES, 10, 30), {CUSTOMERS: -20}),
        (flow(LENT, 35, 75), {CUSTOMERS: 35, SUPPLIERS: -75}),
        (
            flow(VAN, 1000, 36_000),
            {
                "Payment for property, plant and equipment": -36_000,
                "Proceeds from sale of property, plant and equipment": 1000,
            },
        ),
        (flow(LOAN, 1000, 15_000), {"Proceeds from borrowings": 1000, "Repayment of borrowings": -15_000}),
        # What Xero does not say.
        (flow(RENT, 5, 105), {SUPPLIERS: -100}),
        (flow(TAX, 20, 50), {CUSTOMERS: 20, SUPPLIERS: -50}),
        (flow(SHARES, 0, 7), {"Other cash items from investing activities": -7}),
        (flow(OWNER, 9, 2), {"Other cash items from financing activities": 7}),
        (flow(SAVINGS, 9, 9), {}),
        (flow(SAVINGS, 9, 8), {EXCHANGE: 1}),
        (flow(None, 4, 0, "UNEXPLAINED"), {UNKNOWN: 4}),
        (flow(RENT, 0, 4, "UNEXPLAINED"), {UNKNOWN: -4}),
    ],
)
def test_where_money_stands(found, told):
    lines = of_flows(Decimal(100), [found])
    types = {line.cash_type: line.amount for line in lines if line.line_type == "total" and line.cash_type}
    apart = {line.account_name: line.amount for line in lines if line.activity == CASH}
    assert types | {key: amount for key, amount in apart.items() if key in {EXCHANGE, UNKNOWN}} == told
    assert apart["Cash and cash equivalents at end of period"] == 100 + sum(told.values())
