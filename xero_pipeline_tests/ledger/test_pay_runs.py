"""Pay runs of Xero Payroll in the ledger: what was UNEXPLAINED is posted, to the cent, and nobody's pay is stored."""

from __future__ import annotations

import json
import shutil
from contextlib import contextmanager
from dataclasses import replace

import pytest

from xero_pipeline.sync.landing.replay import replay
from xero_pipeline.sync.landing.store import Landing
from xero_pipeline.xero.endpoints import chosen
from xero_pipeline_tests.databases import at, opened
from xero_pipeline_tests.ledger.accountant import Accountant
from xero_pipeline_tests.postgresql import a_database_like
from xero_simulator.books.money.pay_runs import EMPLOYEES
from xero_simulator.edits.pay_runs import raise_wage, revert

AUSTRALIA, UNITED_KINGDOM, NEW_ZEALAND = 7, 6, 9
"""Places of simulated organisations with payroll."""


def pay_run_row(*explain):
    (row,) = (row for row in chosen(explain=explain) if row.table == "pay_runs")
    return row


@contextmanager
def paying(place, url, *explain, compared=True):
    """An organisation's ledger over three months with its pay runs; whoever connected may read all reports."""
    accountant = Accountant(invoices=24, months=3, place=place)
    accountant.open()
    bench = accountant.books.bench
    bench.profile = replace(bench.profile, habits=replace(bench.profile.habits, reads_reports=True))
    accountant.rows = {"pay_runs": pay_run_row(*explain)}
    with opened(url) as accountant.warehouse:
        accountant.read()
        accountant.read("pay_runs")
        if compared:
            accountant.pull()
        accountant.keep()
        yield accountant


@pytest.fixture
def duckdb_url(duckdb_template, tmp_path):
    shutil.copy(duckdb_template, tmp_path / "books.duckdb")
    return f"duckdb:///{tmp_path / 'books.duckdb'}"


def payroll_causes(accountant):
    return {(code, cause) for _, code, _, _, cause in accountant.off() if "PAYROLL" in cause}


def posted(accountant):
    """The journals of pay runs by day: net amounts by account code."""
    rows = accountant.warehouse.query(
        "select l.journal_date, a.code, sum(l.net_amount) as net from ledger.journal_lines as l "
        "join xero.accounts as a on a.tenant_id = l.tenant_id and a.account_id = l.account_id "
        "where l.source_type = 'PAYRUN' group by 1, 2"
    ).to_pylist()
    found = {}
    for row in rows:
        found.setdefault(row["journal_date"], {})[row["code"]] = row["net"]
    return found


def truth(accountant):
    """What the simulated Xero posted for pay runs."""
    bench, found = accountant.books.bench, {}
    for one in accountant.books.postings:
        if one.source_type == "PAYSLIP":
            code = bench.tables["Accounts"][one.account_id]["Code"]
            day = found.setdefault(one.date, {})
            day[code] = day.get(code, 0) + one.net_amount
    return found


@pytest.mark.parametrize(
    ("place", "explain"), [(AUSTRALIA, "payroll"), (UNITED_KINGDOM, "payslips"), (NEW_ZEALAND, "payslips")]
)
def test_pay_runs_are_posted_as_xero_posts_them_and_nothing_of_payroll_is_left_unexplained(place, explain, duckdb_url):
    with paying(place, duckdb_url, explain) as accountant:
        assert posted(accountant) == truth(accountant) != {}
        assert payroll_causes(accountant) == set()
        drafts = accountant.one("select count(*) as n from xero.pay_runs where status = 'DRAFT'")["n"]
        assert drafts == 1
        assert len(posted(accountant)) + drafts == accountant.one("select count(*) as n from xero.pay_runs")["n"]


