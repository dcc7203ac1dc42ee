"""A ledger is written again when something that it is made of has changed, and only then."""

from __future__ import annotations

import pytest

from xero_pipeline.ledger.reconcile.cause_file import GivenCause
from xero_pipeline.ledger.update import update_ledger

PLANTED = "select count(*) as n from ledger.trial_balance where account_name = 'planted'"
TOLD = {"stale": {}, "ageing": "days", "causes": ()}
CHANGES = {
    "a document": "update xero.invoices set synced_at = synced_at + interval '1 day'",
    "a line": "update xero.invoice_line_items set synced_at = synced_at + interval '1 day'",
    "an account": "update xero.accounts set synced_at = synced_at + interval '1 day'",
    "a figure of Xero's": "update xero.trial_balance set synced_at = synced_at + interval '1 day'",
    "a figure that is gone": "delete from xero.balance_sheet where period_end = "
    "(select max(period_end) from xero.balance_sheet)",
}


@pytest.fixture
def planted(accountant):
    """A ledger with a mark that the next writing would wipe off."""
    keep(accountant)
    change(accountant, "update ledger.trial_balance set account_name = 'planted'")
    return accountant


def change(accountant, statement):
    with accountant.warehouse.writing() as connection:
        connection.exec_driver_sql(statement)


def value(accountant, sql):
    return next(iter(accountant.one(sql).values()))


def keep(accountant, **told):
    accountant.later(minutes=1)
    given = TOLD | told
    stale = given.pop("stale")
    return update_ledger(accountant.warehouse, accountant.tenant_id, stale, at=accountant.now(), **given)


def test_of_the_same_inputs_it_is_not_written_again_but_noted_as_kept(planted):
    posted = keep(planted)
    assert (posted.documents, posted.written, posted.removed) == (0, 0, 0)
    assert value(planted, PLANTED) > 0
    assert value(planted, "select max(kept_at) as at from ledger.kept") == planted.now()


@pytest.mark.parametrize("statement", CHANGES.values(), ids=CHANGES)
def test_of_other_rows_it_is_written_again(planted, statement):
    change(planted, statement)
    keep(planted)
    assert value(planted, PLANTED) == 0


def test_told_otherwise_it_is_written_again(planted):
    month = value(planted, "select max(period_start) as month from xero.trial_balance")
    account = value(planted, "select min(code) as code from xero.accounts where code <> ''")
    for told in (
        {"stale": {"trial_balance": {month}}},
        {"ageing": "months"},
        {"causes": [GivenCause(1, "", account, "OURS")]},
    ):
        keep(planted, **told)
        assert value(planted, PLANTED) == 0, told
        change(planted, "update ledger.trial_balance set account_name = 'planted'")
