"""A real terminal: a program that runs in it, keys that are pressed, the window that is closed, what is left over."""

from __future__ import annotations

import contextlib
import os
import pty
import re
import select
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from xero_pipeline_tests.journeys.home import PROGRAM, SECONDS, Home

CTRL_C = b"\x03"
_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """A program in a pseudo-terminal of its own, whose foreground it has."""

    def __init__(self, pid: int, screen: int, home: Path) -> None:
        self.pid = pid
        self.said = ""
        self._screen = screen
        self._home = home
        self._open = True

    def wait_for(self, words: str) -> None:
        self._read(lambda: words in self.said)
        assert words in self.said, self.said

    def press(self, keys: bytes) -> None:
        os.write(self._screen, keys)

    def signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def close(self) -> None:
        """As closing the window does: the kernel tells its programs, and nobody reads what they say."""
        if self._open:
            os.close(self._screen)
            self._open = False

    def ended(self) -> int:
        """The program's exit code; below zero the signal that killed it."""
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            if self._open:
                self._read(lambda: False, seconds=0.2)
            else:
                time.sleep(0.05)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                return os.waitstatus_to_exitcode(status)
        raise AssertionError(f"still there: {self.said}")

    @property
    def lines(self) -> list[str]:
        """What stands on the screen, without colours, key echo and empty lines."""
        plain = _COLOURS.sub("", self.said).replace("^C", "").replace("\r", "\n")
        return [line for line in plain.split("\n") if line.strip()]

    def left_over(self, seconds: float = 15) -> list[str]:
        """Processes that have our home in their environment, once those that are ending have ended."""
        until = time.monotonic() + seconds
        while (found := processes_of(self._home)) and time.monotonic() < until:
            time.sleep(0.1)
        return found

    def _read(self, enough: Callable[[], bool], seconds: float = SECONDS) -> None:
        until = time.monotonic() + seconds
        while not enough() and time.monotonic() < until:
            if not select.select([self._screen], [], [], 0.1)[0]:
                continue
            try:
                self.said += os.read(self._screen, 65_536).decode("utf-8", "replace")
            except OSError:  # nobody has the other end any more
                return


@contextmanager
def terminal(home: Home, *words: str, **changes: str | None) -> Iterator[Terminal]:
    """The installed program, as somebody types it who has the project's folder open."""
    home.path.parent.mkdir(parents=True, exist_ok=True)
    environment = home.environment(COLUMNS="100", LINES="40", TERM="xterm", **changes)
    pid, screen = pty.fork()
    if pid == 0:
        os.chdir(home.path.parent)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.execve(PROGRAM, [str(PROGRAM), *words], environment)
    here = Terminal(pid, screen, home.path)
    try:
        yield here
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, 0)
        here.close()


def processes_of(home: Path) -> list[str]:
    """Command lines of the processes that have a home in their environment, this one left out."""
    wanted, found = f"XERO_PIPELINE_HOME={home}\0".encode(), []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError, PermissionError):
            if entry.name != str(os.getpid()) and wanted in (entry / "environ").read_bytes() + b"\0":
                found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode())
    return found
