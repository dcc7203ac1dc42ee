"""A pipeline's home and the processes that work in it, as a person at a shell has them."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import httpx

from xero_pipeline.simulator.person import Person

PROGRAM = Path(sys.executable).with_name("xero-pipeline")
SECONDS = 120
"""Longer than any command of a journey takes on a busy machine."""
NOTES = frozenset({"cursors", "api_calls", "reads", "rounds"})
"""What every sync writes, whether anything changed or not."""
IMPATIENT = "import time\n_sleep = time.sleep\ntime.sleep = lambda seconds: _sleep(min(seconds, 0.01))"
"""For `start`: a process in which no wait lasts longer than a moment."""


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err


@dataclass
class Home:
    """A folder, the variables that go with it, and the commands run in it."""

    path: Path
    variables: dict[str, str]
    said: list[str] = field(default_factory=list)
    """Everything any command has printed."""
    day: dt.date = field(default_factory=lambda: dt.datetime.now(dt.UTC).date())
    """When it was made: at midnight the current month is due again."""

    def environment(self, **changes: str | None) -> dict[str, str]:
        mine = {key: value for key, value in os.environ.items() if not key.startswith(("XERO_", "DAGSTER_"))}
        given = self.variables | {"XERO_PIPELINE_HOME": str(self.path), "PYTHONFAULTHANDLER": "1"} | changes
        return mine | {key: value for key, value in given.items() if value is not None}

    def start(self, *words: str, prelude: str = "", **changes: str | None) -> subprocess.Popen[str]:
        """The program; a prelude of Python stands for what cannot be had otherwise."""
        script = f"{prelude}\nfrom xero_pipeline.cli import main\nmain()"
        command = [sys.executable, "-c", script] if prelude else [str(PROGRAM)]
        # Somewhere without a .env file.
        self.path.parent.mkdir(parents=True, exist_ok=True)
        return subprocess.Popen(
            [*command, *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.path.parent,
            env=self.environment(**changes),
        )

    def run(self, *words: str, prelude: str = "", **changes: str | None) -> Done:
        return self.ended(self.start(*words, prelude=prelude, **changes))

    def ended(self, process: subprocess.Popen[str]) -> Done:
        try:
            out, err = process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGABRT)  # it tells where it is (PYTHONFAULTHANDLER)
            raise AssertionError(process.communicate()) from None
        self.said += [out, err]
        return Done(process.returncode, out, err)

    def sync(self, *words: str, prelude: str = "", **changes: str | None) -> Done:
        self.a_minute_passes()
        return self.run("sync", *words, prelude=prelude, **changes)

    def connect(self, answer: Callable[[str], str] | None = None, *, prelude: str = "", **changes: str | None) -> Done:
        """Answers the consent page as a person would; what the callback shows is seen by nobody."""
        process = self.start("connect", "--no-browser", prelude=prelude, **changes)
        assert process.stdout is not None
        try:
            before = []
            while not (line := process.stdout.readline()).startswith("http"):
                assert line, process.communicate()
                before.append(line)
            with httpx.Client(timeout=60, trust_env=False) as browser:
                browser.get((answer or Person().allow)(line.strip()))
        except BaseException:
            process.kill()
            process.communicate()
            raise
        done = self.ended(process)
        self.said += [*before, line]
        return Done(done.code, "".join([*before, line]) + done.out, done.err)

    def a_minute_passes(self) -> None:
        """For the quota: its clock is a table."""
        state = self.path / "state.sqlite"
        if not state.exists():
            return
        with sqlite3.connect(state, timeout=30) as database:
            database.execute("UPDATE quota_calls SET at = at - 61")
            database.execute("UPDATE quota_limits SET heard_at = heard_at - 61, paused_until = paused_until - 61")
        database.close()

    def a_day_passes(self) -> None:
        """For the quota, likewise."""
        with sqlite3.connect(self.path / "state.sqlite", timeout=30) as database:
            database.execute("DELETE FROM quota_calls")
            database.execute("DELETE FROM quota_limits")
        database.close()

    def copy(self, to: Path) -> Home:
        shutil.copytree(self.path, to)
        return Home(to, dict(self.variables, XERO_REDIRECT_URI=a_redirect_uri()))

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.path / "books.duckdb"), read_only=True) as warehouse:
            return warehouse.execute(sql).fetchall()

    def checksums(self) -> dict[str, tuple[int, int]]:
        """Rows and a checksum over all columns, `synced_at` too, of every table but our notes about the reading."""
        tables = [name for (name,) in self.query("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'xero'")]
        union = " UNION ALL ".join(
            f"SELECT '{name}', count(*), coalesce(sum(hash(t)), 0) FROM xero.{name} AS t"
            for name in tables
            if name not in NOTES
        )
        return {name: (count, checksum) for name, count, checksum in self.query(union)}


def a_redirect_uri() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://localhost:{probe.getsockname()[1]}/xero/callback"


def live(path: Path, url: str, first_month: str, **more: str) -> Home:
    """A home in live mode that knows Xero's three addresses and nothing else."""
    return Home(
        path,
        {
            "XERO_MOCK_MODE": "false",
            "XERO_API_URL": url,
            "XERO_IDENTITY_URL": url,
            "XERO_LOGIN_URL": url,
            "XERO_CLIENT_ID": "journeys",
            "XERO_ENCRYPTION_KEY": "5a" * 32,
            "XERO_REDIRECT_URI": a_redirect_uri(),
            "XERO_START_DATE": first_month,
            **more,
        },
    )
