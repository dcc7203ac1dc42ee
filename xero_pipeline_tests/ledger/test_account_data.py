"""The ledger and Xero's Account Data API: balances are compared, and lines take the place of what no document shows."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import replace
from functools import partial

import pytest

from xero_pipeline.ledger.reconcile.account_lines import AccountLine, unexplained_months, whole_journals
from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline.xero.endpoints import chosen
from xero_pipeline_tests.databases import at
from xero_pipeline_tests.ledger.accountant import Accountant
from xero_pipeline_tests.postgresql import a_database_like

AMERICA = 3
"""The place of a simulated organisation with payroll, a register of fixed assets and inventory."""
CASH = "trial_balance_cash"
FEBRUARY = dt.date(2026, 2, 28)
BOTH = ("account_balances", "account_balances_cash")


def read_account_data(accountant):
    accountant.sync("account_balances")
    told = partial(unexplained_months, accountant.warehouse, accountant.tenant_id)
    return accountant.sync("account_transactions", unexplained=told)


def opened(url, **habits):
    """An organisation's ledger over four months, and its balances on both bases."""
    accountant = Accountant(invoices=16, months=4, place=AMERICA)
    accountant.open()
    bench = accountant.books.bench
    bench.profile = replace(bench.profile, habits=replace(bench.profile.habits, **habits))
    since = accountant.books.bench.config.first_month
    accountant.rows = {
        one.table: one for one in chosen(explain=("account-data",), cash_basis=True, since=since) if one.bases
    }
    accountant.warehouse = Warehouse(url)
    accountant.read()
    accountant.sync("account_balances")
    accountant.pull()
    accountant.keep()
    return accountant


@pytest.fixture(scope="module", params=["duckdb", "postgresql"])
def accountant(request, tmp_path_factory):
    if request.param == "postgresql":
        server, template = (request.getfixturevalue(f"postgresql_{name}") for name in ("server", "template"))
        return opened(a_database_like(at(server, template)))
    file = tmp_path_factory.mktemp("balances") / "books.duckdb"
    shutil.copy(request.getfixturevalue("duckdb_template"), file)
    return opened(f"duckdb:///{file}")


def compared(accountant):
    rows = accountant.warehouse.query("select statement, count(*) as n from ledger.tie_out group by 1").to_pylist()
    return {row["statement"]: row["n"] for row in rows if row["statement"] in BOTH}


def shares(accountant):
    """Which part of all that moved is explained, by month."""
    return [
        row["s"] for row in accountant.warehouse.query("select explained_share as s from ledger.coverage").to_pylist()
    ]


@pytest.fixture(scope="module")
def explained(accountant):
    """The same ledger with the lines of what no document showed, and what was explained without them."""
    accountant.without = shares(accountant)
    read_account_data(accountant)
    accountant.keep()
    return accountant


def test_every_balance_on_both_bases_is_that_of_the_ledger(accountant):
    found = compared(accountant)
    assert all(found[name] > 50 for name in BOTH)
    assert accountant.off(statements=BOTH) == []


def test_a_balance_that_differs_is_told_in_its_month_once_both_were_said_at_the_same_time(accountant):
    accountant.later(hours=1)
    accountant.sync("account_balances")
    changed = "update xero.account_balances set signed_balance = signed_balance + {} where account_id = ("
    changed += "select account_id from xero.accounts where code = '090') and month_end = '2026-01-31'"
    accountant.change(changed.format(5))
    accountant.keep()
    differing = {(one, "090", day, off) for one in BOTH for day, off in ((dt.date(2026, 1, 31), -5), (FEBRUARY, 5))}
    assert {row[:4] for row in accountant.off(statements=BOTH)} == differing
    accountant.change(changed.format(-5))


def test_lines_that_come_to_what_no_document_shows_are_posted_on_their_days(explained):
    assert max(explained.without) < 1
    assert set(shares(explained)) == {1}
    assert explained.off() == []
    days = explained.warehouse.query(
        "select distinct journal_date as day from ledger.journals where source_type = 'ACCOUNT-DATA'"
    ).to_pylist()
    seen = {one.date for one in explained.books.postings if one.source_type == "PAYSLIP"}
    assert seen <= {row["day"] for row in days}


def test_what_is_posted_is_not_asked_for_again(explained):
    again = read_account_data(explained)
    assert (again.calls, again.tables["account_transactions"].updated) == (1, 0)


def test_balances_of_all_years_are_known_by_the_trial_balance(duckdb_template, tmp_path):
    shutil.copy(duckdb_template, tmp_path / "books.duckdb")
    accountant = opened(f"duckdb:///{tmp_path / 'books.duckdb'}", sums_all_years=True)
    assert all(compared(accountant)[name] > 50 for name in BOTH)
    assert accountant.off(statements=BOTH) == []


def line(journal, account, amount, month=1):
    return AccountLine(month, account, account, journal, dt.date(2026, month, 9), amount, None, None)


def test_a_journal_posts_whole_and_only_if_all_on_its_accounts_come_to_what_is_unexplained():
    good, one_sided = [line(1, "a", 5), line(1, "b", -5)], [line(2, "c", 7)]
    told = {(1, "a"): 5, (1, "b"): -5, (1, "c"): 7}
    assert set(whole_journals([*good, *one_sided], told)) == {"1"}
    assert whole_journals(good, {(1, "a"): 5, (1, "b"): -4}) == {}
    # The second shares an account with one that cannot post.
    second = [line(3, "a", 1), line(3, "d", -1)]
    assert whole_journals([*good, *second], {(1, "a"): 6, (1, "b"): -4, (1, "d"): -1}) == {}
