"""Child processes that end with this one, however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import IO

from xero_pipeline.operations.child_main import START

_POLL_SECONDS = 0.05


@dataclass(slots=True)
class Child:
    """A process in a session and a process group of its own: a Ctrl-C in the terminal does not reach it.

    Args:
        name: What people call it.
        process: The leader of the group.
        pipe: Our end of the pipe that it lives by.
    """

    name: str
    process: subprocess.Popen[bytes]
    pipe: int

    def start(self) -> None:
        """Let it go on from its imports to its work. A child that has died already is found by `Children.ended`."""
        try:
            os.write(self.pipe, START)
        except BrokenPipeError:
            return

    def is_alive(self) -> bool:
        """Whether anything of its group is left."""
        self.process.poll()
        return self._signal(0)

    def end(self, number: int) -> None:
        """Send a signal to all of its group."""
        self._signal(number)

    def _signal(self, number: int) -> bool:
        try:
            os.killpg(self.process.pid, number)
        except (ProcessLookupError, PermissionError):
            # macOS says "not permitted" of a group of which only zombies are left.
            return False
        return True


class Children:
    """Starts child processes, tells what they print, and ends them.

    Args:
        tell: Called with each line that a child prints; a thread calls it.
    """

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._children: list[Child] = []
        self._silent = threading.Event()
        read, self._printing = os.pipe()
        self._lines = os.fdopen(read, "rb")
        self._teller = threading.Thread(target=self._relay, args=(self._lines,), name="children", daemon=True)
        self._teller.start()

    def prepare(self, name: str, target: str, words: Sequence[str], *, imports: Sequence[str] = ()) -> Child:
        """Start a process that imports what it needs and then waits for `Child.start`.

        Args:
            name: What people call it.
            target: What it does, as `module:function`.
            words: The command line of that.
            imports: Modules to load before; the target's own is among them in any case.
        """
        read, write = os.pipe()
        modules = ",".join(dict.fromkeys([*imports, target.partition(":")[0]]))
        try:
            process = subprocess.Popen(  # noqa: S603 - our own words only
                [
                    sys.executable,
                    "-W",
                    "ignore",
                    "-m",
                    "xero_pipeline.operations.child_main",
                    str(read),
                    modules,
                    target,
                    *words,
                ],
                stdin=subprocess.DEVNULL,
                stdout=self._printing,
                stderr=self._printing,
                pass_fds=[read],
                start_new_session=True,
            )
        finally:
            os.close(read)
        child = Child(name, process, write)
        self._children.append(child)
        return child

    def ended(self) -> Child | None:
        """A child that ended though nobody stopped it."""
        return next((child for child in self._children if child.process.poll() is not None), None)

    def stop(self, *, patience: float, hurry: Callable[[], bool] = lambda: False) -> None:
        """End all of them and what they started; what they print from now on is not told.

        The children themselves have nothing to finish. Runs that they carry note that they were stopped.

        Args:
            patience: Seconds for what the children started to end by itself.
            hurry: Asked again and again; when it says so, nobody is waited for.
        """
        self._silent.set()
        for child in self._children:
            child.end(signal.SIGTERM)
            child.process.kill()
        until = time.monotonic() + patience
        while any(child.is_alive() for child in self._children) and time.monotonic() < until and not hurry():
            time.sleep(_POLL_SECONDS)
        for child in self._children:
            child.end(signal.SIGKILL)
            child.process.wait()
            os.close(child.pipe)
        self._children.clear()
        os.close(self._printing)
        self._teller.join(timeout=1)

    def _relay(self, lines: IO[bytes]) -> None:
        with lines:
            for line in lines:
                if not self._silent.is_set():
                    self._tell(line.decode("utf-8", "replace").rstrip())
