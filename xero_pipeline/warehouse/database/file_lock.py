"""Who may have the warehouse file: one process, and in it one thread, at a time.

The operating system holds the lock and frees it when its holder dies. A small file beside it says who that is, for
the message to those who wait; nothing depends on it, so a stale one does no harm. A holder that waits itself, for a
program that knows nothing of our lock, says so on it.

Work of many transactions keeps the file between them, for opening it takes longer than most of what is done with it.
Whoever waits leaves a file that says so, again and again while it waits, and gets its turn: a holder that is between
two transactions gives way at once, any other at the end of its transaction.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from xero_pipeline import clock
from xero_pipeline.errors import WarehouseBusy

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

POLL_SECONDS = 0.02

_DOING = {"read": "reading", "written": "writing"}

LOOK_SECONDS = 0.1
"""How often a process that keeps the file without using it looks whether somebody waits."""

QUIET_SECONDS = 3.0
"""Who waits longer says for whom."""

KEPT_SECONDS = 1.0
"""How long the file stays ours between two transactions: programs that know nothing of our lock cannot ask for it."""


class FileHold:
    """The right to open one file.

    Args:
        path: The file; the lock is `<file>.lock`, the holder's card `<file>.holder`, the sign of those who wait
            `<file>.wanted`.
        close: Closes the file: called right before others may have it.
    """

    def __init__(self, path: Path, *, close: Callable[[], None] = lambda: None) -> None:
        from filelock import FileLock

        self.path = path
        self.card = path.with_name(f"{path.name}.holder")
        self.wanted = path.with_name(f"{path.name}.wanted")
        self._close = close
        self._thread = threading.RLock()
        self._process = FileLock(f"{path}.lock", thread_local=False)
        self._purposes: list[str] = []
        self._counting = threading.Lock()
        self._keepers = 0
        self._attendant_ends = threading.Event()
        self._kept_since: float | None = None
        """Since when the file is ours without being used."""
        self._gave_way_at = 0.0

    @contextmanager
    def held(self, purpose: str, timeout_seconds: float) -> Generator[None]:
        """Hold the file while in the context.

        Args:
            purpose: What for, as the end of "is …": `written`, `read`.
            timeout_seconds: How long to wait for the holder before.

        Raises:
            WarehouseBusy: Somebody else held it all the time.
            RuntimeError: This thread holds it for another purpose: a bug of the caller's.
        """
        if not self._thread.acquire(timeout=timeout_seconds):
            raise WarehouseBusy(self._busy("another thread of this process", timeout_seconds))
        try:
            if self._purposes and self._purposes[-1] != purpose:
                raise RuntimeError(f"the warehouse cannot be {purpose} while this thread has it {self._purposes[-1]}")
            if not self._purposes:
                self._begin(purpose, timeout_seconds)
            self._purposes.append(purpose)
            try:
                yield
            finally:
                self._purposes.pop()
                if not self._purposes:
                    self._end()
        finally:
            self._thread.release()

    @contextmanager
    def kept(self) -> Generator[None]:
        """While in the context this process keeps the file between its transactions, until somebody else wants it."""
        with self._counting:
            self._keepers += 1
            if self._keepers == 1:
                self._attendant_ends = threading.Event()
                attend = partial(self._attend, self._attendant_ends)
                threading.Thread(target=attend, name="warehouse", daemon=True).start()
        try:
            yield
        finally:
            with self._counting:
                self._keepers -= 1
                last = not self._keepers
            if last:
                self._attendant_ends.set()
                self._try_to_give_way()  # a thread that uses the file does so itself

    @property
    def is_kept(self) -> bool:
        """Whether this process means to use the file again."""
        return self._keepers > 0

    def _begin(self, purpose: str, timeout: float) -> None:
        from filelock import Timeout

        if self._kept_since is None:
            try:
                self._wait_for_process(timeout)
            except Timeout as error:
                raise WarehouseBusy(self._busy(self.holder(), timeout)) from error
        self._kept_since = None
        self._write_card(purpose)

    def _end(self) -> None:
        self._kept_since = time.monotonic()
        if not self._keepers or self.wanted.exists():
            self._give_way()

    def _give_way(self) -> None:
        """Let others have the file, if it is ours and nobody uses it."""
        if self._kept_since is None:
            return
        try:
            self._close()
        finally:
            self._kept_since = None
            self._gave_way_at = time.monotonic() if self.wanted.exists() else 0.0
            self.wanted.unlink(missing_ok=True)
            self.card.unlink(missing_ok=True)
            self._process.release()

    def _attend(self, ended: threading.Event) -> None:
        """Give way while the process is busy with something else."""
        while not ended.wait(LOOK_SECONDS):
            since = self._kept_since
            if since is not None and (self.wanted.exists() or time.monotonic() - since > KEPT_SECONDS):
                self._try_to_give_way()

    def _try_to_give_way(self) -> None:
        if self._thread.acquire(blocking=False):
            try:
                self._give_way()
            finally:
                self._thread.release()

    def _wait_for_process(self, timeout: float) -> None:
        from filelock import Timeout

        if time.monotonic() - self._gave_way_at < 2 * POLL_SECONDS:
            time.sleep(2 * POLL_SECONDS)  # whoever waited looks every now and then
        began, told = time.monotonic(), False
        while True:
            try:
                self._process.acquire(blocking=False)
            except Timeout:
                waited = time.monotonic() - began
                if waited >= timeout:
                    raise
                if not told and waited >= QUIET_SECONDS:
                    told = True
                    if not self._is_held_here():
                        tell_of_wait(self.holder())
                self.wanted.touch()
                time.sleep(POLL_SECONDS)
            else:
                return

    @contextmanager
    def behind(self, program: str) -> Generator[None]:
        """While in the context the holder of the lock waits itself: its card names for whom.

        Args:
            program: What has the file without our lock.
        """
        self._write_card(self._purposes[-1], behind=program)
        try:
            yield
        finally:
            self._write_card(self._purposes[-1])

    def _busy(self, who: str, timeout: float) -> str:
        return (
            f"The warehouse {self.path} is in use by {who}; waited {timeout:g} s. Try again when it has finished, "
            "or stop it. PostgreSQL allows several processes at a time (docs/postgresql.md)."
        )

    def holder(self) -> str:
        """Who holds the file, in words, as far as its card tells."""
        try:
            told = json.loads(self.card.read_text(encoding="utf-8"))
            who = f"process {told['pid']} ({told['command']})"
            if before := told.get("behind"):
                return f"{before}; {who} waits for it, too"
            since = datetime.fromisoformat(told["since"]).astimezone(UTC)
            who = f"{who}, {_DOING[told['purpose']]} it since {since:%Y-%m-%d %H:%M} UTC"
        except (OSError, ValueError, KeyError, TypeError):
            return "another process"
        return who

    def _is_held_here(self) -> bool:
        """Whether another thread of this process has the file: nobody needs to be told of that."""
        try:
            return json.loads(self.card.read_text(encoding="utf-8"))["pid"] == os.getpid()
        except (OSError, ValueError, KeyError, TypeError):
            return False

    def _write_card(self, purpose: str, *, behind: str | None = None) -> None:
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
