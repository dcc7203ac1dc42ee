"""Organisations are synced side by side: none waits for another, and none gets into another's way."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from xero_pipeline_tests.journeys.home import Home, live
from xero_pipeline_tests.journeys.truth import kept, truth
from xero_pipeline_tests.journeys.watched import API, Watched, watched
from xero_pipeline_tests.postgresql import a_database_like
from xero_pipeline_tests.thoroughness import proof
from xero_simulator.faults.catalogue import Fault
from xero_simulator.messages import Request, Response

PATIENCE = 120
LISTS = ("accounts", "bank_transactions", "contacts", "invoices", "payments")
SELECT = [word for name in (*LISTS, "profit_and_loss") for word in ("--select", name)]


@pytest.fixture
def eight() -> Iterator[Watched]:
    """A Xero with eight organisations."""
    with watched(organisations=8) as xero:
        yield xero


@pytest.fixture
def three() -> Iterator[Watched]:
    """A Xero with three."""
    with watched(organisations=3) as xero:
        yield xero


def connected(home: Home) -> Home:
    done = home.connect()
    assert done.code == 0, done.said
    return home


def before_each(xero: Watched, monkeypatch: pytest.MonkeyPatch, look: Callable[[str, str], object]) -> None:
    """Have a look at every call, by its organisation and path, before it is answered; others go on meanwhile."""
    handle = xero.simulator.handle

    def looked(request: Request) -> Response:
        if request.path.startswith(API):
            look(request.headers.get("xero-tenant-id", ""), request.path.removeprefix(API))
        return handle(request)

    monkeypatch.setattr(xero.simulator, "handle", looked)


def test_eight_organisations_write_at_once_and_no_row_is_lost_or_doubled(
    eight: Watched, empty_database: str, first_month: dt.date, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = a_database_like(empty_database)
    home = connected(live(tmp_path / "home", eight.url, first_month.isoformat()).in_postgresql(url))
    tenants = [one.tenant_id for one in eight.simulator.organisations()]
    together, begun = threading.Barrier(len(tenants)), dict.fromkeys(tenants, False)

    def meet(tenant_id: str, path: str) -> None:
        if path == "Invoices" and not begun[tenant_id]:
            begun[tenant_id] = True
            together.wait(PATIENCE)  # passes only when all eight are at their invoices

    before_each(eight, monkeypatch, meet)
    done = home.sync(*SELECT, XERO_ORGANISATIONS_AT_ONCE="8")
    assert done.code == 0, done.said
    assert all(begun.values())
    for tenant_id in tenants:
        with truth(eight.url, tenant_id) as told:
            assert kept(home, tenant_id, LISTS) == told.facts(LISTS)
    doubled = "SELECT count(*) - count(DISTINCT (tenant_id, period_start, position)) FROM xero.profit_and_loss"
    assert home.query(doubled) == [(0,)]
    before = home.checksums()
    assert home.sync(*SELECT, XERO_ORGANISATIONS_AT_ONCE="8").code == 0
    assert home.checksums() == before


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("sync", *SELECT), id="sync"),
        pytest.param(("run", "--no-serve"), id="make run", marks=proof),
        pytest.param(
            ("backfill", "--from", "{month}", "--to", "{month}", "--select", "profit_and_loss"),
            id="backfill",
            marks=proof,
        ),
    ],
)
def test_a_slow_organisation_delays_no_other(
    three: Watched, first_month: dt.date, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    home = connected(live(tmp_path / "home", three.url, first_month.isoformat()))
    month = f"{first_month:%Y-%m}"
    slow, *others = [one.tenant_id for one in three.simulator.organisations()]
    ended, reports, in_time = threading.Event(), dict.fromkeys(others, False), list[bool]()

    def delay(tenant_id: str, path: str) -> None:
        if tenant_id == slow:
            in_time.append(ended.wait(PATIENCE))
        elif path == "Reports/ProfitAndLoss":  # after all that comes before it
            reports[tenant_id] = True
            if all(reports.values()):
                ended.set()

    before_each(three, monkeypatch, delay)
    done = home.run(*(word.format(month=month) for word in words))
    assert done.code == 0, done.said
    assert in_time
    assert all(in_time)
    assert home.query("SELECT count(DISTINCT tenant_id) FROM xero.profit_and_loss") == [(3,)]


@proof
def test_an_organisation_that_is_throttled_all_the_time_costs_only_itself(
    three: Watched, first_month: dt.date, tmp_path: Path
) -> None:
    home = connected(live(tmp_path / "home", three.url, first_month.isoformat()))
    throttled, *others = [one.tenant_id for one in three.simulator.organisations()]
    three.simulator.faults.add(Fault("day_limit", tenant_id=throttled, times=None))
    done = home.sync(*SELECT)
    assert done.code == 1
    for tenant_id in others:
        with truth(three.url, tenant_id) as told:
            assert kept(home, tenant_id, LISTS) == told.facts(LISTS)
    three.simulator.faults.clear()
