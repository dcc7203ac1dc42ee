"""The program in processes of its own that cost no start: each is forked from one that has everything imported.

What a short command does takes less than importing Dagster and Arrow for it. A forked one is a process like any other:
with a number, an environment, a folder, pipes and signals of its own, it ends as the interpreter ends, and nothing it
does reaches the next. Journeys that begin with an installed program still start that (`Home.fresh`).
"""

from __future__ import annotations

import atexit
import gc
import json
import math
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any, NoReturn, TextIO

from xero_pipeline_tests.startup.after_import import after_import
from xero_pipeline_tests.startup.hurry import HURRY

ROOMS = (
    "cli",
    "defs",
    "definitions",
    "home",
    "ledger",
    "operations",
    "container",
    "queries",
    "sync",
    "warehouse",
    "xero",
)
LIBRARIES = (
    "anyio",
    "xero_pipeline.sync.landing.zstandard",
    "cryptography.hazmat.primitives.ciphers.aead",
    "dagster._core.execution.execute_in_process",
    "dagster._core.execution.plan.active",
    "dagster._core.executor.in_process",
    "dagster._core.instance.factory",
    "dagster._core.instance.runs.run_domain",
    "dagster._core.storage.event_log.sqlite",
    "dagster._core.storage.noop_compute_log_manager",
    "dagster._core.storage.root",
    "dagster._core.storage.sqlite_storage",
    "dagster_postgres",
    "duckdb_sqlalchemy",
    "encodings.idna",
    "fsspec.implementations.local",
    "httpcore",
    "pandas",
    "psycopg",
    "pyarrow.pandas_compat",
    "pytz",
    "sqlalchemy.dialects.postgresql.psycopg",
    "sqlalchemy.dialects.sqlite",
    "upath.implementations.local",
)
"""What the rooms import when they need it."""


