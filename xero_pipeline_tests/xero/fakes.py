"""What the tests of the client's room share: a clock, tokens, and a small fake of Xero that keeps state."""

from __future__ import annotations

import threading
from urllib.parse import unquote

import httpx
import msgspec

from xero_pipeline.xero.http.client import XeroClient
from xero_pipeline.xero.quota.limiter import Quota

TENANT = "70784a63-d24b-46a9-a4db-0e70a274b056"
START = 1_800_000_000.0


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self):
        self.now = START
        self.slept = []

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds


class Tokens:
    """Hands out `secret-1`, and the next one for every one that was rejected."""

    def __init__(self):
        self.current = 1
        self.rejections = []

    def access_token(self, tenant_id, rejected=None):
        if rejected is not None:
            self.rejections.append(rejected)
            if rejected == f"secret-{self.current}":
                self.current += 1
        return f"secret-{self.current}"


def envelope(wrapper, records, **more):
    return msgspec.json.encode(
        {"Id": "0", "Status": "OK", "DateTimeUTC": "/Date(1439434356790)/", **more, wrapper: records}
    )


class App:
    """A Xero that answers from a script first, then from its lists, and remembers every request."""

    def __init__(self, *script):
        self.script = list(script)
        self.requests = []
        self.lists = {}
        self.in_flight = self.most_in_flight = 0
        self.guard = threading.Lock()

    def __call__(self, request):
        with self.guard:
            self.requests.append(request)
            self.in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self.in_flight)
            step = self.script.pop(0) if self.script else None
        try:
            if isinstance(step, Exception):
                raise step
            if step is not None:
                return step(request) if callable(step) else step
            return self.answer(request)
        finally:
            with self.guard:
                self.in_flight -= 1

    def answer(self, request):
        return good(envelope("Accounts", [{"AccountID": "1"}]))

    @property
    def paths(self):
        return [unquote(request.url.raw_path.decode()).removeprefix("/api.xro/2.0/") for request in self.requests]


def good(body=b'{"Accounts":[]}', **headers):
    return httpx.Response(200, content=body, headers=headers)


def client_of(app, engine, clock, tokens=None, calls=None, call_context=None, outages=None, **quota):
    return XeroClient(
        api_url="https://api.example",
        tokens=tokens or Tokens(),
        quota=Quota(engine, clock=clock, **quota),
        transport=httpx.MockTransport(app),
        on_call=None if calls is None else calls.append,
        clock=clock,
        sleep=clock.sleep,
        call_context=call_context,
        circuit_breaker=outages,
    )
