"""A PostgreSQL of our own for a test, where the machine has one installed."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def _programs() -> Path | None:
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    return next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)


needs_postgresql = pytest.mark.skipif(_programs() is None, reason="PostgreSQL is not installed")


@contextmanager
def running_postgresql(directory: Path) -> Iterator[str]:
    """Start a server that listens on a socket only; its directory must have a short path."""
    programs = _programs()
    assert programs is not None
    # PostgreSQL does not run as root; its package brings a user of its own.
    other = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
    if other:
        shutil.chown(directory, "postgres", "postgres")

    def run(program: str, *words: str) -> None:
        command = [*other, str(programs / program), "-D", str(directory / "data"), *words]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=directory)

    run("initdb", "-A", "trust", "-U", "xero", "--no-sync")
    options = f"-k {directory} -c listen_addresses='' -c fsync=off"
    run("pg_ctl", "-o", options, "-w", "-l", str(directory / "log"), "start")
    try:
        yield f"postgresql://xero@/postgres?host={directory}"
    finally:
        run("pg_ctl", "-m", "immediate", "-w", "stop")
