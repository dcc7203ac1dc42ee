"""`run` in a real terminal: it ends in one line at any moment, leaves no process, and no second one serves its home."""

from __future__ import annotations

import json
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import httpx
import pytest

from xero_pipeline.defs.automation.jobs import SYNC
from xero_pipeline_tests.journeys.home import SECONDS, Home
from xero_pipeline_tests.journeys.terminal import CTRL_C, Terminal, terminal
from xero_pipeline_tests.journeys.watched import Watched
from xero_pipeline_tests.thoroughness import proof

pytestmark = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for children in /proc")

STOPPED = "Stopped."
WHILE_SYNCING = "Stopped. What was synced until now is kept; the next run goes on from there."
LAUNCH = """mutation($tags: [ExecutionTag!]!) { launchRun(executionParams: {
  selector: {repositoryName: "__repository__", repositoryLocationName: "xero_pipeline", jobName: "sync_organisation"}
  runConfigData: {} executionMetadata: {tags: $tags}}) { __typename } }"""
STATES = "{ runsOrError { ... on Runs { results { jobName status } } } }"


@pytest.fixture
def ports() -> tuple[str, str]:
    with socket.socket() as one, socket.socket() as two:
        one.bind(("127.0.0.1", 0))
        two.bind(("127.0.0.1", 0))
        return str(one.getsockname()[1]), str(two.getsockname()[1])


@pytest.fixture
def mock_home(tmp_path: Path, first_month) -> Home:
    return Home(tmp_path / "home", {"XERO_START_DATE": first_month.isoformat()})


def only_stopped(at: Terminal, words: str = STOPPED) -> None:
    """Nothing follows what was on the screen but that one line."""
    assert at.lines[-1] == words
    assert "Traceback" not in at.said and "Fatal" not in at.said and "leaked" not in at.said
    assert at.said.count("Stopped") == 1
    assert at.left_over() == []


def test_ctrl_c_during_the_first_second_says_so_and_nothing_else(mock_home: Home, ports: tuple[str, str]) -> None:
    with terminal(mock_home, "run", "--port", ports[0], XERO_WEB_PORT=ports[1], PYTHONPROFILEIMPORTTIME="1") as at:
        at.wait_for("typer")  # in the middle of the imports
        at.press(CTRL_C)
        assert at.ended() == 130
        at.said = at.said[at.said.rindex("import time") :]
        assert at.lines[-1] == STOPPED
        assert "Traceback" not in at.said


def test_a_signal_while_the_pages_start_ends_them_all(mock_home: Home, ports: tuple[str, str]) -> None:
    with terminal(mock_home, "run", "--port", ports[0], XERO_WEB_PORT=ports[1]) as at:
        at.wait_for("Starting the Dagster UI")
        at.signal(signal.SIGTERM)
        assert at.ended() == 130
        only_stopped(at)


@proof
def test_a_killed_one_takes_along_what_it_started_and_so_does_the_next_whose_terminal_is_closed_during_the_sync(
    mock_home: Home, ports: tuple[str, str]
) -> None:
    with terminal(mock_home, "run", "--port", ports[0], XERO_WEB_PORT=ports[1]) as at:
        at.wait_for("Web page:")
        at.signal(signal.SIGKILL)
        assert at.ended() == -signal.SIGKILL
        assert at.left_over() == []
    with terminal(mock_home, "run", "--port", ports[0], XERO_WEB_PORT=ports[1]) as at:
        at.wait_for("Web page:")  # the lock of the killed one keeps nobody out
        at.wait_for(" of 33 tables")
        at.close()
        assert at.ended() == 130
        assert at.left_over() == []
    runs = json.loads(mock_home.run("logs", "--json").out)
    assert [run["state"] for run in runs if run["state"] == "started"] == []


@proof
@pytest.mark.timeout(900)  # a whole sync, and a run of the daemon, on a machine that does other things
def test_ctrl_c_while_a_run_of_the_daemon_is_at_work_ends_it_too_and_its_history_says_so(
    home: Home, xero: Watched, ports: tuple[str, str]
) -> None:
    home.a_minute_passes()
    with terminal(home, "run", "--port", ports[0], XERO_WEB_PORT=ports[1]) as at:
        at.wait_for("(Ctrl-C stops both)")
        assert httpx.get(f"http://localhost:{ports[1]}/", trust_env=False).status_code == 200
        at.said = ""
        at.wait_for("(Ctrl-C stops both)")  # once more, under what was synced
        assert "What arrived from" in at.said and "Net Profit" in at.said
        other = home.run("run", "--port", "1", XERO_WEB_PORT="2")
        assert other.code == 2
        assert f"served already, by process {at.pid} (xero-pipeline run)" in other.err
        assert f"http://localhost:{ports[0]}" in other.err and f"http://localhost:{ports[1]}" in other.err
        with xero.looking(), in_time() as answered:
            xero.on_call = lambda _: answered.wait(SECONDS)
            a_run_is_at_work(home, f"http://127.0.0.1:{ports[0]}/graphql")
            at.press(CTRL_C)
            assert at.ended() == 130
            only_stopped(at)
    newest = next(run for run in json.loads(home.run("logs", "--json").out) if run["job"] == SYNC)
    assert newest["state"] == "failure"
    assert newest["error"].startswith("Stopped")


@contextmanager
def in_time() -> Iterator[Event]:
    """Something that happens at the end of the block at the latest."""
    event = Event()
    try:
        yield event
    finally:
        event.set()


def a_run_is_at_work(home: Home, url: str) -> None:
    """In the queue, launched by the daemon, and carried by a process of the code server."""
    (organisation,) = json.loads(home.run("status", "--json").out)["organisations"]
    tags = [{"key": name, "value": organisation["tenant_id"]} for name in ("dagster/partition", "xero/organisation")]
    asked = {"query": LAUNCH, "variables": {"tags": tags}}
    assert httpx.post(url, json=asked, timeout=60, trust_env=False).json()["data"]
    until = time.monotonic() + SECONDS
    while True:
        results = httpx.post(url, json={"query": STATES}, timeout=60, trust_env=False).json()["data"]["runsOrError"]
        if {"jobName": SYNC, "status": "STARTED"} in results["results"]:
            return
        assert time.monotonic() < until, results
        time.sleep(0.1)
