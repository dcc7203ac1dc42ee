"""`xero-pipeline` without its second of imports: a process that has them already forks a child for each command.

A person at a shell cannot tell the difference: the child has the command's words, folder, variables and streams. Waits
for Xero's limits do not last: the clock of the call budget is put forward instead.

`python -m xero_pipeline_tests.docs.served SOCKET` serves; `CLIENT` is what a shell starts.
"""

from __future__ import annotations

import importlib
import json
import os
import socket
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path

from xero_pipeline_tests.startup.after_import import after_import
from xero_pipeline_tests.startup.hurry import HURRY

CLIENT = """\
import json, os, socket, sys
link = socket.socket(socket.AF_UNIX)
link.connect({socket!r})
told = json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]).encode()
socket.send_fds(link, [len(told).to_bytes(4, "big")], [0, 1, 2])
link.sendall(told)
sys.exit(int(link.recv(8)))
"""
IMPORTED_ALREADY = (
    "duckdb",
    "pandas",
    "pyarrow.compute",
    "pyarrow.json",
    "xero_pipeline.cli.app",
    "xero_pipeline.cli.runs",
    "xero_pipeline.definitions",
    "xero_pipeline.sync.incremental_sync",
    "xero_pipeline.warehouse.store",
    "xero_pipeline.xero.http.client",
)
_SHORT = 0.01
_sleep = time.sleep


def impatient(seconds: float) -> None:
    """Wait a moment; where that is not long enough, let the time pass in the table that counts the calls."""
    if seconds > 1:
        a_while_passes(Path(os.environ.get("XERO_PIPELINE_HOME", ".xero")), seconds)
    _sleep(min(seconds, _SHORT))


def a_while_passes(home: Path, seconds: float) -> None:
    """For the call budget, whose clock is a table."""
    state = home / "state.sqlite"
    if state.exists():
        with closing(sqlite3.connect(state, timeout=30)) as database, database:
            database.execute("UPDATE quota_calls SET at = at - ?", (seconds,))
            database.execute("UPDATE quota_limits SET paused_until = paused_until - ?", (seconds,))


def serve(address: str) -> None:
    """One command after the other, until this process is ended."""
    time.sleep = impatient  # before anybody has taken it as a default
    for name in IMPORTED_ALREADY:
        importlib.import_module(name)
    after_import(HURRY)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen()
        while True:
            link, _ = listener.accept()
            with link:
                head, files, _, _ = socket.recv_fds(link, 4, 3)
                told = b""
                while len(told) < int.from_bytes(head, "big"):
                    told += link.recv(65_536)
                link.sendall(str(_carried(told, files)).encode())


def _carried(told: bytes, files: list[int]) -> int:
    if child := os.fork():
        for file in files:
            os.close(file)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    words, folder, variables = json.loads(told)
    for number, file in enumerate(files):
        os.dup2(file, number)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(variables)
    sys.argv = ["xero-pipeline", *words]
    code = 70
    try:
        a_while_passes(Path(os.environ.get("XERO_PIPELINE_HOME", ".xero")), 61)
        from xero_pipeline.cli import main

        main()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    serve(sys.argv[1])
