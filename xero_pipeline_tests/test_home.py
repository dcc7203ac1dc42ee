"""A home of mock mode keeps its simulated books; where a newer version wrote them otherwise, they are read again."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from xero_pipeline.container import Services
from xero_pipeline.settings import Settings
from xero_pipeline.warehouse.store import Cursor
from xero_pipeline_tests.clock import TODAY

READ_AT = dt.datetime.combine(TODAY, dt.time(12), dt.UTC)


@pytest.fixture
def services(tmp_path: Path) -> Services:
    made = Services(Settings.load(pipeline_home=tmp_path / "home"))
    _ = made.simulator
    made.warehouse.merge({}, cursor=Cursor("t-1", "invoices", READ_AT, READ_AT, 1))
    return made


def cursors(services: Services) -> int:
    return services.warehouse.query("SELECT COUNT(*) AS n FROM xero.cursors").to_pylist()[0]["n"]


def test_books_of_this_version_are_read_on(services: Services) -> None:
    services.check()
    assert cursors(services) == 1


def test_books_that_0_3_0_wrote_otherwise_are_read_from_the_beginning_once(services: Services) -> None:
    (services.home / "simulator.books").unlink()  # 0.3.0 had none
    services.check()
    assert cursors(services) == 0
    services.warehouse.merge({}, cursor=Cursor("t-1", "invoices", READ_AT, READ_AT, 1))
    services.check()
    assert cursors(services) == 1
