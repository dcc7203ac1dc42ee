"""A home in mock mode whose one small organisation is connected."""

from __future__ import annotations

import pytest

from xero_pipeline.cli.mock_consent import connect_mock_organisations
from xero_pipeline.container import Services
from xero_pipeline.settings import Settings
from xero_pipeline_tests.clock import TODAY
from xero_simulator.config import BooksConfig
from xero_simulator.simulator import Simulator


@pytest.fixture
def clean(tmp_path, monkeypatch):
    """Somewhere without settings."""
    for name in ("XERO_WAREHOUSE_URL", "XERO_STATE_URL", "XERO_ENCRYPTION_KEY", "XERO_SCOPES", "DAGSTER_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XERO_MOCK_MODE", "true")
    monkeypatch.setenv("XERO_PIPELINE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def simulator(monkeypatch):
    simulator = Simulator(BooksConfig(today=TODAY, invoices=12, months=2), limits=None)
    monkeypatch.setattr(Services, "simulator", property(lambda services: simulator))
    return simulator


@pytest.fixture
def services(clean, simulator):
    services = Services(Settings.load())
    connect_mock_organisations(services)
    yield services
    services.close()
