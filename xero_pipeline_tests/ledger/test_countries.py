"""Each simulated organisation: whatever its books post without a document has a cause, in six countries' charts."""

from __future__ import annotations

import shutil
from contextlib import contextmanager, suppress

import pytest
from typer.testing import CliRunner

from xero_pipeline.cli.app import app
from xero_pipeline.cli.mock_consent import connect_mock_organisations
from xero_pipeline.cli.output.tie_out_note import without_cause
from xero_pipeline.container import Services
from xero_pipeline.errors import AccessRefused
from xero_pipeline.ledger.reconcile.differences import differences
from xero_pipeline.ledger.statements.trial_balance import trial_balance
from xero_pipeline.settings import Settings
from xero_pipeline.xero.reports.parse_tables import trial_balance_rows
from xero_pipeline_tests.databases import opened
from xero_pipeline_tests.ledger.accountant import DOCUMENTS, REPORTS, Accountant
from xero_pipeline_tests.thoroughness import so_many
from xero_simulator.books.organisations import profile_of
from xero_simulator.books.rates import rate_on

PLACES = range(10)
CAUSES = {"payroll": "PAYROLL", "assets": "DEPRECIATION", "inventory": "INVENTORY"}  # by habit of an organisation


@contextmanager
def kept(place, path):
    """An organisation's ledger over three months, from what the person who connected may read."""
    accountant = Accountant(invoices=24, months=3, place=place)
    accountant.open()
    with opened(f"duckdb:///{path}") as accountant.warehouse:
        for read, names in ((accountant.read, DOCUMENTS), (accountant.pull, REPORTS)):
            for name in names:
                with suppress(AccessRefused):
                    read(name)
        accountant.keep()
        yield accountant


@pytest.fixture
def path(duckdb_template, tmp_path):
    shutil.copy(duckdb_template, tmp_path / "books.duckdb")
    return tmp_path / "books.duckdb"


@pytest.mark.parametrize("place", PLACES[:: so_many(1, 2)], ids=lambda place: profile_of(place).name)
def test_every_difference_of_an_organisation_has_its_cause(place, path):
    habits = profile_of(place).habits
    with kept(place, path) as accountant, accountant.warehouse.reading() as connection:
        found = differences(connection)
        sides = f"select count(*) from ledger.tie_out where statement in {REPORTS}"
        compared = connection.exec_driver_sql(sides).scalar_one()
    assert without_cause(found) == []
    assert not any(one.is_stale for one in found)
    assert (compared > 0) is habits.reads_reports
    causes = {cause for one in found for cause in one.cause.split(", ")}
    expected = {cause for habit, cause in CAUSES.items() if getattr(habits, habit)} if compared else set()
    assert expected == causes & set(CAUSES.values())
    assert bool(found) is bool(expected)
    if compared:
        assert unlike_xeros(accountant) == []
        on_cash_basis(accountant)


def unlike_xeros(accountant):
    """The rates of month ends that are not proven, or not those that Xero valued its reports with."""
    rows = accountant.warehouse.query("select * from ledger.revaluations where foreign_amount <> 0").to_pylist()
    country, today = accountant.books.bench.country, accountant.books.today
    assert rows
    return [
        (row["period_end"], row["currency_code"], row["rate"], row["reason"])
        for row in rows
        for true in [rate_on(country, row["currency_code"], min(row["period_end"], today))]
        if not row["is_proven"] or not row["lowest_rate"] <= true <= row["highest_rate"]
    ]


def on_cash_basis(accountant):
    """Every balance of the last month end is Xero's on cash basis too: what no document shows is the same there."""
    day = accountant.one("select max(period_end) as day from xero.trial_balance where period_end <= '2026-04-30'")[
        "day"
    ]
    asked = {"date": day.isoformat(), "paymentsOnly": "true"}
    *theirs, _ = trial_balance_rows(accountant.books.report("TrialBalance", asked, accountant.now().date()))
    with accountant.warehouse.reading() as connection:
        ours = trial_balance(connection, accountant.tenant_id, day, basis="cash")
    balances = {one.account_id: one.balance for one in ours if one.balance}
    assert balances == {
        one.account_id: one.ytd_debit - one.ytd_credit for one in theirs if one.ytd_debit != one.ytd_credit
    }


def test_explain_says_that_books_without_reports_could_not_be_compared(path, monkeypatch):
    place = next(place for place in PLACES if not profile_of(place).habits.reads_reports)
    with kept(place, path) as accountant:
        month = accountant.one("select max(journal_date) as day from ledger.journals")["day"]
    for name in ("XERO_STATE_URL", "XERO_ENCRYPTION_KEY", "XERO_SCOPES", "DAGSTER_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XERO_MOCK_MODE", "true")
    monkeypatch.setenv("XERO_PIPELINE_HOME", str(path.parent / "home"))
    monkeypatch.setenv("XERO_WAREHOUSE_URL", f"duckdb:///{path}")
    monkeypatch.setattr(Services, "simulator", property(lambda services: accountant))
    services = Services(Settings.load())
    connect_mock_organisations(services)
    services.close()

    def explain(*words):
        done = CliRunner().invoke(app, ["explain", *words, "--organisation", profile_of(place).name])
        return done.exit_code, " ".join(done.stderr.split()), done.stdout

    code, said, _ = explain()
    assert (code, "could be compared" in said, "ties out" in said) == (0, True, False), said
    assert said.startswith(f"Nothing of {profile_of(place).name} could be compared")
    code, said, shown = explain("090", f"{month:%Y-%m}")
    assert (code, "It could not be compared" in said, "ties out" in said) == (0, True, False), said
    assert "What moved" in shown
