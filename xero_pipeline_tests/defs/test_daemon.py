"""The real thing: `dagster dev` with its daemon finds a connected organisation, loads it, and pulls its reports."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from xero_pipeline.cli.mock_consent import connect_mock_organisations
from xero_pipeline.container import Services
from xero_pipeline.defs.automation.jobs import SYNC
from xero_pipeline.operations.dagster_home import open_instance, prepare_home, project_file
from xero_pipeline.operations.health.dagster import is_on
from xero_pipeline.settings import Settings
from xero_pipeline.web.dagster_ui import DagsterUI
from xero_pipeline_tests.defs.conftest import FIRST_MONTH, MONTHS
from xero_pipeline_tests.thoroughness import proof

RUNS = "{ runsOrError { ... on Runs { results { jobName status tags { key value } } } } }"
TICKS = """{ sensorsOrError(
  repositorySelector: {repositoryName: "__repository__", repositoryLocationName: "xero_pipeline"})
  { ... on Sensors { results { name sensorState { ticks(limit: 20) { status error { message } } } } } } }"""
PATIENCE = 240


@pytest.fixture
def home(tmp_path, monkeypatch):
    for name in ("DAGSTER_HOME", "XERO_WAREHOUSE_URL", "XERO_STATE_URL", "XERO_ENCRYPTION_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XERO_MOCK_MODE", "true")
    monkeypatch.setenv("XERO_PIPELINE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XERO_START_DATE", FIRST_MONTH.isoformat())
    monkeypatch.chdir(tmp_path)
    services = Services(Settings.load())
    connect_mock_organisations(services)
    monkeypatch.setenv("DAGSTER_HOME", "")  # so that what `prepare_home` sets is undone
    prepare_home(services.settings)
    services.close()
    return services.home


@pytest.fixture
def dagster(home):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "dagster", "dev", "-w", str(project_file("workspace.yaml"))]
    with (home / "dagster.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "-h", "127.0.0.1", "-p", str(port), "--log-level", "warning"],
            stdout=log,
            stderr=log,
            start_new_session=True,
            # A shell that starts the tests in the background leaves SIGINT ignored, and children inherit that.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
        )
    try:
        yield process, f"http://127.0.0.1:{port}/graphql"
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(60)


def asked(url, query):
    try:
        return httpx.post(url, json={"query": query}, timeout=20).json()["data"]
    except httpx.TransportError:
        return None


def states(url):
    """Job, and how the runs of it stand."""
    data = asked(url, RUNS)
    return {run["jobName"]: run["status"] for run in data["runsOrError"]["results"]} if data else {}


def left_over(home: Path):
    """Processes that have our home in their environment."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if entry.name != str(os.getpid()) and str(home).encode() in (entry / "environ").read_bytes():
                found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
    return found


def the_web_page_beside_it_turns_the_schedule_and_puts_a_run_into_the_queue(url):
    deadline = time.monotonic() + PATIENCE
    services = Services(Settings.load())
    tenant_id = services.organisations.list()[0].tenant_id
    with open_instance(services.settings) as instance:
        beside = DagsterUI(url.removesuffix("/graphql"), instance)
        assert beside.look().carried
        assert beside.turn(on=False)
        assert (beside.look().on, is_on(instance)) == (False, False)
        assert beside.turn(on=True)
        assert (beside.look().on, is_on(instance)) == (True, True)
        assert beside.look().next_at.hour == 5
        tags = {"dagster/partition": tenant_id, "xero/organisation": tenant_id}
        run_id = beside.launch(beside.location_of(tenant_id), SYNC, ["xero/accounts"], {}, tags)
        while not (run := instance.get_run_by_id(run_id)).is_finished:
            assert time.monotonic() < deadline, run
            time.sleep(0.5)
        assert run.is_success
        assert run.tags["dagster/partition"] == tenant_id
        beside.close()
    services.close()


@proof
@pytest.mark.timeout(600)  # a daemon works through first loads: about a minute
@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for children in /proc")
def test_dagster_by_itself_loads_a_new_organisation_pulls_its_months_and_ends_without_a_trace(home, dagster):
    process, url = dagster
    deadline = time.monotonic() + PATIENCE
    done = {"sync_organisation": "SUCCESS", "pull_reports": "SUCCESS", "keep_ledger": "SUCCESS"}
    while not done.items() <= (seen := states(url)).items():
        assert "FAILURE" not in seen.values(), (home / "dagster.log").read_text()
        assert process.poll() is None, (home / "dagster.log").read_text()
        assert time.monotonic() < deadline, f"{seen} {asked(url, TICKS)}"
        time.sleep(1)
    ticks = [
        tick for sensor in asked(url, TICKS)["sensorsOrError"]["results"] for tick in sensor["sensorState"]["ticks"]
    ]
    assert not [tick for tick in ticks if tick["status"] == "FAILURE"]

    the_web_page_beside_it_turns_the_schedule_and_puts_a_run_into_the_queue(url)

    process.send_signal(signal.SIGINT)
    assert process.wait(60) is not None
    deadline = time.monotonic() + 20
    while left_over(home) and time.monotonic() < deadline:
        time.sleep(0.5)
    assert left_over(home) == []

    rows = Services(Settings.load()).warehouse.query(
        "select distinct period_start as month from xero.report_pulls where report = 'bank_summary' order by 1"
    )
    assert rows.column("month").to_pylist() == MONTHS
