"""A fresh folder, one command: the mock organisation's books are there and this month's profit is Xero's."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from xero_pipeline.calendar import month_end
from xero_pipeline.container import SIMULATED_URL, Services
from xero_pipeline.settings import Settings
from xero_pipeline_tests.clock import TODAY
from xero_pipeline_tests.journeys.home import Home
from xero_pipeline_tests.journeys.truth import kept, truth


def test_one_command_in_an_empty_folder_brings_the_books_and_this_months_profit(
    tmp_path: Path, first_month: dt.date, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path / ".xero", {"XERO_START_DATE": first_month.isoformat()})
    this_month = TODAY.replace(day=1)
    done = home.run("run", "--no-serve", XERO_PIPELINE_HOME=None)
    assert done.code == 0, done.said
    assert "Mock mode: connected " in done.err
    assert "What arrived from " in done.out
    assert sorted(path.name for path in tmp_path.iterdir()) == [".xero"]

    printed = [line.split()[-1] for line in done.out.splitlines() if line.startswith("Net Profit")]
    shown = [Decimal(amount.replace(",", "")) for amount in printed]
    stored = home.query(
        f"SELECT amount FROM xero.profit_and_loss WHERE account_name = 'Net Profit' AND period_start = '{this_month}'"
    )
    for name in ("XERO_MOCK_MODE", "XERO_CLIENT_ID"):
        monkeypatch.delenv(name, raising=False)
    services = Services(Settings.load(pipeline_home=home.path))
    with truth(SIMULATED_URL, transport=services.transport) as told:
        profit = told.net_profit(this_month, month_end(this_month))
        facts = told.facts()
    assert shown == [amount for (amount,) in stored] == [profit]
    assert kept(home) == facts
