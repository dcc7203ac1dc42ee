"""Ctrl-C, `kill` and a closed terminal: a command stops in one sentence, and with exit code 130."""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from types import FrameType
from typing import NoReturn

STOPPED = 130
"""The exit code, as a shell has it of a program that Ctrl-C ended."""


class Stopped(KeyboardInterrupt):
    """A person stopped the command; what is said may be more than the one word.

    Args:
        more: A sentence of what that means for the work.
    """

    def __init__(self, more: str = "") -> None:
        super().__init__(more)


def heed_signals(*, also_ignored: bool = False) -> None:
    """Let SIGTERM and a closed terminal do what Ctrl-C does: raise KeyboardInterrupt in the main thread.

    Args:
        also_ignored: Heed Ctrl-C where it is ignored too: a shell ignores it for what it starts in the background.
    """
    if also_ignored or signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, _interrupt)
    hang_up = _hang_up()
    # `nohup` has it ignored on purpose.
    if hang_up and signal.getsignal(hang_up) is not signal.SIG_IGN:
        signal.signal(hang_up, partial(_forget, [number for number in (0, 1, 2) if os.isatty(number)]))


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _forget(terminal: Sequence[int], number: int, frame: FrameType | None) -> NoReturn:
    """The terminal is gone: whatever is still said goes nowhere, instead of failing there."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in terminal:
        os.dup2(nowhere, descriptor)
    os.close(nowhere)
    raise KeyboardInterrupt


def is_of_terminal(error: OSError) -> bool:
    """Whether something could not be said because the terminal was closed a moment before anybody was told.

    Args:
        error: What came of saying it.
    """
    return error.errno == errno.EIO and error.filename is None and not os.isatty(2)


@contextmanager
def counting_signals() -> Generator[list[int]]:
    """While something is being ended signals interrupt nothing; they are listed, for a second Ctrl-C means "now"."""
    seen: list[int] = []
    heeded = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, _hang_up()) if number}
    for number in heeded:
        signal.signal(number, lambda number, _: seen.append(number))
    try:
        yield seen
    finally:
        for number, handler in heeded.items():
            signal.signal(number, handler)


def _hang_up() -> int:
    return getattr(signal, "SIGHUP", 0)


def end(stopped: KeyboardInterrupt) -> NoReturn:
    """Say so, and end this process now.

    Threads that are still at work are not waited for, and nothing of Python is torn down around them: every write is a
    transaction, and every lock dies with its process.

    Args:
        stopped: Why; its text is said, too.
    """
    from xero_pipeline.cli.output.console import say

    # The terminal may be gone.
    with suppress(OSError, ValueError):
        say(f"Stopped. {stopped}".rstrip())
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(STOPPED)
