"""Cash movement: every bank account's lines lead from its opening to its closing balance."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal

import pytest

from xero_pipeline.ledger.statements.bank_summary import bank_summary
from xero_pipeline.ledger.statements.cash import cash_movement
from xero_pipeline_tests.ledger.statements.conftest import FIRST, TODAY
from xero_pipeline_tests.ledger.statements.shelves import put, write

RANGES = [(FIRST, TODAY), (dt.date(2028, 2, 29), dt.date(2028, 4, 10)), (dt.date(2028, 5, 1), dt.date(2028, 5, 31))]
DAY = dt.date(2028, 3, 5)


@pytest.mark.parametrize(("first", "last"), RANGES)
def test_opening_and_movements_are_closing_and_the_bank_summary(here, first, last):
    lines = cash_movement(here.connection, here.tenant_id, first, last)
    assert [line.position for line in lines] == list(range(1, len(lines) + 1))
    for bank in bank_summary(here.connection, here.tenant_id, first, last):
        opening, *movements, closing = [line for line in lines if line.account_id == bank.account_id]
        assert (opening.line_type, closing.line_type) == ("opening", "closing")
        assert (opening.amount, closing.amount) == (bank.opening_balance, bank.closing_balance)
        assert sum(line.cash_received for line in movements) == bank.cash_received
        assert sum(line.cash_spent for line in movements) == bank.cash_spent
        assert opening.amount + sum(line.amount for line in movements) == closing.amount


def test_money_is_shown_by_its_source_and_the_account_on_the_other_side(here):
    first, last = RANGES[0]
    banks = {row["AccountID"] for row in here.company.records("Accounts") if row["Type"] == "BANK"}
    journals = defaultdict(list)
    for posting in here.company.postings:
        if first <= posting.date <= last:
            journals[posting.journal_id].append(posting)
    expected = defaultdict(Decimal)
    for postings in journals.values():
        mine = [one for one in postings if one.account_id in banks]
        if len(mine) == 1:
            for other in postings:
                if other is not mine[0]:
                    expected[mine[0].account_id, other.source_type, other.account_id] -= other.net_amount
        for one, other in [mine, mine[::-1]] if len(mine) == 2 else []:
            expected[one.account_id, one.source_type, other.account_id] += one.net_amount
    found = {
        (line.account_id, line.source_type, line.counter_account_id): line.amount
        for line in cash_movement(here.connection, here.tenant_id, first, last)
        if line.line_type == "movement"
    }
    assert {key: amount for key, amount in found.items() if amount} == {k: v for k, v in expected.items() if v}


def test_what_no_document_shows_stands_alone(warehouse):
    tenant_id = "unexplained"
    accounts = [
        {"AccountID": "bank", "Name": "Bank", "Type": "BANK", "Class": "ASSET", "Status": "ACTIVE"},
        {"AccountID": "fee", "Name": "Fees", "Type": "EXPENSE", "Class": "EXPENSE", "Status": "ACTIVE"},
        {"AccountID": "loan", "Name": "Loan", "Type": "TERMLIAB", "Class": "LIABILITY", "Status": "ACTIVE"},
    ]
    organisation = {"OrganisationID": "o", "FinancialYearEndDay": 31, "FinancialYearEndMonth": 12}
    put(warehouse, tenant_id, "organisations", [organisation])
    put(warehouse, tenant_id, "accounts", accounts)
    amounts = {"bank": 70, "fee": 30, "loan": -100}
    lines = [
        {
            "tenant_id": tenant_id,
            "journal_id": "j",
            "line_number": place,
            "journal_date": DAY,
            "account_id": account_id,
            "net_amount": Decimal(amount),
            "source_type": "UNEXPLAINED",
        }
        for place, (account_id, amount) in enumerate(amounts.items())
    ]
    if not warehouse.query("SELECT 1 AS one FROM ledger.journal_lines WHERE tenant_id = :t", {"t": tenant_id}).num_rows:
        write(warehouse, "journal_lines", lines)
    with warehouse.reading() as connection:
        _, line, _ = cash_movement(connection, tenant_id, DAY, DAY)
    assert (line.source_type, line.counter_account_id, line.cash_received) == ("UNEXPLAINED", None, 70)
