from __future__ import annotations

import multiprocessing
import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xero_pipeline.errors import DailyLimitReached
from xero_pipeline.state.engine import open_state
from xero_pipeline.state.tables import state_table
from xero_pipeline.state.transaction import write_transaction
from xero_pipeline.xero.http.response import CallRecord
from xero_pipeline.xero.quota.limiter import Quota
from xero_pipeline.xero.quota.rate_limits import Limits
from xero_pipeline_tests.xero.fakes import START, Clock

A, B = "tenant-a", "tenant-b"


def call(quota, clock, tenant=A, limits=None):
    with quota.slot(tenant, clock.sleep) as held:
        held.call = ended(tenant, limits or Limits())
        return clock.now


def ended(tenant, limits):
    return CallRecord(tenant, "Accounts", 200, 0, 0.0, 1, limits, datetime.fromtimestamp(START, UTC))


def times(engine):
    with engine.connect() as connection:
        calls = state_table("quota_calls")
        return [row.at for row in connection.execute(sa.select(calls.c.at).order_by(calls.c.at))]


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from([A, B]), st.floats(0, 30)), max_size=40))
def test_the_minute_law_holds_for_each_organisation_through_the_database(tmp_path, arrivals):
    engine = open_state(f"sqlite:///{tmp_path / os.urandom(4).hex()}.db")
    clock = Clock()
    quota = Quota(engine, per_minute=3, clock=clock)
    sent = {A: [], B: []}
    for tenant, gap in arrivals:
        clock.now += gap
        sent[tenant].append(call(quota, clock, tenant))
    engine.dispose()
    for calls in sent.values():
        for first in calls:
            assert sum(first <= other <= first + 60 for other in calls) <= 3


def test_all_organisations_together_stand_as_each_alone(engine, clock):
    quota = Quota(engine, per_minute=1000, per_day=3, clock=clock)
    for tenant, limits in ((A, Limits()), (A, Limits()), (A, Limits()), (B, Limits(7, 2)), ("c", Limits(0, 1))):
        call(quota, clock, tenant, limits)
        clock.now += 30
    with quota.slot(B, clock.sleep):
        pass
    quota.exhausted("told", "day", 500)
    everyone = [A, B, "c", "told", "never called"]
    found = quota.snapshots(everyone)
    assert found == {one: quota.snapshot(one) for one in everyone}
    assert [found[one].resume_at is None for one in everyone] == [False, True, True, False, True]
    assert [found[one].day_remaining for one in everyone] == [0, 1, 1, 3, 3]


def test_the_app_budget_is_one_for_all_organisations(engine, clock):
    quota = Quota(engine, app_per_minute=4, clock=clock)
    sent = [call(quota, clock, tenant) for tenant in (A, B, "c", "d", "e")]
    assert sent[3] == START
    assert sent[4] > START + 60


def test_the_day_budget_stops_with_the_time_to_go_on_and_without_a_sleep(engine, clock):
    quota = Quota(engine, per_minute=1000, per_day=3, clock=clock)
    for _ in range(3):
        call(quota, clock)
        clock.now += 100
    with pytest.raises(DailyLimitReached, match="may go on at") as stopped:
        call(quota, clock)
    assert stopped.value.resume_at.timestamp() == pytest.approx(START + 86_400, abs=1)
    assert stopped.value.organisation == A
    assert clock.slept == []
    assert quota.snapshot(A).resume_at == stopped.value.resume_at
    call(quota, clock, B)
    clock.now = stopped.value.resume_at.timestamp()
    call(quota, clock)


def test_a_day_429_stops_the_organisation_until_what_xero_said(engine, clock):
    quota = Quota(engine, clock=clock)
    call(quota, clock)
    quota.exhausted(A, "day", 66_183)
    with pytest.raises(DailyLimitReached) as stopped:
        call(quota, clock)
    assert stopped.value.resume_at == datetime.fromtimestamp(START + 66_183, UTC)
    assert call(quota, clock, B) == START
    clock.now += 66_184
    assert call(quota, clock) == clock.now


def test_a_minute_429_pauses_that_organisation_and_an_app_429_pauses_all(engine, clock):
    quota = Quota(engine, clock=clock)
    quota.exhausted(A, "minute", 20)
    assert call(quota, clock, B) == START
    assert call(quota, clock, A) == pytest.approx(START + 20, abs=0.1)
    quota.exhausted(A, "appminute", None)
    paused = clock.now
    assert call(quota, clock, B) == pytest.approx(paused + 60, abs=0.1)


def test_a_minute_429_waits_what_xero_says_though_its_header_leaves_nothing(engine, clock):
    quota = Quota(engine, clock=clock)
    call(quota, clock, A, Limits(minute_remaining=0, day_remaining=4_000))
    quota.exhausted(A, "minute", 20)
    assert call(quota, clock) == pytest.approx(START + 20, abs=0.1)
    assert quota.snapshot(A).day_remaining == 3_999


def test_nobody_ever_sleeps_longer_than_a_minute_for_a_pause(engine, clock):
    quota = Quota(engine, clock=clock)
    quota.exhausted(A, "minute", 66_183)
    call(quota, clock)
    assert sum(clock.slept) < 61


