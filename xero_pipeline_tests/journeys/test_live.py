"""The whole way in live mode, against a server known by the environment variables alone."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
from collections.abc import Iterator

import httpx
import pytest

from xero_pipeline_tests.journeys.home import PROGRAM, Home, live
from xero_pipeline_tests.journeys.truth import Facts, kept, truth

SERVE = ("simulator", "serve", "--port", "0", "--no-limits", "--faults", "--invoices", "60", "--months", "3")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A simulator as anybody can start it, in a process of its own."""
    with subprocess.Popen([PROGRAM, *SERVE, "--organisations", "2"], stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        try:
            yield server.stderr.readline().split()[-1]
        finally:
            server.terminate()
            server.wait(timeout=20)


@pytest.fixture(scope="module")
def home(url: str, first_month: dt.date, tmp_path_factory: pytest.TempPathFactory) -> Home:
    return live(tmp_path_factory.mktemp("live") / "home", url, first_month.isoformat())


@pytest.fixture(scope="module")
def tenants(url: str, home: Home) -> dict[str, str]:
    """Both organisations, connected; tenant ids by name."""
    done = home.connect()
    assert done.code == 0, done.said
    listed = {row["name"]: row["tenant_id"] for row in json.loads(home.run("status", "--json").out)["organisations"]}
    assert len(listed) == 2
    assert all(name in done.out and tenant_id in done.out for name, tenant_id in listed.items())
    return listed


@pytest.fixture(scope="module")
def name(home: Home, tenants: dict[str, str]) -> str:
    """One of them, synced."""
    name = min(tenants)
    done = home.sync("--organisation", name)
    assert done.code == 0, done.said
    return name


def test_the_consent_address_stands_alone_on_its_line_and_is_there_at_once(home: Home, tenants: dict[str, str]) -> None:
    # The fixture's person read it from the pipe while `connect` was waiting.
    lines = [line for said in home.said for line in said.splitlines() if "/identity/connect/authorize" in line]
    (line,) = set(lines)
    address = httpx.URL(line)
    assert str(address) == line
    assert address.params["redirect_uri"] == home.variables["XERO_REDIRECT_URI"]
    assert "+" not in line


def test_the_warehouse_holds_what_xero_has_to_the_cent(
    url: str, home: Home, tenants: dict[str, str], name: str
) -> None:
    with truth(url, tenants[name]) as told:
        expected: Facts = told.facts()
    assert kept(home) == expected
    assert expected["invoices"][0] > 40


def test_every_months_net_profit_is_what_xero_answers_for_it_alone(
    url: str, home: Home, tenants: dict[str, str], name: str, first_month: dt.date
) -> None:
    kept_months = home.query(
        "SELECT period_start, period_end, amount FROM xero.profit_and_loss "
        "WHERE account_name = 'Net Profit' ORDER BY period_start"
    )
    assert kept_months[0][0] == first_month
    assert len(kept_months) == 3
    with truth(url, tenants[name]) as told:
        for start, end, amount in kept_months:
            assert amount == told.net_profit(start, end)


def test_status_and_logs_tell_programs_what_happened(home: Home, tenants: dict[str, str], name: str) -> None:
    status = json.loads(home.run("status", "--json").out)
    assert status["mode"] == "live"
    (mine,) = [row for row in status["organisations"] if row["name"] == name]
    assert mine["status"] == "connected"
    assert mine["last_sync"] is not None
    assert mine["calls_today"] + mine["calls_left_today"] == 4800
    runs = json.loads(home.run("logs", "--json").out)
    assert {(run["job"], run["organisation"], run["state"], run["error"]) for run in runs} == {
        ("sync_organisation", name, "success", None),
        ("pull_reports", name, "success", None),
        ("keep_ledger", name, "success", None),
    }
    not_of_a_read = {"report_pulls", "findings", "check_states"}
    rows = sum(count for table, (count, _) in home.checksums().items() if table not in not_of_a_read)
    ((journals,),) = home.query(
        "SELECT count(*) FROM ledger.journals WHERE source_type NOT IN ('REVALUATION', 'REVALUATION-REVERSAL')"
    )
    changed = {run["job"]: run["rows_changed"] for run in runs}
    assert changed.pop("keep_ledger") == journals > 0
    assert sum(changed.values()) == rows


def test_disconnecting_removes_one_connection_then_all_and_keeps_the_books(
    url: str, home: Home, tenants: dict[str, str], name: str
) -> None:
    before = home.checksums()
    done = home.run("disconnect", name.upper())
    assert done.code == 0, done.said
    states = {row["name"]: row["status"] for row in json.loads(home.run("status", "--json").out)["organisations"]}
    assert states == dict.fromkeys(tenants, "connected") | {name: "disconnected"}

    refused = home.run("sync", "--select", "accounts", "--organisation", name)
    assert refused.code == 1
    assert "xero-pipeline connect" in refused.err

    done = home.run("disconnect", "--all")
    assert done.code == 0, done.said
    states = {row["status"] for row in json.loads(home.run("status", "--json").out)["organisations"]}
    assert states == {"disconnected"}
    nothing = home.run("sync")
    assert nothing.code == 2
    assert "No organisation is connected" in nothing.err
    assert home.checksums() == before


def test_a_fault_switched_on_over_http_strikes_a_real_sync(url: str, home: Home, tenants: dict[str, str]) -> None:
    assert home.connect().code == 0
    fault = {"kind": "disconnected", "path": "Accounts"}
    assert httpx.post(f"{url}/simulator/faults", json=fault, trust_env=False).status_code == 200
    done = home.sync("--select", "accounts", "--organisation", max(tenants))
    assert done.code == 1
    assert "does not let us into this organisation any more" in done.err
    assert httpx.get(f"{url}/simulator/faults", trust_env=False).json() == []
