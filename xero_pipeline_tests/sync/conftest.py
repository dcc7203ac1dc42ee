"""A warehouse of one's own and a small Xero that answers as the test says."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_DNS, uuid5

import httpx
import pytest

from xero_pipeline.state.engine import open_state
from xero_pipeline.sync.result import CallStats
from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline.xero.http.client import XeroClient
from xero_pipeline.xero.quota.limiter import Quota
from xero_pipeline_tests.xero.fakes import TENANT, Clock, Tokens

SERVER_TIME = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
OURS = SERVER_TIME + timedelta(hours=2)  # our clock may be wrong: cursors follow Xero's


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
    with Warehouse(f"duckdb:///{tmp_path / 'books.duckdb'}").kept_open() as warehouse:
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
