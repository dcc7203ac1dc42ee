"""A warehouse of one's own and a small Xero that answers as the test says."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_DNS, uuid4, uuid5

import httpx
import pytest
from moto.server import ThreadedMotoServer

from xero_pipeline.state.engine import open_state
from xero_pipeline.sync.result import CallStats
from xero_pipeline.xero.http.client import XeroClient
from xero_pipeline.xero.quota.limiter import Quota
from xero_pipeline_tests.databases import opened
from xero_pipeline_tests.xero.fakes import TENANT, Clock, Tokens

SERVER_TIME = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
KEY_ID, SECRET_KEY = "AKIAOURBOOKS", "nobody-may-read-this"
OURS = SERVER_TIME + timedelta(hours=2)  # our clock may be wrong: cursors follow Xero's


@pytest.fixture(scope="session")
def s3_server():
    """The address of an S3 that is spoken to over HTTP."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3(s3_server, monkeypatch):
    """The address of a prefix in a bucket of the test's own, whose credentials are in the environment."""
    bucket = f"books-{uuid4()}"
    store_variables(monkeypatch, s3_server)
    httpx.put(f"{s3_server}/{bucket}", trust_env=False).raise_for_status()
    return f"s3://{bucket}/landing/zone"


def store_variables(monkeypatch, server):
    """Name a store and its credentials as its users do."""
    told = {"ENDPOINT": server, "ALLOW_HTTP": "true", "REGION": "us-east-1"}
    for name, value in (told | {"ACCESS_KEY_ID": KEY_ID, "SECRET_ACCESS_KEY": SECRET_KEY}).items():
        monkeypatch.setenv(f"AWS_{name}", value)


def uid(name):
    return str(uuid5(NAMESPACE_DNS, name))


class Xero:
    """Answers lists page by page, reports nothing by itself, remembers every request.

    Args:
        wrapper: The key of the list.
        key: The field that names a record.
    """

    def __init__(self, wrapper="Invoices", key="InvoiceID"):
        self.wrapper, self.key = wrapper, key
        self.pages = [[]]
        self.counts = []  # what each answer says the list's length is; the true one when used up
        self.time = SERVER_TIME
        self.requests = []
        self.breaks = {}  # page number -> answer instead

    def put(self, *pages):
        self.pages = [[{self.key: uid(name), **more} for name, more in page] for page in pages]

    def __call__(self, request):
        self.requests.append(request)
        number = int(request.url.params.get("page", 1))
        if number in self.breaks:
            return self.breaks[number]
        self.time += timedelta(seconds=1)
        records = self.pages[number - 1]
        body = {"DateTimeUTC": f"/Date({int(self.time.timestamp() * 1000)})/", self.wrapper: records}
        if "page" in request.url.params:
            count = self.counts.pop(0) if self.counts else sum(map(len, self.pages))
            body["pagination"] = {"page": number, "pageSize": 1000, "pageCount": len(self.pages), "itemCount": count}
        return httpx.Response(200, content=json.dumps(body).encode())

    @property
    def asked_since(self):
        return [request.headers.get("if-modified-since") for request in self.requests]


@pytest.fixture
def warehouse(duckdb_template, tmp_path):
    shutil.copy(duckdb_template, tmp_path / "books.duckdb")
    with opened(f"duckdb:///{tmp_path / 'books.duckdb'}") as warehouse:
        yield warehouse


@pytest.fixture
def clock():
    clock = Clock()
    clock.now = OURS.timestamp()
    return clock


@pytest.fixture
def quota(tmp_path, clock):
    engine = open_state(f"sqlite:///{tmp_path / 'state.sqlite'}")
    yield Quota(engine, clock=clock)
    engine.dispose()


@pytest.fixture
def talk(quota, clock):
    """A client that asks the given Xero, and its tally."""

    def client(xero):
        tally = CallStats()
        return tally, XeroClient(
            api_url="https://api.example",
            tokens=Tokens(),
            quota=quota,
            transport=httpx.MockTransport(xero),
            on_call=tally.add,
            clock=clock,
            sleep=clock.sleep,
        )

    return client


__all__ = ["OURS", "SERVER_TIME", "TENANT", "Xero", "uid"]
