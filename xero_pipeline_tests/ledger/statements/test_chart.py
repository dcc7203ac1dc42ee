"""Statements balance whatever the chart of accounts lacks."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from xero_pipeline.ledger.statements.balance_sheet import balance_sheet
from xero_pipeline.ledger.statements.profit_and_loss import profit_and_loss
from xero_pipeline.ledger.statements.trial_balance import trial_balance
from xero_pipeline_tests.ledger.statements.shelves import put, write

TENANT = "a poor chart"
BEFORE, AFTER = dt.date(2027, 6, 1), dt.date(2028, 6, 1)
KNOWN = [("bank", "BANK", "ASSET"), ("sales", "SOMETHINGNEW", "REVENUE"), ("plant", "ALSONEW", "ASSET")]
JOURNALS = [
    (BEFORE, {"bank": 100, "sales": -100}),
    (AFTER, {"bank": -30, "unheard-of": 30}),
    (AFTER, {"bank": -20, "plant": 20}),
]


@pytest.fixture(scope="module", params=["duckdb", "postgresql"])
def poor(request):
    """Types that nobody knows, an account that is not there, no account for earlier profits."""
    warehouse = request.getfixturevalue(f"filled_{request.param}")
    organisation = {"OrganisationID": "o", "FinancialYearEndDay": 31, "FinancialYearEndMonth": 12}
    put(warehouse, TENANT, "organisations", [organisation])
    accounts = [
        {"AccountID": key, "Name": key.title(), "Type": kind, "Class": of, "Status": "ACTIVE"}
        for key, kind, of in KNOWN
    ]
    put(warehouse, TENANT, "accounts", accounts)
    lines = [
        {
            "tenant_id": TENANT,
            "journal_id": f"j{number}",
            "line_number": place,
            "journal_date": day,
            "account_id": account_id,
            "net_amount": Decimal(amount),
            "source_type": "MANJOURNAL",
        }
        for number, (day, amounts) in enumerate(JOURNALS)
        for place, (account_id, amount) in enumerate(amounts.items())
    ]
    write(warehouse, "journal_lines", lines)
    with warehouse.reading() as connection:
        yield connection


def test_an_account_that_is_not_there_stands_among_the_assets(poor):
    sheet = {(line.section, line.account_name): line.amount for line in balance_sheet(poor, TENANT, AFTER)}
    assert sheet["Assets > Accounts not in the chart", "Account unheard-of, not in the chart"] == 30
    assert sheet["Assets > Current Assets", "Plant"] == 20
    assert sheet["Assets", "Total Assets"] == sheet["Equity", "Total Equity"] == 100
    assert sum(line.balance for line in trial_balance(poor, TENANT, AFTER)) == 0


def test_earlier_profits_have_a_line_without_an_account_for_them(poor):
    (line,) = [line for line in balance_sheet(poor, TENANT, AFTER) if line.account_name == "Retained Earnings"]
    assert (line.section, line.amount) == ("Equity", 100)


def test_a_type_nobody_knows_stands_where_its_class_does(poor):
    lines = profit_and_loss(poor, TENANT, BEFORE, AFTER)
    assert ("Income", "Sales", 100) in [(line.section, line.account_name, line.amount) for line in lines]
