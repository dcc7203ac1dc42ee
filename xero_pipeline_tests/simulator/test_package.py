"""The simulator is a package by itself, for tests of any program that reads Xero."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import re
import runpy
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from xero_pipeline_tests.docs.blocks import ROOT, tokens
from xero_pipeline_tests.simulator.helpers import consent
from xero_simulator.command import main
from xero_simulator.faults.catalogue import Fault

KEY = "a signing key"
pytest_plugins = ["xero_simulator.pytest_plugin"]

_WITHOUT_US = """
import sys
from importlib import import_module
from pkgutil import walk_packages

sys.modules["xero_pipeline"] = None
import xero_simulator

for module in walk_packages(xero_simulator.__path__, "xero_simulator."):
    if module.name != "xero_simulator.__main__":
        import_module(module.name)
"""


def test_every_module_loads_where_the_pipeline_is_not_installed():
    done = subprocess.run([sys.executable, "-c", _WITHOUT_US], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.returncode == 0


def test_the_command_serves_until_it_is_stopped():
    command = [sys.executable, "-m", "xero_simulator", "--port", "0", "--invoices", "12", "--months", "2"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(os.environ)) as served:
        try:
            assert served.stdout is not None
            (url,) = re.findall(r"http://\S+", served.stdout.readline())
            assert httpx.get(f"{url}/connections").status_code == 401
        finally:
            served.terminate()
            served.wait(timeout=20)


class TakesEvents(BaseHTTPRequestHandler):
    """An address that checks signatures, as Xero wants it."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        right = base64.b64encode(hmac.new(KEY.encode(), body, hashlib.sha256).digest()).decode()
        is_signed = self.headers["x-xero-signature"] == right
        if is_signed:
            self.server.told += json.loads(body)["events"]
        self.send_response_only(200 if is_signed else 401)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format, *args):
        pass


@pytest.fixture
def address():
    server = ThreadingHTTPServer(("127.0.0.1", 0), TakesEvents)
    server.told = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_the_command_tells_an_address_what_people_do_meanwhile(address):
    words = ["--port", "0", "--invoices", "12", "--months", "2", "--work-every", "0.1", "--webhook-key", KEY]
    url = f"http://127.0.0.1:{address.server_port}/xero/events"
    command = [sys.executable, "-m", "xero_simulator", *words, "--webhook-url", url, "--webhook-categories", "PAYMENT"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=dict(os.environ)) as served:
        try:
            until = time.monotonic() + 30
            while not address.told and time.monotonic() < until:
                time.sleep(0.05)
        finally:
            served.terminate()
            served.wait(timeout=20)
    assert {one["eventCategory"] for one in address.told} == {"PAYMENT"}


def test_a_webhook_without_its_key_is_told_in_a_line(capsys):
    with pytest.raises(SystemExit):
        main(["--webhook-url", "http://127.0.0.1:1"])
    assert "--webhook-url and --webhook-key go together" in capsys.readouterr().err


def test_a_wrong_size_is_told_in_a_line():
    command = [sys.executable, "-m", "xero_simulator", "--port", "0", "--months", "0"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("xero-simulator: error: organisations and months must be at least 1")


def test_the_fixture_serves_books_and_faults(simulated_xero):
    with httpx.Client(base_url=simulated_xero.url) as client:
        token = consent(client, simulated_xero.url)
        client.headers["Authorization"] = f"Bearer {token['access_token']}"
        client.headers["xero-tenant-id"] = client.get("/connections").json()[0]["tenantId"]
        client.headers["Accept"] = "application/json"
        assert client.get("/api.xro/2.0/Accounts").json()["Accounts"]

        simulated_xero.faults.add(Fault("dropped", path="Accounts"))
        with pytest.raises(httpx.RemoteProtocolError):
            client.get("/api.xro/2.0/Accounts")
        assert client.get("/api.xro/2.0/Accounts").status_code == 200


@pytest.mark.parametrize("page", ["docs/simulator.md", "xero_simulator/README.md"])
def test_the_example_of_the_page_passes(page, simulated_xero, tmp_path):
    (example,) = (token.content for token in tokens(ROOT / page) if token.type == "fence" and token.info == "python")
    (tmp_path / "example.py").write_text(example)
    runpy.run_path(str(tmp_path / "example.py"))["test_there_is_a_bank_account"](simulated_xero)
