"""The same budget over several machines: the state database is PostgreSQL."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest

from xero_pipeline.errors import DailyLimitReached
from xero_pipeline.state.engine import open_state
from xero_pipeline.xero.quota.limiter import Quota
from xero_pipeline.xero.quota.rate_limits import Limits
from xero_pipeline_tests.postgresql import a_database_like
from xero_pipeline_tests.xero.fakes import START
from xero_pipeline_tests.xero.test_quota import ended


@pytest.fixture(scope="module")
def url(empty_database):
    return a_database_like(empty_database)


def race(quota, granted):
    class Enough(Exception):
        pass

    def give_up(seconds):
        if seconds > 1:
            raise Enough

    try:
        while True:
            with quota.slot("racing", give_up):
                granted.append(1)
    except Enough:
        return


def test_racing_connections_get_no_call_too_many(url):
    engines = [open_state(url) for _ in range(4)]
    granted = []
    racers = [threading.Thread(target=race, args=(Quota(engine, per_minute=15), granted)) for engine in engines]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    for engine in engines:
        engine.dispose()
    assert len(granted) == 15


def test_what_xero_said_is_known_to_the_next_connection(url, clock):
    first, second = open_state(url), open_state(url)
    with Quota(first, clock=clock).slot("told", clock.sleep) as held:
        held.call = ended("told", Limits(minute_remaining=3, day_remaining=70))
    assert Quota(second, clock=clock).snapshot("told").day_remaining == 70
    Quota(first, clock=clock).exhausted("told", "day", 66_183)
    with pytest.raises(DailyLimitReached) as stopped, Quota(second, clock=clock).slot("told", clock.sleep):
        pass
    assert stopped.value.resume_at == datetime.fromtimestamp(START + 66_183, UTC)
    first.dispose()
    second.dispose()
