"""Every call to Xero is in `xero.api_calls`, once, whatever dies on the way."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import httpx
import pytest

from xero_pipeline.errors import WarehouseBusy, XeroUnavailable
from xero_pipeline.state.engine import open_state
from xero_pipeline.sync.call_log import deliver_calls
from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline.xero.http.client import XeroClient
from xero_pipeline.xero.quota.call_context import CallContext
from xero_pipeline.xero.quota.call_outbox import CallOutbox
from xero_pipeline.xero.quota.limiter import Quota
from xero_pipeline_tests.postgresql import a_database_like
from xero_pipeline_tests.thoroughness import proof
from xero_pipeline_tests.xero.fakes import START, TENANT, App, Clock, Tokens, client_of

CALL_CONTEXT = CallContext("invoices", "run-1")
LEFT = {"X-MinLimit-Remaining": "58", "X-DayLimit-Remaining": "4983", "X-AppMinLimit-Remaining": "9998"}


@pytest.fixture
def state(tmp_path):
    engine = open_state(f"sqlite:///{tmp_path / 'state.db'}")
    yield engine
    engine.dispose()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(scope="module")
def server(empty_database):
    return a_database_like(empty_database)


def kept(warehouse):
    return warehouse.query("select * from xero.api_calls order by call_id").to_pylist()


def test_a_call_is_kept_with_what_was_asked_and_what_came_of_it(state, clock, warehouse):
    since = datetime(2026, 11, 1, 12, tzinfo=UTC)
    answer = httpx.Response(200, content=iter([b'{"Accounts":', b"[]}"]), headers=LEFT)
    with client_of(App(answer), state, clock, call_context=CALL_CONTEXT) as client:
        client.get(TENANT, "Invoices", params={"page": "2", "where": 'Status=="PAID"'}, modified_since=since)
    assert deliver_calls(CallOutbox(state), warehouse) == 1
    (call,) = kept(warehouse)
    call_id = call.pop("call_id")
    assert call == {
        "tenant_id": TENANT,
        "called_at": datetime.fromtimestamp(START, UTC),
        "asset": "invoices",
        "endpoint": "Invoices",
        "query": 'page=2&where=Status=="PAID"',
        "modified_since": since,
        "attempt": 1,
        "status": 200,
        "wire_bytes": len(b'{"Accounts":[]}'),
        "seconds": Decimal("0.0000"),
        "minute_left": 58,
        "day_left": 4983,
        "app_minute_left": 9998,
        "run_id": "run-1",
    }
    assert call_id
    assert CallOutbox(state).ended() == []


def test_every_attempt_is_kept_the_unanswered_too(state, clock, warehouse):
    app = App(httpx.Response(503), *[httpx.ReadTimeout("slow")] * 9)
    with client_of(app, state, clock) as client, pytest.raises(XeroUnavailable):
        client.get(TENANT, "Accounts")
    deliver_calls(CallOutbox(state), warehouse)
    assert [(call["attempt"], call["status"]) for call in kept(warehouse)] == [
        (attempt, 503 if attempt == 1 else None) for attempt in range(1, len(app.requests) + 1)
    ]


def test_no_token_is_kept(state, clock, warehouse):
    with client_of(App(httpx.Response(401, json={"Title": "Unauthorized"})), state, clock) as client:
        client.get(TENANT, "Accounts")
    deliver_calls(CallOutbox(state), warehouse)
    assert len(kept(warehouse)) == 2
    assert "secret" not in str(kept(warehouse))


def test_a_call_that_comes_twice_is_kept_once(state, clock, warehouse):
    with client_of(App(), state, clock) as client:
        client.get(TENANT, "Accounts")

    class Forgetful(CallOutbox):
        """Its process dies between the commit and the note that it was made."""

        def drop(self, call_ids):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        deliver_calls(Forgetful(state), warehouse)
    assert deliver_calls(CallOutbox(state), warehouse) == 1
    assert len(kept(warehouse)) == 1


def test_calls_stay_in_the_outbox_while_somebody_has_the_warehouse(state, clock, warehouse, monkeypatch):
    with client_of(App(), state, clock) as client:
        client.get(TENANT, "Accounts")
    with monkeypatch.context() as taken, pytest.raises(WarehouseBusy):
        taken.setattr(Warehouse, "writing", busy)
        deliver_calls(CallOutbox(state), warehouse)
    deliver_calls(CallOutbox(state), warehouse)
    assert len(kept(warehouse)) == 1


def busy(*args, **more):
    raise WarehouseBusy("held by process 7")


def test_a_call_under_way_waits_until_it_ends(state, clock, warehouse):
    with Quota(state, clock=clock).slot(TENANT, clock.sleep):
        assert deliver_calls(CallOutbox(state), warehouse) == 0
    assert deliver_calls(CallOutbox(state), warehouse) == 1


def test_calls_are_let_go_after_400_days_and_not_before(state, clock, warehouse):
    with client_of(App(), state, clock) as client:
        client.get(TENANT, "Accounts")
        now = datetime.fromtimestamp(START, UTC) + timedelta(days=400)
        deliver_calls(CallOutbox(state), warehouse, now - timedelta(minutes=1))
        assert len(kept(warehouse)) == 1
        client.get(TENANT, "Items")
        clock.now += 120
        client.get(TENANT, "Users")
        deliver_calls(CallOutbox(state), warehouse, now + timedelta(minutes=1))
    assert [call["endpoint"] for call in kept(warehouse)] == ["Users"]


MAKES_CALLS_UNTIL_KILLED = """
import os, signal, sys, httpx
from xero_pipeline.xero.http.client import XeroClient
from xero_pipeline.xero.quota.limiter import Quota
from xero_pipeline.state.engine import open_state
from xero_pipeline_tests.xero.fakes import TENANT, App, Tokens

