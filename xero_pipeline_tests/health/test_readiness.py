"""A health check is told yes or no, by an exit code or a status, and nothing that is a secret."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import dagster as dg
import pytest
from dagster._daemon.types import DaemonHeartbeat
from typer.testing import CliRunner

from xero_pipeline import clock
from xero_pipeline.cli.app import app
from xero_pipeline.container import Services
from xero_pipeline.operations.dagster_home import open_instance
from xero_pipeline.operations.health.readiness import PROCESSES, SILENT_SECONDS, readiness
from xero_pipeline.settings import Settings
from xero_pipeline_tests.xero.person import free_port

NEWER = {
    "state database": ("state", "UPDATE alembic_version SET version_num = '0100'"),
    "warehouse": ("warehouse", "UPDATE xero_history.alembic_version SET version_num = '0100'"),
}


def states(found):
    return {one.check: one.state for one in found}


def test_databases_that_answer_are_ready_before_the_first_sync_and_after_it(empty_services):
    ready = {"state database": "ok", "warehouse": "ok"}
    assert states(readiness(empty_services, "databases")) == ready
    empty_services.warehouse.prepare()
    assert states(readiness(empty_services, "databases")) == ready


@pytest.mark.parametrize("wrong", NEWER)
def test_a_database_of_a_newer_program_is_not_ready(tmp_path, wrong):
    services = Services(Settings.load(_env_file=None, pipeline_home=tmp_path / "home"))
    services.warehouse.prepare()
    make_newer(services, wrong)
    found = states(readiness(services, "databases"))
    assert found == {"state database": "ok", "warehouse": "ok"} | {wrong: "problem"}
    services.close()


def make_newer(services, which):
    database, statement = NEWER[which]
    if database == "warehouse":
        with services.warehouse.writing() as connection:
            connection.exec_driver_sql(statement)
    else:
        with services.state.connect() as connection:
            connection.exec_driver_sql(statement)
            connection.commit()


def test_a_database_that_is_away_is_not_ready(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XERO_PIPELINE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XERO_WAREHOUSE_URL", f"postgresql://me:a-password@127.0.0.1:{free_port()}/books")
    done = CliRunner().invoke(app, ["ready"])
    assert done.exit_code == 1
    assert done.stdout.splitlines()[0] == "ready: state database: answers, layout current"
    assert done.stdout.splitlines()[1].startswith("not ready: warehouse: ")
    assert "a-password" not in done.output
    told = json.loads(CliRunner().invoke(app, ["ready", "--json"]).stdout)
    assert (told["ready"], [one["state"] for one in told["findings"]]) == (False, ["ok", "problem"])


class UI(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/server_info" else 404)
        self.end_headers()

    def log_message(self, *_):
        """Nothing on the terminal."""


@contextmanager
def answering():
    with HTTPServer(("127.0.0.1", 0), UI) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_the_dagster_ui_is_asked_over_http(tmp_path):
    services = Services(Settings.load(_env_file=None, pipeline_home=tmp_path / "home"))
    nobody = f"http://127.0.0.1:{free_port()}"
    with answering() as url:
        assert states(readiness(services, "ui", url)) == {"Dagster UI": "ok"}
    assert states(readiness(services, "ui", nobody)) == {"Dagster UI": "problem"}


def test_the_daemon_is_ready_as_long_as_every_part_of_it_shows_itself(tmp_path, monkeypatch):
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    services = Services(Settings.load(_env_file=None, pipeline_home=tmp_path / "home"))
    with open_instance(services.settings) as instance:
        parts, now = instance.get_required_daemon_types(), clock.now().timestamp()
        (never,) = readiness(services, "daemon")
        for seen in (now, now - SILENT_SECONDS - 60):
            for part in parts:
                instance.add_daemon_heartbeat(DaemonHeartbeat(seen, part, "daemon", []))
            (found,) = readiness(services, "daemon")
            assert found.state == ("ok" if seen == now else "problem"), found
    assert "was never there" in never.told
    assert isinstance(instance, dg.DagsterInstance)


@pytest.mark.timeout(120)
def test_a_code_server_is_asked_by_its_own_protocol(tmp_path):
    services = Services(Settings.load(_env_file=None, pipeline_home=tmp_path / "home"))
    port = free_port()
    (tmp_path / "code.py").write_text("import dagster as dg\ndefs = dg.Definitions()\n")
    command = [sys.executable, "-W", "ignore", "-m", "dagster", "api", "grpc", "--port", str(port)]
    (away,) = readiness(services, "code", f"localhost:{port}")
    assert away.state == "problem"
    with subprocess.Popen([*command, "--python-file", str(tmp_path / "code.py")], stderr=subprocess.DEVNULL) as server:
        try:
            ends = time.monotonic() + 90
            while (found := readiness(services, "code", f"localhost:{port}")[0]).state != "ok":
                assert time.monotonic() < ends, found
        finally:
            server.kill()  # told to end while it begins, it may wait for ever
    (no_address,) = readiness(services, "code", "localhost")
    assert "write host:port" in no_address.told


def test_there_is_no_other_process(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["ready", "sensor"])
    assert ", ".join(PROCESSES) in str(done.exception)
