"""The demo: its own home, none of the user's settings, and everything there that its page promises."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from xero_pipeline.cli import demo
from xero_pipeline.container import Services
from xero_pipeline.errors import AlreadyServed, ConfigurationError
from xero_pipeline.home import begin_demo, change_closed_month
from xero_pipeline.operations.health.issues import open_issues
from xero_pipeline.operations.home_lock import serving
from xero_pipeline.settings import Settings
from xero_pipeline_tests.thoroughness import proof


@pytest.fixture
def somewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a `.env` that leads to real books."""
    (tmp_path / ".env").write_text(
        "XERO_MOCK_MODE=false\nXERO_CLIENT_ID=real\nXERO_WAREHOUSE_URL=postgresql://real/books\n"
    )
    monkeypatch.setattr(os, "environ", dict(os.environ))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_demo_heeds_no_setting_that_leads_to_real_books(somewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XERO_STATE_URL", "postgresql://real/state")
    monkeypatch.setenv("XERO_WEB_PORT", "3007")
    demo.forget_settings(somewhere / demo.HOME)
    settings = Settings.load()
    assert settings.mock_mode
    assert settings.home == somewhere / ".xero-demo"
    assert settings.warehouse.startswith("duckdb:")
    assert settings.state.startswith("sqlite:")
    assert settings.web_port == 3007


def test_the_closed_month_of_a_demo_changes_once(somewhere: Path) -> None:
    demo.forget_settings(somewhere / demo.HOME)
    home = Services(Settings.load()).home
    assert begin_demo(home)
    assert begin_demo(home)
    assert Services(Settings.load()).simulator.config.story.closed_month_changes is None  # pyright: ignore[reportOptionalMemberAccess]
    change_closed_month(home)
    assert not begin_demo(home)
    simulator = Services(Settings.load()).simulator
    assert simulator.config.story.closed_month_changes  # pyright: ignore[reportOptionalMemberAccess]
    assert len(simulator.organisations()) == 3


def test_a_port_that_is_taken_is_told_before_the_first_sync_as_the_demo_is_called(somewhere: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigurationError, match=f"127.0.0.1:{port}: .*: make demo ARGS="):
            demo.demo(port=port, host="127.0.0.1", serve=True)
    assert Services(Settings.load()).organisations.list() == []


def test_a_demo_that_is_served_already_is_told_of_before_the_first_sync(somewhere: Path) -> None:
    home = somewhere / demo.HOME
    home.mkdir()
    with serving(home, {"the web page": "http://localhost:3001"}), pytest.raises(AlreadyServed):
        demo.demo(host="127.0.0.1", serve=True)


@proof
def test_the_demo_shows_a_closed_month_that_changed_a_rejected_record_and_a_difference(somewhere: Path) -> None:
    demo.demo(serve=False)
    services = Services(Settings.load())
    named = {one.tenant_id: one.name.split()[0] for one in services.organisations.list()}
    found = {(named[tenant], one.kind) for tenant, issues in open_issues(services.warehouse).items() for one in issues}
    assert found == {
        ("Kowhai", "locked_period_changes"),
        ("Kowhai", "locked_document_changes"),
        ("Larkspur", "rejected_records"),
        ("Banksia", "unexplained_differences"),
    }
