"""From a change in Xero to the ledger within a minute: a webhook, the page, Dagster's daemon, all of them real."""

from __future__ import annotations

import datetime as dt
import signal
import subprocess
import time

import httpx
import pytest

from xero_pipeline_tests.clock import TODAY
from xero_pipeline_tests.journeys.home import PROGRAM, Home
from xero_pipeline_tests.journeys.watched import Watched
from xero_pipeline_tests.thoroughness import proof
from xero_pipeline_tests.xero.person import free_port
from xero_simulator.edits import documents
from xero_simulator.webhooks.events import ChangeLog
from xero_simulator.webhooks.sender import WebhookSender

KEY = "a signing key"
MINUTE = 60
PATIENCE = 300
RUNS = "{ runsOrError { ... on Runs { results { jobName status startTime endTime } } } }"


@proof
@pytest.mark.timeout(900)
def test_from_a_change_to_the_ledger_within_a_minute(home: Home, xero: Watched) -> None:
    ui, page = free_port(), free_port()
    environment = home.environment(XERO_WEBHOOK_KEY=KEY, XERO_WEB_PORT=str(page))
    with (home.path.parent / "run.log").open("wb") as log:
        process = subprocess.Popen(
            [str(PROGRAM), "run", "--port", str(ui)], env=environment, cwd=home.path.parent, stdout=log, stderr=log
        )
    try:
        wait_until(lambda: "daemon" in running(ui, page), process)
        taken = change_and_tell(xero, page, ui)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)
    print(f"from event to ledger: {taken['seconds']:.1f} s")  # noqa: T201 - what is measured
    sql = f"SELECT count(*) FROM ledger.journal_lines WHERE source_id = '{taken['invoice']}'"
    assert home.query(sql) != [(0,)]
    assert taken["seconds"] <= MINUTE


def change_and_tell(xero: Watched, page: int, ui: int) -> dict:
    tenant_id = xero.simulator.organisations()[0].tenant_id
    company, log = xero.simulator.company(tenant_id), ChangeLog()
    list(log.changes(tenant_id, company))
    sender = WebhookSender(f"http://127.0.0.1:{page}/xero/events", KEY, clock=time.time)
    assert sender.try_out()
    at = dt.datetime.combine(TODAY, dt.time(12), dt.UTC)
    invoice = documents.add_invoice(company, at)
    began = time.monotonic()
    sender.queue(list(log.changes(tenant_id, company)))
    assert sender.send() == 1
    answered = time.monotonic() - began
    assert answered < 1
    wait_until(lambda: [run for run in runs(ui) if (run["jobName"], run["status"]) == ("read_events", "SUCCESS")])
    return {"invoice": invoice["InvoiceID"], "seconds": time.monotonic() - began, "answered": answered}


def running(ui: int, page: int) -> str:
    try:
        httpx.get(f"http://127.0.0.1:{page}/health", trust_env=False, timeout=5).raise_for_status()
        told = httpx.post(
            f"http://127.0.0.1:{ui}/graphql",
            json={"query": "{ instance { daemonHealth { allDaemonStatuses { daemonType healthy } } } }"},
            timeout=10,
        ).json()
    except httpx.HTTPError:
        return ""
    health = told["data"]["instance"]["daemonHealth"]["allDaemonStatuses"]
    well = {one["daemonType"] for one in health if one["healthy"]}
    # The sync that `run` begins with comes first; sensors keep still meanwhile.
    synced = any((run["jobName"], run["status"]) == ("keep_ledger", "SUCCESS") for run in runs(ui))
    return "daemon" if "SENSOR" in well and synced else ""


def runs(ui: int) -> list[dict]:
    told = httpx.post(f"http://127.0.0.1:{ui}/graphql", json={"query": RUNS}, timeout=20, trust_env=False).json()
    return told["data"]["runsOrError"]["results"]


def wait_until(there, process=None) -> None:
    deadline = time.monotonic() + PATIENCE
    while not there():
        assert time.monotonic() < deadline
        assert process is None or process.poll() is None
        time.sleep(0.5)