class Forked:
    """A program that runs, or has run: as much of `subprocess.Popen` as journeys use.

    Args:
        err: What it complains of.
        ended: Has its exit code once it has ended.
    """

    def __init__(self, pid: int, out: TextIO, err: TextIO, ended: int) -> None:
        self.pid, self.stdout, self.stderr = pid, out, err
        self.returncode: int | None = None
        self._ended = ended
        self._readers = ThreadPoolExecutor(2)
        self._read: list[Future[str]] = []

    def send_signal(self, number: int) -> None:
        """As a person or the system would; nothing when it has ended."""
        if self.returncode is None:
            try:
                os.kill(self.pid, number)
            except ProcessLookupError:
                return

    def kill(self) -> None:
        """At once."""
        self.send_signal(signal.SIGKILL)

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Read what is left of its output and wait for its end.

        Raises:
            TimeoutExpired: It still runs; may be asked again.
        """
        self._read = self._read or [self._readers.submit(stream.read) for stream in (self.stdout, self.stderr)]
        try:
            out, err = (one.result(timeout) for one in self._read)
        except NotYet:
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0) from None
        if self.returncode is None:
            if not select.select([self._ended], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
            (self.returncode,) = struct.unpack("i", os.read(self._ended, 4))
            os.close(self._ended)
            self._readers.shutdown()
            self.stdout.close()
            self.stderr.close()
        return out, err


class Nursery:
    """The process with everything imported; it ends when the test process does."""

    def __init__(self) -> None:
        self._requests, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._process = subprocess.Popen(
            # Not as a module: what is asked of how the program was started shall be as it is of its script.
            [sys.executable, "-X", "faulthandler", "-c", f"from {__name__} import serve; serve({theirs.fileno()})"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
        )
        theirs.close()
        atexit.register(self._end)

    def _end(self) -> None:
        self._requests.close()
        self._process.wait()

    def start(self, words: Sequence[str], *, environment: Mapping[str, str], folder: Path, prelude: str) -> Forked:
        """Run `xero-pipeline` with some words.

        Args:
            environment: All of its environment.
            prelude: Python that runs before.
        """
        (out, its_out), (err, its_err), (ended, its_end) = os.pipe(), os.pipe(), os.pipe()
        job = {"words": list(words), "environment": dict(environment), "folder": str(folder), "prelude": prelude}
        # More than one message may hold; the other end reads the job out of its pipe.
        wanted, giving = os.pipe()
        socket.send_fds(self._requests, [b"!"], [wanted, its_out, its_err, its_end])
        for descriptor in (wanted, its_out, its_err, its_end):
            os.close(descriptor)
        with os.fdopen(giving, "w") as stream:
            json.dump(job, stream)
        (pid,) = struct.unpack("i", os.read(ended, 4))
        return Forked(pid, os.fdopen(out), os.fdopen(err), ended)


@cache
def nursery() -> Nursery:
    """One for all journeys of a test process."""
    return Nursery()


def _forked(requests: socket.socket) -> dict[str, Any]:
    """Fork at every request. Returns in each new program, never in the process that forks them."""
    while True:
        asked, descriptors, _, _ = socket.recv_fds(requests, 1, 4)
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        if not asked:
            os._exit(0)
        if os.fork() == 0:  # stays beside the program, to tell how it ends
            wanted, out, err, ended = descriptors
            with os.fdopen(wanted) as stream:
                job = json.load(stream)
            requests.close()
            if (pid := os.fork()) == 0:
                os.dup2(out, 1)
                os.dup2(err, 2)
                for descriptor in (out, err, ended):
                    os.close(descriptor)
                return job
            for descriptor in (1, 2, out, err):
                os.close(descriptor)
            os.write(ended, struct.pack("i", pid))
            _, status = os.waitpid(pid, 0)
            os.write(ended, struct.pack("i", os.waitstatus_to_exitcode(status)))
            os._exit(0)
        for descriptor in descriptors:
            os.close(descriptor)


def _import_all() -> None:
    for room in ROOMS:
        package = import_module(f"xero_pipeline.{room}")
        for module in walk_packages(getattr(package, "__path__", []), f"{package.__name__}."):
            if ".migrations" not in module.name:  # those run when they are imported
                import_module(module.name)
    for name in LIBRARIES:
        import_module(name)
    _read_dagsters_revisions()


def _read_dagsters_revisions() -> None:
    """They are kept (`startup/dagsters_revisions.py`): no process that is forked reads them again."""
    from alembic.script import ScriptDirectory
    from dagster._core.storage import sql

    kept = ScriptDirectory.from_config(sql.get_alembic_config(sql.__file__))
    assert kept.as_revision_number("head")


def _become(job: dict[str, Any]) -> NoReturn:
    """The program, as its script starts it."""
    os.environ.clear()
    os.environ.update(job["environment"])
    os.chdir(job["folder"])
    sys.argv = ["xero-pipeline", *job["words"]]
    code: object = 0
    try:
        exec(job["prelude"], {"__name__": "__main__"})
        from xero_pipeline.cli import main

        main()
    except SystemExit as end:
        code = end.code
    except BaseException:  # noqa: BLE001 - what the interpreter does with it
        traceback.print_exc()
        code = 1
    _end(code)


def _end(code: object) -> NoReturn:
    """What the interpreter does at its end, but for taking everything apart: that takes longer than most commands."""
    if isinstance(code, str):
        sys.stderr.write(f"{code}\n")
    threading._shutdown()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))


class Patience:
    """How long a program waits at most: stands for `time.sleep` before anybody has taken that as a default."""

    def __init__(self) -> None:
        self.seconds = math.inf
        self._sleep = time.sleep

    def __call__(self, seconds: float) -> None:
        self._sleep(min(seconds, self.seconds))


def serve(descriptor: int) -> None:
    """Be the process that forks, then each of the programs.

    Args:
        descriptor: A socket; its other end has the `Nursery`.
    """
    time.sleep = Patience()
    _import_all()
    after_import(HURRY)
    gc.freeze()  # what all of them share is not looked through by each
    gc.set_threshold(100_000, 50, 100)
    _become(_forked(socket.socket(fileno=descriptor)))
