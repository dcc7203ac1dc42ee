"""Every other command does what its help says, and refuses what it cannot do by name."""

from __future__ import annotations

import datetime as dt
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from xero_pipeline_tests.journeys.home import Home
from xero_pipeline_tests.journeys.watched import Watched
from xero_pipeline_tests.thoroughness import proof
from xero_pipeline_tests.xero.person import free_port


def name_in(home: Home) -> str:
    (line,) = [line for line in home.run("status").out.splitlines() if " connected " in line]
    return line.split("  ")[0].strip()


def test_selecting_a_child_table_asks_for_its_collection_alone(
    connected_home: Callable[[], Home], xero: Watched
) -> None:
    home = connected_home()
    with xero.looking() as seen:
        done = home.sync("--select", "xero/invoice_line_items", "--organisation", name_in(home))
        assert {one.path for one in seen} == {"Invoices"}
    assert done.code == 0, done.said
    assert home.query("SELECT count(*) > 0 FROM xero.invoice_line_items") == [(True,)]
    assert home.query("SELECT count(*) FROM xero.accounts") == [(0,)]


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("sync", "--select", "invoces"), "Did you mean invoices"),
        (("sync", "--organisation", "Nobody Ltd"), "Known: "),
        (("disconnect", "Nobody Ltd"), "Known: "),
        (("disconnect",), "--all"),
        (("backfill", "--from", "2026-13", "--to", "2026-02"), "--from 2026-13"),
        (("backfill", "--from", "2026-02", "--to", "2026-01"), "after"),
        (("backfill", "--from", "2020-01", "--to", "2020-02"), "as XERO_START_DATE says"),
        (("plan", "--from", "2020-01", "--to", "2020-02"), "as XERO_START_DATE says"),
        (("backfill", "--from", "2020-01", "--to", "2099-01"), "--to 2099-01 has not begun yet"),
        (("backfill", "--from", "2026-01", "--to", "2026-02", "--select", "invoices"), "--full"),
        (("schedule", "sometimes"), "sometimes"),
    ],
)
def test_a_name_that_is_none_is_wrong_use_and_gets_a_hint(synced: Home, words: tuple[str, ...], hint: str) -> None:
    done = synced.run(*words)
    assert done.code == 2, done.said
    assert hint in done.err
    assert "Traceback" not in done.err


def test_a_backfill_pulls_the_named_months_and_leaves_what_is_the_same(
    home: Home, xero: Watched, first_month: dt.date
) -> None:
    before = home.checksums()
    second = (first_month + dt.timedelta(days=31)).replace(day=1)
    with xero.looking() as seen:
        done = home.run("backfill", "--from", f"{first_month:%Y-%m}", "--to", f"{second:%Y-%m}")
        assert sorted(one.path.removeprefix("Reports/") for one in seen) == [
            "BalanceSheet", "BankSummary", "BankSummary", "BudgetSummary", "ExecutiveSummary", "ExecutiveSummary",
            "ProfitAndLoss", "TrialBalance", "TrialBalance",
        ]  # fmt: skip
    assert done.code == 0, done.said
    after = home.checksums()
    assert {name for name in after if after[name] != before[name]} <= {"report_pulls"}
    assert after["report_pulls"][0] == before["report_pulls"][0]


@proof
def test_a_report_that_is_not_pulled_by_itself_is_pulled_when_it_is_selected(
    home: Home, xero: Watched, first_month: dt.date
) -> None:
    month = f"{first_month:%Y-%m}"
    selected = ("--select", "profit_and_loss_by_tracking", "--select", "xero/trial_balance_cash")
    with xero.looking() as seen:
        done = home.run("backfill", "--from", month, "--to", month, *selected)
        assert sorted(one.path for one in seen) == ["Reports/ProfitAndLoss"] * 2 + ["Reports/TrialBalance"]
    assert done.code == 0, done.said
    assert home.query("SELECT count(DISTINCT tracking_category_id) FROM xero.profit_and_loss_by_tracking") == [(2,)]
    assert home.query("SELECT sum(debit - credit) FROM xero.trial_balance WHERE basis = 'cash'") == [(0,)]


def test_a_report_that_xero_does_not_have_is_a_wrong_setting(synced: Home) -> None:
    done = synced.run("sync", XERO_REPORTS="balance")
    assert done.code == 2
    assert "XERO_REPORTS: there is no report balance" in done.err


def test_a_rotated_key_opens_the_tokens_and_the_old_one_does_not(connected_home: Callable[[], Home]) -> None:
    home = connected_home()
    old, new = home.variables["XERO_ENCRYPTION_KEY"], "c3" * 32
    done = home.run("keys", "rotate", XERO_ENCRYPTION_KEY=new, XERO_ENCRYPTION_KEYS_RETIRED=old)
    assert done.code == 0, done.said
    assert "1 stored consent" in done.err
    assert home.sync("--select", "accounts", XERO_ENCRYPTION_KEY=new).code == 0
    refused = home.sync("--select", "accounts")
    assert refused.code == 1
    assert "XERO_ENCRYPTION_KEY" in refused.err
    home.variables["XERO_ENCRYPTION_KEY"] = new
    again = home.run("keys", "rotate", XERO_ENCRYPTION_KEYS_RETIRED="not-a-key")
    assert again.code == 2
    assert "XERO_ENCRYPTION_KEYS_RETIRED" in again.err
    assert not [said for said in home.said if old in said or new in said]


@proof
def test_the_schedule_is_switched_off_and_on(new_home: Home) -> None:
    done = new_home.run("schedule", "off")
    assert done.code == 0, done.said
    assert new_home.run("schedule", "status").out.strip() == "off"
    done = new_home.run("schedule", "on")
    assert done.code == 0, done.said
    assert new_home.run("schedule", "status").out.strip() == "on"


def test_the_web_page_beyond_this_machine_wants_a_password(tmp_path: Path) -> None:
    done = Home(tmp_path / "home", {}).run("web", "--host", "0.0.0.0")
    assert done.code == 2
    assert "XERO_WEB_PASSWORD" in done.err


def test_a_port_that_is_taken_is_told_before_anything_is_synced(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = Home(tmp_path / "home", {"XERO_WEB_PORT": port}).run("run", "--port", str(free_port()))
    assert done.code == 2
    assert f"cannot listen on 127.0.0.1:{port}" in done.err
    assert not (tmp_path / "home").exists()
