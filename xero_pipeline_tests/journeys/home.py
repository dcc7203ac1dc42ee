"""A pipeline's home and the processes that work in it, as a person at a shell has them."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb
import httpx
import psycopg

from xero_pipeline_tests.journeys.forking import Forked, nursery
from xero_pipeline_tests.postgresql import a_database_like
from xero_simulator.person import Person

PROGRAM = Path(sys.executable).with_name("xero-pipeline")
SECONDS = 240
"""Longer than any command of a journey takes on a busy machine."""
NOTES = frozenset({"cursors", "api_calls", "reads", "rounds"})
"""What every sync writes, whether anything changed or not."""
IMPATIENT = "import time\ntime.sleep.seconds = 0.01"
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
    fresh: bool = False
    """Whether commands start the installed program; else they are forked, which costs no start."""

    def environment(self, **changes: str | None) -> dict[str, str]:
        mine = {key: value for key, value in os.environ.items() if not key.startswith(("XERO_", "DAGSTER_"))}
        given = self.variables | {"XERO_PIPELINE_HOME": str(self.path), "PYTHONFAULTHANDLER": "1"} | changes
        return mine | {key: value for key, value in given.items() if value is not None}

    def start(
        self, *words: str, prelude: str = "", stdin: int | None = None, **changes: str | None
    ) -> subprocess.Popen[str] | Forked:
        """The program; a prelude of Python stands for what cannot be had otherwise."""
        # Somewhere without a .env file.
        folder, environment = self.path.parent, self.environment(**changes)
        folder.mkdir(parents=True, exist_ok=True)
        if not self.fresh and stdin is None:
            return nursery().start(words, environment=environment, folder=folder, prelude=prelude)
        assert not prelude, "nothing runs before the installed program"
        pipes = {"stdin": stdin, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen([str(PROGRAM), *words], **pipes, text=True, cwd=folder, env=environment)

    def run(self, *words: str, prelude: str = "", **changes: str | None) -> Done:
        return self.ended(self.start(*words, prelude=prelude, **changes))

    def ended(self, process: subprocess.Popen[str] | Forked) -> Done:
        try:
            out, err = process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGABRT)  # it tells where it is (PYTHONFAULTHANDLER)
            raise AssertionError(process.communicate()) from None
        self.said += [out, err]
        assert process.returncode is not None
        return Done(process.returncode, out, err)

    def sync(self, *words: str, prelude: str = "", **changes: str | None) -> Done:
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

    @property
    def server(self) -> str:
        """The PostgreSQL database of this home; empty when everything is in its files."""
        return self.variables.get("XERO_STATE_URL", "").replace("+psycopg", "")

    def a_minute_passes(self) -> None:
        """For the quota: its clock is a table."""
        self._change_state(
            "UPDATE quota_calls SET at = at - 61",
            "UPDATE quota_limits SET heard_at = heard_at - 61, paused_until = paused_until - 61",
        )

    def a_day_passes(self) -> None:
        """For the quota, likewise."""
        self._change_state("DELETE FROM quota_calls", "DELETE FROM quota_limits")

    def _change_state(self, *statements: str) -> None:
        state = self.path / "state.sqlite"
        if self.server:
            with psycopg.connect(self.server, options="-c search_path=xero_state") as database:
                if database.execute("SELECT to_regclass('quota_calls')").fetchone() != (None,):
                    for statement in statements:
                        database.execute(statement)  # pyright: ignore[reportArgumentType]
        elif state.exists():
            with closing(sqlite3.connect(state, timeout=30)) as database, database:
                for statement in statements:
                    database.execute(statement)

    def copy(self, to: Path) -> Home:
        shutil.copytree(self.path, to)
        mine = dict(self.variables, XERO_REDIRECT_URI=a_redirect_uri())
        home = replace(self, path=to, variables=mine, said=[])
        return home.in_postgresql(a_database_like(self.server)) if self.server else home

    def in_postgresql(self, url: str) -> Home:
        """The same home with warehouse, state and Dagster's history in one database."""
        names = ("XERO_WAREHOUSE_URL", "XERO_STATE_URL", "XERO_DAGSTER_URL")
        return replace(self, variables=self.variables | dict.fromkeys(names, url), said=[])

    def query(self, sql: str, file: str = "books.duckdb") -> list[tuple[Any, ...]]:
        if self.server:
            with psycopg.connect(self.server, options="-c timezone=UTC") as database:
                return database.execute(sql).fetchall()  # pyright: ignore[reportArgumentType]
        with duckdb.connect(str(self.path / file), read_only=True) as warehouse:
            return warehouse.execute(sql).fetchall()

    def checksums(self, schema: str = "xero", file: str = "books.duckdb") -> dict[str, tuple[int, int]]:
        """Rows and a checksum over all columns, `synced_at` too, of every table but our notes about the reading."""
        tables = f"SELECT table_name FROM information_schema.tables WHERE table_schema = '{schema}'"
        hashed = "hashtextextended(t::text, 0)" if self.server else "hash(t)"
        union = " UNION ALL ".join(
            f"SELECT '{name}', count(*), coalesce(sum({hashed}), 0) FROM {schema}.{name} AS t"
            for (name,) in self.query(f"{tables} AND table_type = 'BASE TABLE'", file)
            if name not in NOTES
        )
        return {name: (count, checksum) for name, count, checksum in self.query(union, file)}


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
