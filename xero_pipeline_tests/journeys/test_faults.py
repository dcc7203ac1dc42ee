"""Whatever Xero does to a sync, it heals or says what to do; and the next sync makes it whole."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from xero_pipeline_tests.journeys.home import IMPATIENT, Done, Home
from xero_pipeline_tests.journeys.truth import Facts, kept, truth
from xero_pipeline_tests.journeys.watched import Watched
from xero_pipeline_tests.thoroughness import proof
from xero_simulator.faults.catalogue import Fault, FaultKind

PASSING = (
    Fault("minute_limit", path="Accounts", seconds=1),
    Fault("app_limit", path="Items", seconds=1),
    Fault("concurrent_limit", path="Currencies", times=2),
    Fault("server_error", path="Contacts"),
    Fault("unavailable", path="Invoices", times=2),
    Fault("gateway", path="Payments"),
    Fault("invalid_json", path="PurchaseOrders"),
    Fault("truncated", path="CreditNotes"),
    Fault("dropped", path="BankTransactions"),
    Fault("lost_answer", path="ManualJournals"),
    Fault("slow", path="Users", seconds=0.2),
    Fault("expired_token", path="TaxRates"),
    # The refresh that the expired token asks for.
    Fault("lost_answer", path="connect/token"),
    Fault("new_fields", path="BrandingThemes"),
    Fault("new_enum", path="Overpayments"),
    Fault("dropped", path="Reports/ProfitAndLoss"),
    Fault("truncated", path="Reports/BankSummary", after=1),
)
LASTING: dict[FaultKind, tuple[str, str, str]] = {
    "revoked_token": ("Accounts", "accounts", "Run `xero-pipeline connect` again"),
    "disconnected": ("Contacts", "contacts", "does not let us into this organisation any more"),
    "unavailable": ("Invoices", "invoices", "Xero is not available"),
    "invalid_json": ("Users", "users", "answered HTTP 200 with a page for people"),
    "dropped": ("Reports/BankSummary", "bank_summary", "could not be reached"),
}
UNHARMED = ("credit_notes", "items", "payments", "profit_and_loss")


@pytest.fixture(scope="module")
def whole(xero: Watched) -> Facts:
    with truth(xero.url) as told:
        return told.facts()


@proof
def test_every_fault_that_passes_heals_within_the_same_sync(new_home: Home, xero: Watched, whole: Facts) -> None:
    assert new_home.connect().code == 0
    tokens_before = xero.simulator.calls["", "connect/token"]
    with xero.looking():
        xero.simulator.faults.add(*PASSING)
        # With more reports it would be more calls than a minute has, and wait for the next.
        done = new_home.sync(prelude=IMPATIENT, XERO_REPORTS="profit_and_loss,bank_summary")
        assert xero.simulator.faults.pending() == []
    assert done.code == 0, done.said
    assert kept(new_home) == whole
    assert xero.simulator.calls["", "connect/token"] == tokens_before + 2
    novel = new_home.query("SELECT count(*) FROM xero.overpayments WHERE status = 'SIMULATED_NEW_VALUE'")
    assert novel == [(1,)]
    themes = new_home.query("SELECT count(*) FROM xero.branding_themes WHERE raw ->> 'SimulatedText' = 'new'")
    assert themes == [(whole["branding_themes"][0],)]
    assert months(new_home, "bank_summary") == months(new_home, "profit_and_loss") >= 3


@proof
def test_a_fault_that_lasts_fails_its_asset_only_and_the_next_sync_makes_it_whole(
    new_home: Home, xero: Watched, whole: Facts
) -> None:
    assert new_home.connect().code == 0
    failing = [table for _, table, _ in LASTING.values()]
    select = [word for table in (*failing, *UNHARMED) for word in ("--select", table)]
    with xero.looking():
        for kind, (path, _, _) in LASTING.items():
            xero.simulator.faults.add(Fault(kind, path=path, times=None))
        done = new_home.sync(*select, prelude=IMPATIENT)
    assert done.code == 1
    assert "Traceback" not in done.said
    for _, table, words in LASTING.values():
        assert words in line_of(done, table)
        assert new_home.query(f"SELECT count(*) FROM xero.{table}") == [(0,)]
    now = kept(new_home)
    assert [now[table] for table in UNHARMED[:3]] == [whole[table] for table in UNHARMED[:3]]
    assert months(new_home, "profit_and_loss") >= 3
    runs = json.loads(new_home.run("logs", "--json").out)
    assert sorted((run["job"], run["state"]) for run in runs) == [
        ("pull_reports", "failure"),
        ("sync_organisation", "failure"),
    ]
    assert all(run["error"] for run in runs)

    done = new_home.sync(*select)
    assert done.code == 0, done.said
    now = kept(new_home)
    assert [now[table] for table in failing[:4]] == [whole[table] for table in failing[:4]]
    assert months(new_home, "bank_summary") == months(new_home, "profit_and_loss")


def months(home: Home, report: str) -> int:
    return home.query(f"SELECT count(DISTINCT period_start) FROM xero.{report}")[0][0]


def line_of(done: Done, table: str) -> str:
    """What was said about an asset when it failed: once, with all the assets it is true of before it."""
    starts = ("Error: ", "Warning: ")  # what one endpoint cannot give is put aside with a warning
    told = [line.partition(": ")[2] for line in done.err.splitlines() if line.startswith(starts)]
    (line,) = [line for line in told if table in line.partition(": ")[0].split(", ")]
    return line


def test_a_used_up_day_stops_at_once_says_until_when_and_goes_on_then(
    connected_home: Callable[[], Home], xero: Watched
) -> None:
    home = connected_home()
    picked = ("--select", "accounts", "--select", "contacts", "--select", "items", "--select", "users")
    with xero.looking() as seen:
        xero.simulator.faults.add(Fault("day_limit", path="Contacts", seconds=5 * 3600))
        done = home.sync(*picked)
        assert [one.path for one in seen] == ["Accounts", "Contacts"]
    assert done.code == 1
    assert "used up" in line_of(done, "contacts")
    assert "It may go on at 20" in line_of(done, "contacts")
    assert "UTC" in line_of(done, "users")
    (organisation,) = json.loads(home.run("status", "--json").out)["organisations"]
    assert organisation["resume_at"] is not None
    assert organisation["calls_left_today"] == 0
    assert home.query("SELECT count(*) > 0 FROM xero.accounts") == [(True,)]

    home.a_day_passes()
    assert home.sync(*picked).code == 0
    assert home.query("SELECT count(*) > 0 FROM xero.users") == [(True,)]


def test_a_consent_revoked_elsewhere_needs_a_new_one_and_is_shown_as_such(new_home: Home, xero: Watched) -> None:
    assert new_home.connect().code == 0
    elsewhere = replace(new_home, path=new_home.path.with_name("elsewhere"))
    new_home.copy(elsewhere.path)
    assert elsewhere.run("disconnect", "--all").code == 0
    with xero.looking() as seen:
        done = new_home.sync("--select", "accounts", "--select", "items")
        assert len(seen) == 1
    assert done.code == 1
    assert "Run `xero-pipeline connect` again" in done.err
    (organisation,) = json.loads(new_home.run("status", "--json").out)["organisations"]
    assert organisation["status"] == "needs re-consent"
    assert new_home.connect().code == 0
    assert new_home.sync("--select", "accounts").code == 0
