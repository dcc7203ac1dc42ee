"""Syncs in processes of their own that are killed at an event: the n-th call, commit, statement, landing and so on.

One process has everything imported and forks the others, so that each costs no start. What counts the events stands
around the real services; the package knows nothing of it. SIGKILL comes from within, so it comes at exactly that event.

    python -m xero_pipeline_tests.journeys.killing
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

from xero_pipeline import clock
from xero_pipeline_tests.journeys.home import Home
from xero_pipeline_tests.startup.after_import import after_import
from xero_pipeline_tests.startup.hurry import HURRY

COLLECTIONS = ("invoices", "items", "payments")
REPORTS = ("profit_and_loss",)
PAGE_SIZE = 10
"""Small, so that a list takes several transactions."""


class Events:
    """Counts what happens, and ends the process at a point.

    Args:
        point: The event, and its how-manieth; None never ends it.
    """

    def __init__(self, point: tuple[str, int] | None) -> None:
        self.seen: Counter[str] = Counter()
        self._point = point
        self._lock = threading.Lock()

    def __call__(self, name: str) -> None:
        with self._lock:
            self.seen[name] += 1
            if (name, self.seen[name]) == self._point:
                os.kill(os.getpid(), signal.SIGKILL)


def sync(events: Events, *, whole: bool) -> None:
    """Bring the organisation of this home up to date, as the assets do.

    Args:
        whole: Read lists that come in one answer whole, so that deletions show.
    """
    from xero_pipeline.container import Services
    from xero_pipeline.settings import Settings
    from xero_pipeline.state.locks import exclusive
    from xero_pipeline.sync import incremental_read
    from xero_pipeline.sync.call_log import deliver_calls

    # With it, every sync of these minutes would read all their edits again, and hide a cursor that ran ahead.
    incremental_read.OVERLAP = timedelta(0)
    services = Services(Settings.load())
    watch(services, events)
    (organisation,) = services.organisations.list()
    tenant_id = organisation.tenant_id
    try:
        for name in (*COLLECTIONS, *REPORTS):
            with exclusive(services.state, f"sync of {tenant_id}", timeout_seconds=5):
                (_report if name in REPORTS else _collection)(services, tenant_id, name, whole=whole)
    finally:
        deliver_calls(services.call_outbox, services.warehouse)
    services.close()


def _collection(services: Any, tenant_id: str, name: str, *, whole: bool) -> None:
    from xero_pipeline.sync.incremental_sync import sync_collection
    from xero_pipeline.sync.result import CallStats
    from xero_pipeline.xero.endpoints import endpoint
    from xero_pipeline.xero.quota.call_context import CallContext

    row, tally = endpoint(name), CallStats()
    if row.paging == "pages":
        row = replace(row, page_size=PAGE_SIZE, params={**row.params, "pageSize": str(PAGE_SIZE)})
    with services.client(CallContext(asset=name), on_call=tally.add) as client:
        full = whole and row.paging == "whole"
        sync_collection(client, services.warehouse, tenant_id, row, tally=tally, full=full, landing=services.landing)


def _report(services: Any, tenant_id: str, name: str, *, whole: bool) -> None:
    from xero_pipeline.sync.reports import sync_report
    from xero_pipeline.sync.reports_due import months_due
    from xero_pipeline.sync.result import CallStats
    from xero_pipeline.xero.quota.call_context import CallContext
    from xero_pipeline.xero.reports.catalogue import report_named

    report = report_named(name)
    tally, now, start = CallStats(), clock.now(), services.settings.start_date
    months: list[date] = months_due(services.warehouse, tenant_id, name, at=now, start_date=start)
    with services.client(CallContext(asset=name), on_call=tally.add) as client:
        for _ in sync_report(
            client, services.warehouse, tenant_id, report, months, tally=tally, landing=services.landing
        ):
            pass


def watch(services: Any, events: Events) -> None:
    """Put the events around the services: the network, both databases, the landing zone."""
    import httpx
    import sqlalchemy as sa

    class Network(httpx.HTTPTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            events("call")
            answer = super().handle_request(request)
            events("answer")
            return answer

    services.__dict__["transport"] = Network()
    sa.event.listen(services.state, "commit", lambda *_: events("note"))
    services.warehouse.dialect.kept().__enter__()  # until the process is killed, as in a sync
    engine = services.warehouse.dialect.engine(read_only=False)
    sa.event.listen(engine, "begin", lambda *_: events("begin"))
    sa.event.listen(engine, "before_cursor_execute", lambda *_: events("statement"))
    sa.event.listen(engine, "commit", lambda *_: events("commit"))
    sa.event.listen(engine, "checkin", lambda *_: events("committed"))
    keep = services.landing.keep

    def kept(*arguments: Any) -> Path:
        events("landing")
        path = keep(*arguments)
        events("landed")
        return path

    services.landing.keep = kept


@dataclass
class Driver:
    """The process that forks the others."""

    process: subprocess.Popen[str]

    def sync(self, home: Home, point: tuple[str, int] | None = None, *, whole: bool = False) -> Counter[str]:
        """A sync in a process of its own; one with a point must be killed there.

        Returns:
            What happened, and how often, if it was not killed.
        """
        counts = home.path / "events.json"
        job = {"environment": home.environment(), "point": point, "whole": whole, "counts": str(counts)}
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()
        ended = self.process.stdout.readline()
        assert ended.strip() == (str(-signal.SIGKILL) if point else "0"), (ended, point)
        return Counter() if point else Counter(json.loads(counts.read_text()))


@contextmanager
def driver() -> Iterator[Driver]:
    """Start it, and end it."""
    command = [sys.executable, "-W", "ignore", "-m", "xero_pipeline_tests.journeys.killing"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Driver(process)
        assert process.stdin is not None
        process.stdin.close()


def _serve() -> None:
    for name in ("container", "sync", "warehouse", "xero"):
        _import_all(f"xero_pipeline.{name}")
    for name in (
        "xero_pipeline.sync.landing.zstandard",
        "cryptography.hazmat.primitives.ciphers.aead",
        "duckdb_sqlalchemy",
        "pandas",
        "psycopg",
        "pytz",
        "sqlalchemy.dialects.postgresql.psycopg",
        "sqlalchemy.dialects.sqlite",
    ):
        import_module(name)
    after_import(HURRY)
    for line in sys.stdin:
        job = json.loads(line)
        child = os.fork()
        if child == 0:
            _carry(job)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _import_all(name: str) -> None:
    """Everything in a room, or no process would be spared its start."""
    room = import_module(name)
    for module in walk_packages(getattr(room, "__path__", []), f"{name}."):
        if ".migrations" not in module.name:  # those run when they are imported
            import_module(module.name)


def _carry(job: dict[str, Any]) -> None:
    """One job in a process that does nothing else; never returns."""
    code = 1
    try:
        os.environ.clear()
        os.environ.update(job["environment"])
        events = Events(tuple(job["point"]) if job["point"] else None)
        sync(events, whole=job["whole"])
        Path(job["counts"]).write_text(json.dumps(events.seen))
        code = 0
    except BaseException:  # noqa: BLE001 - told, and the code says it
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    _serve()
