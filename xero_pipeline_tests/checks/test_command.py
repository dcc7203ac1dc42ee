"""`checks` at the terminal: what was found, what a person knows of it, and an honest end."""

from __future__ import annotations

import json
import shutil

import pytest
from typer.testing import CliRunner

from xero_pipeline import clock
from xero_pipeline.cli.app import app
from xero_pipeline.container import Services
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.ledger.update import update_ledger
from xero_pipeline.settings import Settings
from xero_pipeline.state.tables import state_table
from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline_tests.checks.conftest import NOON, TENANT, CheckedBooks

BROKEN = (
    "-- title: T\n-- why: W\n-- evidence: E\nselect no as finding_key from xero.contacts where tenant_id = :tenant_id"
)


@pytest.fixture
def written(duckdb_template, tmp_path, monkeypatch):
    """Books with two bills that are alike, of an organisation that is connected."""
    for name in ("XERO_WAREHOUSE_URL", "XERO_STATE_URL", "XERO_CHECKS", "DAGSTER_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XERO_PIPELINE_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    shutil.copy(duckdb_template, tmp_path / "books.duckdb")
    services = Services(Settings.load())
    one = {"tenant_id": TENANT, "name": "O", "status": "connected", "connected_at": NOON}
    with services.state.begin() as connection:
        connection.execute(state_table("organisations").insert(), [one])
    services.close()
    books = CheckedBooks(Warehouse(f"duckdb:///{tmp_path / 'books.duckdb'}"))
    for number in (1, 2):
        books.document("invoices", f"bill {number}", f"2026-0{number}-01", invoice_number="INV-77")
    update_ledger(books.warehouse, TENANT, {}, at=clock.now())
    return books


def checks(*words):
    done = CliRunner().invoke(app, ["checks", *words])
    assert "Traceback" not in done.output
    return done.exit_code, done.stdout, " ".join(done.stderr.split())


def finding(*words):
    (one,) = json.loads(checks("--json", *words)[1])["findings"]
    return one


def test_nothing_is_said_to_be_well_before_a_check_was_asked(written):
    code, told, _ = checks()
    assert (code, "No check was asked yet" in told) == (0, True)


def test_a_finding_is_shown_until_it_is_dismissed_and_again_when_it_is_opened(written):
    code, told, _ = checks("--now")
    one = finding()
    assert code == 0
    assert "Bills that may be entered twice" in told and one["id"] in told and "2026-02-01" in told
    assert one["evidence"]["earlier_date"] == "2026-01-01"
    with pytest.raises(ConfigurationError, match="--reason TEXT"):
        CliRunner().invoke(app, ["checks", "--dismiss", one["id"]], catch_exceptions=False)
    code, _, said = checks("--dismiss", one["id"], "--by", "Ana", "--reason", "Two deliveries")
    assert (code, said.startswith("Dismissed: 1.")) == (0, True)
    assert one["id"] not in checks()[1]
    assert "Ana: " in checks("--dismissed")[1]
    assert finding("--dismissed")["dismissed_by"] == "Ana"
    assert checks("--reopen", one["id"])[0] == 0
    assert one["id"] in checks("--check", "duplicate_bills")[1]


@pytest.fixture
def no_login(monkeypatch):
    def unknown():
        raise KeyError("getpwuid(): uid not found: 1000")  # Python 3.11; OSError since 3.13

    monkeypatch.setattr("getpass.getuser", unknown)


def test_without_a_login_a_person_has_to_say_who_dismisses(written, no_login):
    checks("--now")
    one = finding()["id"]
    with pytest.raises(ConfigurationError, match="Say who dismisses it: --by NAME"):
        CliRunner().invoke(app, ["checks", "--dismiss", one, "--reason", "Known"], catch_exceptions=False)
    assert finding()["id"] == one


def test_without_a_login_a_finding_can_be_opened_again(written, no_login):
    checks("--now")
    one = finding()["id"]
    assert checks("--dismiss", one, "--by", "Ana", "--reason", "Known")[0] == 0
    assert checks("--reopen", one)[0] == 0
    assert finding()["id"] == one


def test_a_check_that_cannot_be_asked_is_named_and_ends_with_1(written, tmp_path, monkeypatch):
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "mine.sql").write_text(BROKEN)
    monkeypatch.setenv("XERO_CHECKS", str(tmp_path / "own"))
    code, told, said = checks("--now")
    assert code == 1
    assert "mine cannot be asked of O: The database refuses it" in said
    assert "INV-77" in told
    monkeypatch.delenv("XERO_CHECKS")
    assert checks()[0] == 0, "it is no more"


def test_a_name_that_is_no_check_is_refused_with_those_there_are(written):
    with pytest.raises(ConfigurationError, match="no check nonsense. There are: duplicate_bills,"):
        CliRunner().invoke(app, ["checks", "--check", "nonsense"], catch_exceptions=False)
