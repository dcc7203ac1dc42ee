"""Statements as they were known on an earlier day are those that were drawn that day."""

from __future__ import annotations

import datetime as dt

import pytest

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.ledger.statements.aged import aged
from xero_pipeline.ledger.statements.balance_sheet import balance_sheet
from xero_pipeline.ledger.statements.profit_and_loss import profit_and_loss
from xero_pipeline.ledger.statements.trial_balance import trial_balance
from xero_pipeline.operations.known_books import books_known_at
from xero_pipeline_tests.thoroughness import proof
from xero_simulator.edits import documents

pytestmark = pytest.mark.slow

FIRST, LAST = dt.date(2026, 2, 1), dt.date(2026, 4, 30)
DAY = dt.date(2026, 4, 14)


def drawn(warehouse, tenant_id):
    """Statements that documents, payments, contacts, accounts and trial balances go into."""
    with warehouse.reading() as connection:
        return {
            "profit and loss": profit_and_loss(connection, tenant_id, FIRST, LAST),
            "on cash basis": profit_and_loss(connection, tenant_id, FIRST, LAST, basis="cash"),
            "balance sheet": balance_sheet(connection, tenant_id, LAST),
            "trial balance": trial_balance(connection, tenant_id, LAST),
            "receivables": aged(connection, tenant_id, "receivables", LAST),
        }


def known(accountant, moment):
    with books_known_at(accountant.warehouse, accountant.tenant_id, moment) as books:
        return drawn(books, accountant.tenant_id)


def a_month_of_work(accountant):
    """What changes an old month: an invoice edited, one voided, a bill entered late; all of it read."""
    edited, voided = [
        row["invoice_id"]
        for row in accountant.warehouse.query(
            "select invoice_id from xero.invoices where status = 'AUTHORISED' and amount_due = total and total > 50 "
            f"and type = 'ACCREC' and currency_code = 'NZD' and date between date '{FIRST}' and date '{LAST}' "
            "order by date, invoice_id limit 2"
        ).to_pylist()
    ]
    documents.edit_invoice(accountant.books, edited, accountant.later(minutes=5), add=20_000)
    documents.void_invoice(accountant.books, voided, accountant.later(minutes=5))
    documents.add_invoice(accountant.books, accountant.later(minutes=5), kind="ACCPAY", net=40_000, day=DAY)
    accountant.later(hours=24)
    accountant.read()
    accountant.pull()
    accountant.keep()


@proof
def test_what_was_known_before_a_change_is_what_was_drawn_then_and_what_is_known_now_is_the_ledger(accountant):
    accountant.keep()
    before, then = drawn(accountant.warehouse, accountant.tenant_id), accountant.later(minutes=1)
    a_month_of_work(accountant)
    after, rows = (
        drawn(accountant.warehouse, accountant.tenant_id),
        accountant.one("select count(*) as n from xero.invoices"),
    )
    assert all(before[name] != after[name] for name in before if name != "on cash basis")
    assert known(accountant, then) == before
    assert known(accountant, accountant.later(minutes=1)) == after
    assert drawn(accountant.warehouse, accountant.tenant_id) == after
    assert accountant.one("select count(*) as n from xero.invoices") == rows


def test_before_the_first_sync_nothing_was_known(accountant):
    with pytest.raises(ConfigurationError, match="begins with the first sync"):
        known(accountant, accountant.now() - dt.timedelta(days=4000))
