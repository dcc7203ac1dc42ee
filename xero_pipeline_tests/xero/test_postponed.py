"""What waits for calls: noted once, cleared piece by piece, and never asked for in circles; on both state databases."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from xero_pipeline.errors import BudgetReached
from xero_pipeline.state.deferred_work import PAUSE, DeferredTask, DeferredWork, pause
from xero_pipeline.state.engine import open_state
from xero_pipeline.xero.quota.call_context import CallContext
from xero_pipeline.xero.quota.call_outbox import Outgoing
from xero_pipeline.xero.quota.limiter import Quota
from xero_pipeline_tests.postgresql import a_database_like

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
JANUARY, FEBRUARY, MARCH = (date(2026, month, 1) for month in (1, 2, 3))
LEFT = DeferredTask("one", "invoices", NOW + PAUSE, "budget", config='{"full": true}', max_calls=200)


@pytest.fixture(scope="module")
def server(empty_database):
    return a_database_like(empty_database)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    return f"sqlite:///{tmp_path / 'state.db'}" if request.param == "sqlite" else request.getfixturevalue("server")


@pytest.fixture
def work(url):
    engine = open_state(url)
    work = DeferredWork(engine)
    for one in work.list():
        work.clear(one.tenant_id, one.asset)
    yield work
    engine.dispose()


def test_a_note_comes_back_as_it_was(work):
    kept = work.note(LEFT, progressed=True, tried=True)
    assert list(work.list()) == [kept] == [LEFT]


def test_what_goes_on_first_stands_first(work):
    work.note(replace(LEFT, asset="a", resume_at=NOW + timedelta(hours=3), why="day"), progressed=False, tried=True)
    work.note(replace(LEFT, asset="b"), progressed=False, tried=True)
    assert [one.asset for one in work.list()] == ["b", "a"]


def test_months_that_were_left_before_stay_left_and_those_done_are_cleared(work):
    report = replace(LEFT, asset="bank_summary")
    work.note(replace(report, months=(FEBRUARY, MARCH)), progressed=False, tried=True)
    work.note(replace(report, months=(JANUARY,)), progressed=False, tried=True)
    work.clear("one", "bank_summary", [FEBRUARY])
    (left,) = work.list()
    assert left.months == (JANUARY, MARCH)
    work.clear("one", "bank_summary", [JANUARY, MARCH])
    assert not work.list()


def test_the_pause_doubles_only_for_what_spends_budgets_and_comes_no_further(work):
    def hours(**how):
        return (work.note(LEFT, **how).resume_at - NOW) / timedelta(hours=1)

    assert [hours(progressed=False, tried=True) for _ in range(4)] == [1, 2, 4, 8]
    assert hours(progressed=False, tried=False) == 8
    assert hours(progressed=True, tried=True) == 1
    assert hours(progressed=False, tried=True) == 1


def test_a_used_up_day_is_waited_for_as_xero_said(work):
    told = replace(LEFT, why="day", resume_at=NOW + timedelta(hours=17))
    assert work.note(told, progressed=False, tried=True).resume_at == told.resume_at


def test_what_is_not_noted_is_cleared_without_a_write(work):
    work.clear("one", "nothing")
    assert not work.list()


def test_racing_connections_of_a_run_make_no_call_more_than_its_bound(url):
    engines, call_context, made = (
        [open_state(url) for _ in range(3)],
        CallContext("invoices", "racing", max_calls=7),
        [],
    )

    def race(engine):
        try:
            while True:
                with Quota(engine, per_minute=1_000, concurrent=9).slot(
                    "one", outgoing=Outgoing("Invoices", call_context=call_context)
                ):
                    made.append(1)
        except BudgetReached:
            return

    racers = [threading.Thread(target=race, args=(engine,)) for engine in engines]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    quota = Quota(engines[0], per_minute=1_000)
    assert len(made) == 7
    assert quota.calls_left("one", call_context) == 0
    assert quota.calls_left("two", call_context) == 7
    assert quota.calls_left("one", CallContext("invoices", "another run", max_calls=7)) == 7
    for engine in engines:
        engine.dispose()


def test_what_is_put_aside_keeps_its_reason_and_its_beginning_until_it_is_cleared(work):
    refused = DeferredTask("one", "budgets", NOW + PAUSE, "unavailable", error="not here", since=NOW)
    assert work.note(refused, progressed=False, tried=True).resume_at == NOW + pause(0)
    later = NOW + timedelta(hours=1)
    again = replace(refused, resume_at=later + PAUSE, error="not there", since=later)
    noted = work.note(again, progressed=False, tried=True)
    assert (noted.error, noted.since, noted.in_vain, noted.resume_at) == ("not there", NOW, 2, later + pause(1))

    spent = DeferredTask("one", "budgets", later + PAUSE, "budget")
    noted = work.note(spent, progressed=True, tried=True)
    assert (noted.why, noted.error, noted.since, noted.in_vain) == ("budget", "not there", NOW, 2), (
        "nobody knows better"
    )
    assert noted.is_aside
    work.clear("one", "budgets")
    assert not work.list()


def test_what_waited_for_calls_begins_at_the_shortest_pause_when_it_is_put_aside(work):
    for _ in range(4):
        work.note(LEFT, progressed=False, tried=True)
    refused = replace(LEFT, why="unavailable", error="not here", since=NOW)
    noted = work.note(refused, progressed=False, tried=True)
    assert (noted.in_vain, noted.resume_at) == (1, NOW + pause(0))
