"""Depreciation and disposals in the ledger: what was UNEXPLAINED is posted, to the cent, or told."""

from __future__ import annotations

import datetime as dt
import shutil

import pytest

from xero_pipeline_tests.databases import at, opened
from xero_pipeline_tests.ledger.accountant import Accountant
from xero_pipeline_tests.postgresql import a_database_like
from xero_simulator.edits.records import lock_books

AUSTRALIA = 7
"""The place of a simulated organisation with payroll and a register of fixed assets."""
POSTED = ("DEPRECIATION", "DISPOSAL")


@pytest.fixture(params=["duckdb", "postgresql"])
def registrar(request, tmp_path):
    """An organisation's ledger over six months with its register, read before its reports."""
    if request.param == "postgresql":
        server, template = (request.getfixturevalue(f"postgresql_{name}") for name in ("server", "template"))
        url = a_database_like(at(server, template))
    else:
        shutil.copy(request.getfixturevalue("duckdb_template"), tmp_path / "books.duckdb")
        url = f"duckdb:///{tmp_path / 'books.duckdb'}"
    accountant = Accountant(invoices=24, months=6, place=AUSTRALIA)
    accountant.open()
    with opened(url) as accountant.warehouse:
        accountant.read("organisations", "accounts", "bank_transactions", "fixed_assets")
        accountant.keep()
        yield accountant


def posted(accountant):
    """The journals of the register by day: net amounts by account."""
    rows = accountant.warehouse.query(
        "select journal_date, account_id, sum(net_amount) as net from ledger.journal_lines "
        f"where source_type in {POSTED} group by 1, 2"
    ).to_pylist()
    found = {}
    for row in rows:
        found.setdefault(row["journal_date"], {})[row["account_id"]] = row["net"]
    return found


def truth(accountant):
    """What the simulated Xero posted of its register: it says no source of that."""
    found = {}
    for one in accountant.books.postings:
        if one.source_type == "":
            day = found.setdefault(one.date, {})
            day[one.account_id] = day.get(one.account_id, 0) + one.net_amount
    return found


def test_depreciation_and_disposals_are_posted_as_xero_posts_them(registrar):
    assert posted(registrar) == truth(registrar) != {}
    kinds = "select count(distinct source_type) as n from ledger.journals where source_table = 'fixed_assets'"
    assert registrar.one(kinds)["n"] == len(POSTED)


def test_nothing_of_the_register_is_left_unexplained(tmp_path, duckdb_template):
    shutil.copy(duckdb_template, tmp_path / "books.duckdb")
    accountant = Accountant(invoices=24, months=6, place=AUSTRALIA)
    accountant.open()
    with opened(f"duckdb:///{tmp_path / 'books.duckdb'}") as accountant.warehouse:
        accountant.read()
        accountant.read("fixed_assets", "pay_runs")
        accountant.pull()
        accountant.keep()
        assert accountant.off() == []
        assert accountant.one("select min(explained_share) as share from ledger.coverage")["share"] == 1


def test_a_price_whose_account_no_document_shows_leaves_the_disposal_unposted_and_is_told(registrar):
    registrar.change("UPDATE xero.bank_transactions SET is_deleted = TRUE WHERE reference = 'Bench saw sold'")
    registrar.change("UPDATE xero.bank_transaction_line_items SET line_amount = 249 WHERE line_amount = 250")
    registrar.keep()
    told = registrar.warehouse.query(
        "select problem from ledger.documents where source_table = 'fixed_assets' and problem is not null"
    ).to_pylist()
    assert told
    assert {"names no account of the chart" in one["problem"] for one in told} == {True}


def test_a_register_that_does_not_add_up_is_told_by_asset(registrar):
    registrar.change("UPDATE xero.fixed_assets SET problem = 'it does not add up' WHERE asset_name = 'Website'")
    registrar.change(
        "DELETE FROM xero.fixed_asset_postings WHERE asset_id IN (SELECT asset_id FROM xero.fixed_assets "
        "WHERE asset_name = 'Website')"
    )
    registrar.keep()
    told = registrar.one("select problem, is_posted from ledger.documents where problem is not null")
    assert (told["problem"], told["is_posted"]) == ("it does not add up", False)


def test_a_register_that_is_read_later_changes_no_locked_month(tmp_path, duckdb_template):
    shutil.copy(duckdb_template, tmp_path / "books.duckdb")
    accountant = Accountant(invoices=24, months=6, place=AUSTRALIA)
    accountant.open()
    with opened(f"duckdb:///{tmp_path / 'books.duckdb'}") as accountant.warehouse:
        lock_books(accountant.books, dt.date(2025, 12, 31))
        accountant.read("organisations", "accounts", "bank_transactions")
        accountant.keep()
        accountant.later(hours=48)
        accountant.keep()
        accountant.read("fixed_assets", "pay_runs")
        accountant.keep()
        assert min(posted(accountant)) < dt.date(2025, 12, 31)
        assert accountant.one("select count(*) as n from xero.locked_document_changes")["n"] == 0
