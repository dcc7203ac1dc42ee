"""A served simulator that notes every request and can do something at a certain one."""

from __future__ import annotations

import gzip
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from xero_pipeline_tests.clock import TODAY
from xero_simulator.config import BooksConfig
from xero_simulator.limits import SimLimits
from xero_simulator.messages import Request, Response
from xero_simulator.server import serving
from xero_simulator.simulator import Simulator

API = "/api.xro/2.0/"


@dataclass
class Seen:
    """One request of the Accounting API."""

    path: str
    tenant_id: str
    since: str | None
    token: str
    began: float
    ended: float = 0.0
    status: int = 0


@dataclass
class Watched:
    """Stands in front of a simulator."""

    simulator: Simulator
    url: str = ""
    seen: list[Seen] = field(default_factory=list)
    on_call: Callable[[int], object] | None = None
    """Told the number of each API request, from 1, before it is answered."""
    refreshes: list[Seen] = field(default_factory=list)
    """Every refresh of a token."""
    secrets: set[str] = field(default_factory=set)
    """Every token that was ever given out."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def handle(self, request: Request) -> Response:
        if not request.path.startswith(API):
            return self._identity(request)
        headers = request.headers
        seen = Seen(
            path=request.path.removeprefix(API),
            tenant_id=headers.get("xero-tenant-id", ""),
            since=headers.get("if-modified-since"),
            token=headers.get("authorization", ""),
            began=time.monotonic(),
        )
        with self._lock:
            self.seen.append(seen)
            if self.on_call is not None:
                self.on_call(len(self.seen))
        answer = self.simulator.handle(request)
        seen.ended, seen.status = time.monotonic(), answer.status
        return answer

    def _identity(self, request: Request) -> Response:
        began = time.monotonic()
        answer = self.simulator.handle(request)
        if request.path == "/connect/token" and b"grant_type=refresh_token" in request.body:
            refresh = Seen(request.path, "", None, "", began, time.monotonic(), answer.status)
            self.refreshes.append(refresh)
        if request.path == "/connect/token" and answer.status == 200:
            given = json.loads(gzip.decompress(answer.body) if "Content-Encoding" in answer.headers else answer.body)
            self.secrets |= {given[name] for name in ("access_token", "refresh_token") if name in given}
        return answer

    @contextmanager
    def looking(self) -> Iterator[list[Seen]]:
        """The requests of the block; nothing is left over from before, nor stays."""
        self.seen = []
        try:
            yield self.seen
        finally:
            self.on_call = None
            self.simulator.faults.clear()


def most_at_once(seen: list[Seen]) -> int:
    """How many requests were under way together, at most."""
    edges = sorted([(one.began, 1) for one in seen] + [(one.ended, -1) for one in seen])
    now = most = 0
    for _, step in edges:
        now += step
        most = max(most, now)
    return most


@contextmanager
def watched(
    organisations: int = 1, store: Path | None = None, *, invoices: int = 60, limits: SimLimits | None = None
) -> Iterator[Watched]:
    """Three months of a small company, over HTTP.

    Args:
        organisations: How many of them.
        store: What the simulator knows of consents; None for nothing yet.
        limits: How many calls it allows; None for any number.
    """
    config = BooksConfig(today=TODAY, organisations=organisations, invoices=invoices, months=3)
    watch = Watched(Simulator(config, store, limits=limits, controllable=True))
    with serving(watch) as url:
        watch.url = url
        yield watch
