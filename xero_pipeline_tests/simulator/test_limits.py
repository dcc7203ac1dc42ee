"""The simulated rate limits."""

from __future__ import annotations

import multiprocessing
import threading
from pathlib import Path

import httpx
import pytest

from xero_pipeline_tests.simulator.helpers import Clock, TinySimulator, identity, let_in
from xero_simulator.faults.catalogue import Fault
from xero_simulator.limits import RateLimiter, SimLimits
from xero_simulator.messages import Refused
from xero_simulator.store import Store


def simulator_with(limits: SimLimits | None, clock: Clock | None = None) -> TinySimulator:
    return TinySimulator(clock=clock or Clock(), limits=limits)


def left(answer: httpx.Response) -> tuple[int, int, int]:
    names = ("X-DayLimit-Remaining", "X-MinLimit-Remaining", "X-AppMinLimit-Remaining")
    day, minute, app = (int(answer.headers[name]) for name in names)
    return day, minute, app


def test_every_answer_tells_what_is_left() -> None:
    client = let_in(simulator_with(SimLimits()))
    assert left(client.get("/Accounts")) == (4999, 59, 9999)
    assert left(client.get("/Nothing")) == (4998, 58, 9998)
    assert client.get("/Accounts").headers["Xero-Correlation-Id"]


def test_a_full_minute_is_a_429_that_names_the_seconds_left() -> None:
    clock = Clock()
    client = let_in(simulator_with(SimLimits(per_minute=3), clock))
    assert [client.get("/Accounts").status_code for _ in range(3)] == [200, 200, 200]
    refused = client.get("/Accounts")
    assert refused.status_code == 429
    assert refused.headers["X-Rate-Limit-Problem"] == "minute"
    wait = int(refused.headers["Retry-After"])
    assert 1 <= wait <= 60
    clock.now += wait - 1
    assert client.get("/Accounts").status_code == 429
    clock.now += 1
    assert left(client.get("/Accounts"))[1] == 2


def test_refused_calls_do_not_count() -> None:
    client = let_in(simulator_with(SimLimits(per_minute=1)))
    answers = [client.get("/Accounts") for _ in range(4)]
    assert left(answers[-1])[0] == 4999


def test_a_used_up_day_is_a_429_of_many_seconds_that_leaves_the_minute() -> None:
    clock = Clock()
    simulator = simulator_with(SimLimits(per_day=2), clock)
    client = let_in(simulator)
    client.get("/Accounts")
    client.get("/Accounts")
    refused = client.get("/Accounts")
    assert refused.headers["X-Rate-Limit-Problem"] == "day"
    assert left(refused)[:2] == (0, 58)
    wait = int(refused.headers["Retry-After"])
    assert 60 < wait <= 86_400
    # Tokens expire meanwhile, so a new consent asks again.
    clock.now += wait
    assert left(let_in(simulator).get("/Accounts"))[0] == 1


def test_the_apps_minute_counts_over_organisations_and_connections() -> None:
    simulator = simulator_with(SimLimits(app_per_minute=3))
    client = let_in(simulator)
    client.get("/Accounts")
    client.get("/Accounts", headers={"xero-tenant-id": simulator.organisations()[1].tenant_id})
    answer = client.get("https://x.test/connections")
    assert answer.headers["X-AppMinLimit-Remaining"] == "0"
    assert client.get("/Accounts").headers["X-Rate-Limit-Problem"] == "appminute"
    assert client.get("https://x.test/connections").headers["X-Rate-Limit-Problem"] == "appminute"


def test_each_organisation_has_its_own_minute() -> None:
    simulator = simulator_with(SimLimits(per_minute=1))
    client = let_in(simulator)
    assert client.get("/Accounts").status_code == 200
    assert client.get("/Accounts").status_code == 429
    other = {"xero-tenant-id": simulator.organisations()[1].tenant_id}
    assert client.get("/Accounts", headers=other).status_code == 200


def test_more_calls_at_once_than_allowed_are_refused_without_a_retry_after() -> None:
    slow, hold = threading.Event(), threading.Event()

    def sleep(_: float) -> None:
        slow.set()
        assert hold.wait(20)

    simulator = TinySimulator(clock=Clock(), limits=SimLimits(concurrent=1), sleep=sleep)
    client = let_in(simulator)
    simulator.faults.add(Fault("slow", path="Accounts", seconds=1))
    answers: list[int] = []
    thread = threading.Thread(target=lambda: answers.append(client.get("/Accounts", timeout=None).status_code))
    thread.start()
    assert slow.wait(20)
    refused = client.get("/Items")
    hold.set()
    thread.join()
    assert refused.status_code == 429
    assert refused.headers["X-Rate-Limit-Problem"] == "concurrent"
    assert "Retry-After" not in refused.headers
    assert answers == [200]
    assert client.get("/Items").status_code == 200


def test_a_call_that_never_ended_is_forgotten_after_two_minutes() -> None:
    clock = Clock()
    limiter = RateLimiter(Store(None), SimLimits(concurrent=1), clock)
    abandoned = limiter.slot("app", "tenant")
    abandoned.__enter__()
    with pytest.raises(Refused), limiter.slot("app", "tenant"):
        pass
    clock.now += 121
    with limiter.slot("app", "tenant") as remaining:
        assert remaining["X-DayLimit-Remaining"] == "4998"


def test_limits_that_are_off_never_refuse_and_show_the_full_allowance() -> None:
    client = let_in(simulator_with(None))
    answers = [client.get("/Accounts") for _ in range(70)]
    assert {answer.status_code for answer in answers} == {200}
    assert left(answers[-1]) == (5000, 60, 10_000)


def spend(path: str, calls: int) -> int:
    limiter = RateLimiter(Store(Path(path)), SimLimits(per_minute=50, concurrent=None), Clock())
    granted = 0
    for _ in range(calls):
        try:
            with limiter.slot("app", identity(1)):
                granted += 1
        except Refused:
            continue
    return granted


def test_processes_share_one_allowance(tmp_path: Path) -> None:
    path = str(tmp_path / "store.sqlite")
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        granted = pool.starmap(spend, [(path, 40), (path, 40)])
        pool.close()
        pool.join()  # what ends the others at once is a signal that whoever runs the tests may have ignored
    assert sum(granted) == 50


def test_windows_of_two_organisations_begin_at_different_seconds() -> None:
    limiter = RateLimiter(Store(None), SimLimits(per_minute=0), Clock())
    waits = set()
    for number in range(20):
        with pytest.raises(Refused) as refused, limiter.slot("app", identity(number)):
            pass
        waits.add(refused.value.response.headers["Retry-After"])
    assert len(waits) > 5