def test_the_minute_header_wins_when_it_leaves_less_and_counts_the_calls_since(engine, clock):
    quota = Quota(engine, clock=clock)
    call(quota, clock, A, Limits(minute_remaining=2))
    assert quota.snapshot(A).minute_remaining == 2
    clock.now += 1
    assert call(quota, clock) == START + 1
    assert call(quota, clock) == START + 1
    assert quota.snapshot(A).minute_remaining == 0
    assert call(quota, clock) == pytest.approx(START + 60, abs=0.1)


def test_the_snapshot_tells_the_lower_of_our_budget_and_xeros_day(engine, clock):
    quota = Quota(engine, per_day=100, clock=clock)
    call(quota, clock)
    clock.now += 1
    assert quota.snapshot(A).day_remaining == 99
    call(quota, clock, A, Limits(day_remaining=7, minute_remaining=50))
    clock.now += 1
    call(quota, clock)
    snapshot = quota.snapshot(A)
    assert (snapshot.calls_today, snapshot.day_remaining, snapshot.resume_at) == (3, 6, None)
    clock.now += 86_401
    assert (quota.snapshot(A).calls_today, quota.snapshot(A).day_remaining) == (0, 100)


def test_a_slot_is_given_back_when_the_call_fails(engine, clock):
    quota = Quota(engine, concurrent=1, clock=clock)
    with pytest.raises(ZeroDivisionError), quota.slot(A, clock.sleep):
        raise ZeroDivisionError
    assert call(quota, clock) == START


def test_a_full_organisation_waits_until_a_slot_is_free(engine, clock):
    quota = Quota(engine, clock=clock)
    with ExitStack() as five:
        for _ in range(5):
            five.enter_context(quota.slot(A, clock.sleep))
        slept = []

        def free_all_after_three(seconds):
            slept.append(seconds)
            if len(slept) == 3:
                five.close()

        with quota.slot(A, free_all_after_three):
            assert len(slept) == 3


def test_slots_of_a_killed_process_are_free_at_once(engine, clock):
    killed = subprocess.Popen([sys.executable, "-c", "pass"])
    killed.wait()
    put_slots(engine, host=socket.gethostname(), pid=killed.pid, expires_at=START + 300)
    assert call(Quota(engine, clock=clock), clock) == START


def test_slots_of_a_lost_machine_are_free_after_their_lease(engine, clock):
    put_slots(engine, host="another-machine", pid=os.getpid(), expires_at=START + 10)
    assert START + 10 <= call(Quota(engine, clock=clock), clock) < START + 11


def put_slots(engine, **holder):
    slots = state_table("quota_slots")
    with write_transaction(engine) as connection:
        for number in range(5):
            connection.execute(sa.insert(slots).values(slot_id=str(number), tenant_id=A, **holder))


def test_a_clock_that_was_put_back_does_not_stop_anything_for_hours(engine, clock):
    quota = Quota(engine, per_minute=2, per_day=2, clock=clock)
    clock.now += 7_200
    call(quota, clock)
    call(quota, clock)
    clock.now = START
    assert call(quota, clock) == START


def test_calls_older_than_a_day_are_not_kept(engine, clock):
    quota = Quota(engine, clock=clock)
    call(quota, clock)
    clock.now += 2 * 86_400
    call(quota, clock)
    assert times(engine) == [clock.now]


def work(url, start, seen, lock, calls):
    engine = open_state(url)
    quota = Quota(engine, per_minute=1000, concurrent=5)
    start.wait()

    def several():
        for _ in range(calls):
            with quota.slot(A, lambda _: time.sleep(0.005)):
                with lock:
                    seen[0] += 1
                    seen[1] = max(seen[1], seen[0])
                time.sleep(0.02)  # a call under way: without it no two would ever meet
                with lock:
                    seen[0] -= 1

    threads = [threading.Thread(target=several) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    engine.dispose()


def test_several_processes_and_threads_share_one_budget(tmp_path):
    url = f"sqlite:///{tmp_path / 'state.db'}"
    engine = open_state(url)
    spawn = multiprocessing.get_context("spawn")
    start, lock, seen = spawn.Event(), spawn.Lock(), spawn.Array("i", [0, 0], lock=False)
    workers = [spawn.Process(target=work, args=(url, start, seen, lock, 10)) for _ in range(3)]
    for worker in workers:
        worker.start()
    start.set()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    assert len(times(engine)) == 3 * 4 * 10
    assert 2 <= seen[1] <= 5
    with engine.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(state_table("quota_slots"))).scalar() == 0
    engine.dispose()


def race(url, start, granted):
    engine = open_state(url)
    quota = Quota(engine, per_minute=15, per_day=40)
    start.wait()

    class Enough(Exception):
        pass

    def give_up(seconds):
        if seconds > 1:
            raise Enough

    try:
        while True:
            with quota.slot(A, give_up):
                granted.put(time.time())
    except Enough:
        granted.put(None)
    engine.dispose()


def test_processes_that_race_for_the_minute_get_no_call_too_many(tmp_path):
    url = f"sqlite:///{tmp_path / 'state.db'}"
    open_state(url).dispose()
    spawn = multiprocessing.get_context("spawn")
    start, granted = spawn.Event(), spawn.Queue()
    racers = [spawn.Process(target=race, args=(url, start, granted)) for _ in range(3)]
    for racer in racers:
        racer.start()
    start.set()
    calls, ended = 0, 0
    while ended < 3:
        if granted.get(timeout=60) is None:
            ended += 1
        else:
            calls += 1
    for racer in racers:
        racer.join(30)
    assert calls == 15