def test_postgresql_posts_the_same_and_a_later_sync_reads_no_payslip_again(postgresql_server, postgresql_template):
    url = a_database_like(at(postgresql_server, postgresql_template))
    with paying(UNITED_KINGDOM, url, "payslips", compared=False) as accountant:
        assert posted(accountant) == truth(accountant) != {}
        again = accountant.sync("pay_runs")
        assert (again.calls, again.tables["pay_runs"].updated) == (2, 0)
        assert accountant.sync("pay_runs", full=True).calls == 8 + len(posted(accountant))


def test_a_pay_run_that_was_reverted_leaves_the_ledger_and_one_that_changed_is_posted_again(duckdb_url):
    with paying(AUSTRALIA, duckdb_url, "payroll", compared=False) as accountant:
        first, second, *_ = sorted(posted(accountant))
        revert(accountant.books, first, accountant.later(minutes=1))
        raise_wage(accountant.books, second, 12_345, accountant.later(minutes=1))
        accountant.read("pay_runs")
        accountant.keep()
        assert first not in posted(accountant)
        assert posted(accountant) == truth(accountant)


def test_totals_alone_do_not_say_which_accounts_a_british_pay_run_is_on_so_it_is_told_and_not_posted(duckdb_url):
    with paying(UNITED_KINGDOM, duckdb_url, "payroll", compared=False) as accountant:
        assert posted(accountant) == {}
        told = "select min(problem) as why from ledger.documents where source_table = 'pay_runs'"
        assert accountant.one(told)["why"].startswith("only its payslips say")


def test_no_employee_is_anywhere_in_the_warehouse_the_landing_zone_or_the_call_log(
    duckdb_url, duckdb_template, tmp_path
):
    """Neither a name nor what one employee earns, of four who are paid; not in rows, their history or raw answers."""
    accountant = Accountant(invoices=24, months=3, place=UNITED_KINGDOM)
    accountant.open()
    accountant.rows = {"pay_runs": pay_run_row("payslips")}
    with opened(duckdb_url) as accountant.warehouse:
        landing = Landing(tmp_path / "landing", accountant.warehouse)
        accountant.read("organisations", "accounts")
        accountant.sync("pay_runs", landing=landing)
        raise_wage(accountant.books, min(run_days(accountant)), 12_345, accountant.later(minutes=1))
        accountant.sync("pay_runs", landing=landing)
        lines = lines_of(accountant.warehouse)
        kept = [json.dumps(rows(accountant, name), default=str) for name in tables(accountant)]
        assert "xero.pay_runs_history" in tables(accountant)
    files = list(landing.read(accountant.tenant_id, ["pay_runs"]))
    landed = [bytes(answer.body).decode() for one in files for answer in one.answers]
    assert len(landed) == 2
    shutil.copy(duckdb_template, tmp_path / "again.duckdb")
    with opened(f"duckdb:///{tmp_path / 'again.duckdb'}") as again:
        (done,) = replay(landing, again, subjects=["pay_runs"])
        assert (done.gaps, lines_of(again)) == ([], lines)
    text = "\n".join([*kept, *landed])
    assert "Regular Hours" in text
    assert [name for first, last, _ in EMPLOYEES for name in (first, last) if name in text] == []
    assert [wage for wage in wages(accountant) if f"{wage}" in text] == []


def lines_of(warehouse):
    sql = "select * exclude (tenant_id, synced_at, valid_from) from xero.pay_run_lines order by pay_run_id, position"
    return warehouse.query(sql).to_pylist()


def run_days(accountant):
    return {run["Day"] for run in accountant.books.bench.pile("HiddenPayRuns") if run["Posted"]}


def wages(accountant):
    runs = accountant.books.bench.pile("HiddenPayRuns")
    return {f"{slip['Gross'] // 100}.{slip['Gross'] % 100:02}" for run in runs for slip in run["Slips"]}


def tables(accountant):
    sql = "select table_schema || '.' || table_name as name from information_schema.tables where table_schema = 'xero'"
    return [row["name"] for row in accountant.warehouse.query(sql).to_pylist()]


def rows(accountant, name):
    return accountant.warehouse.query(f"select * from {name}").to_pylist()
