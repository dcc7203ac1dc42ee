"""Who may have the warehouse file: one process, and in it one thread, at a time.

The operating system holds the lock and frees it when its holder dies. A small file beside it says who that is, for
the message to those who wait; nothing depends on it, so a stale one does no harm. A holder that waits itself, for a
program that knows nothing of our lock, says so on it.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from xero_pipeline import clock
from xero_pipeline.errors import WarehouseBusy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

POLL_SECONDS = 0.02

QUIET_SECONDS = 3.0
"""Who waits longer says for whom."""


class FileHold:
    """The right to open one file.

    Args:
        path: The file; the lock is `<file>.lock`, the holder's card `<file>.holder`.
        timeout_seconds: How long to wait for the holder before.
    """

    def __init__(self, path: Path, *, timeout_seconds: float) -> None:
        from filelock import FileLock

        self.path = path
        self.timeout = timeout_seconds
        self.quiet = min(QUIET_SECONDS, timeout_seconds)
        self.card = path.with_name(f"{path.name}.holder")
        self._thread = threading.RLock()
        self._process = FileLock(f"{path}.lock", thread_local=False)
        self._purposes: list[str] = []

    @contextmanager
    def held(self, purpose: str) -> Iterator[None]:
        """Hold the file while in the context.

        Args:
            purpose: What for, as the end of "is …": `written`, `read`.

        Raises:
            WarehouseBusy: Somebody else held it all the time.
            RuntimeError: This thread holds it for another purpose: a bug of the caller's.
        """
        if not self._thread.acquire(timeout=self.timeout):
            raise WarehouseBusy(self._busy("another thread of this process"))
        try:
            if self._purposes and self._purposes[-1] != purpose:
                raise RuntimeError(f"the warehouse cannot be {purpose} while this thread has it {self._purposes[-1]}")
            with self._for_process(purpose):
                yield
        finally:
            self._thread.release()

    @contextmanager
    def _for_process(self, purpose: str) -> Iterator[None]:
        from filelock import Timeout

        try:
            self._wait_for_process()
        except Timeout as error:
            raise WarehouseBusy(self._busy(self.holder())) from error
        self._purposes.append(purpose)
        try:
            if len(self._purposes) == 1:
                self._write_card(purpose)
            yield
        finally:
            self._purposes.pop()
            if not self._purposes:
                self.card.unlink(missing_ok=True)
            self._process.release()

    def _wait_for_process(self) -> None:
        from filelock import Timeout

        try:
            self._process.acquire(timeout=self.quiet, poll_interval=POLL_SECONDS)
        except Timeout:
            if self.quiet == self.timeout:
                raise
            if not self._is_held_here():
                tell_of_wait(self.holder())
            self._process.acquire(timeout=self.timeout - self.quiet, poll_interval=POLL_SECONDS)

    @contextmanager
    def behind(self, program: str, pid: int) -> Iterator[None]:
        """While in the context the holder of the lock waits itself: its card names for whom.

        Args:
            program: What has the file without our lock.
            pid: Its process.
        """
        self._write_card(self._purposes[-1], behind={"pid": pid, "command": program})
        try:
            yield
        finally:
            self._write_card(self._purposes[-1])

    def _busy(self, who: str) -> str:
        return (
            f"The warehouse {self.path} is in use by {who}; we waited {self.timeout:g} s. Try again when it is done, "
            "or end it. PostgreSQL lets many in at a time (docs/postgresql.md)."
        )

    def holder(self) -> str:
        """Who holds the file, in words, as far as its card tells."""
        try:
            told = json.loads(self.card.read_text(encoding="utf-8"))
            who = f"process {told['pid']} ({told['command']})"
            if before := told.get("behind"):
                return f"process {before['pid']} ({before['command']}); {who} waits for it, too"
            who = f"{who}, which has it {told['purpose']} since {told['since']}"
        except (OSError, ValueError, KeyError, TypeError):
            return "another process"
        return who

    def _is_held_here(self) -> bool:
        """Whether another thread of this process has the file: nobody needs to be told of that."""
        try:
            return json.loads(self.card.read_text(encoding="utf-8"))["pid"] == os.getpid()
        except (OSError, ValueError, KeyError, TypeError):
            return False

    def _write_card(self, purpose: str, *, behind: Mapping[str, object] | None = None) -> None:
        since = clock.now().isoformat(timespec="seconds")
        told = {"pid": os.getpid(), "command": _command(), "purpose": purpose, "since": since, "behind": behind}
        draft = self.card.with_name(f"{self.card.name}.{os.getpid()}")
        draft.write_text(json.dumps(told), encoding="utf-8")
        draft.replace(self.card)


def tell_of_wait(who: str) -> None:
    """Say for whom we wait, to whoever listens to this module's logger; the command line shows it.

    Args:
        who: The holder, in words.
    """
    logging.getLogger(__name__).warning("Waiting for the warehouse: in use by %s.", who)


def _command() -> str:
    """Program and first word only: what follows on a command line may be secret."""
    words = [Path(sys.argv[0]).name, *[word for word in sys.argv[1:2] if not word.startswith("-")]]
    return " ".join(words)