def answer(request):
    if len(app.requests) == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
    return httpx.Response(200, json={"Accounts": []})

app = App(*[answer] * 99)
engine = open_state(sys.argv[1])
with XeroClient(api_url="https://x", tokens=Tokens(), quota=Quota(engine, per_minute=1000),
                transport=httpx.MockTransport(app)) as client:
    while True:
        client.get(TENANT, "Accounts", params={"page": str(len(app.requests) + 1)})
"""


def test_a_process_killed_in_the_middle_of_a_call_loses_none(state, warehouse):
    script = [sys.executable, "-c", MAKES_CALLS_UNTIL_KILLED, str(state.url), "4"]
    assert subprocess.run(script, check=False).returncode == -signal.SIGKILL
    assert deliver_calls(CallOutbox(state), warehouse) == 3  # of the fourth nobody knows yet that its holder is gone
    with XeroClient(
        api_url="https://x", tokens=Tokens(), quota=Quota(state), transport=httpx.MockTransport(App())
    ) as client:
        client.get(TENANT, "Items")
    deliver_calls(CallOutbox(state), warehouse)
    assert [(call["endpoint"], call["query"], call["status"]) for call in kept(warehouse)] == [
        ("Accounts", "page=1", 200),
        ("Accounts", "page=2", 200),
        ("Accounts", "page=3", 200),
        ("Accounts", "page=4", None),
        ("Items", None, 200),
    ]


DELIVERS = """
import sys
from xero_pipeline.sync.call_log import deliver_calls
from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline.xero.quota import call_outbox
from xero_pipeline.state.engine import open_state

outbox = call_outbox.CallOutbox(open_state(sys.argv[1]))
ended = outbox.ended
outbox.ended = lambda: ended(3)
sys.stdin.readline()
deliver_calls(outbox, Warehouse(sys.argv[2]))
"""


@proof
@pytest.mark.parametrize("database", ["files", "postgresql"])
def test_processes_that_race_for_the_outbox_lose_and_double_nothing(
    database, tmp_path, clock, duckdb_template, request
):
    if database == "files":
        shutil.copy(duckdb_template, tmp_path / "books.duckdb")
        addresses = [f"sqlite:///{tmp_path / 'state.db'}", f"duckdb:///{tmp_path / 'books.duckdb'}"]
    else:
        server = request.getfixturevalue("server")
        addresses = [server, server]
    engine, warehouse = open_state(addresses[0]), Warehouse(addresses[1])
    warehouse.prepare()
    with client_of(App(), engine, clock, per_minute=1000) as client:
        for page in range(20):
            client.get(TENANT, "Accounts", params={"page": str(page)})
    racers = [
        subprocess.Popen([sys.executable, "-c", DELIVERS, *addresses], stdin=subprocess.PIPE, env=os.environ)
        for _ in range(2)
    ]
    for racer in racers:
        racer.communicate(b"go\n")
    assert [racer.returncode for racer in racers] == [0, 0]
    assert sorted(int(call["query"].removeprefix("page=")) for call in kept(warehouse)) == list(range(20))
    assert CallOutbox(engine).ended() == []
    engine.dispose()
