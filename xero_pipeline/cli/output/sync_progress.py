"""Progress of a sync on the terminal, and what it brought, collected for the table at the end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.live import Live

from xero_pipeline.cli.output.console import error_console, tell
from xero_pipeline.cli.output.live_progress import Panorama, Subject, SyncState
from xero_pipeline.cli.output.wait_times import WaitTimes
from xero_pipeline.log_lines import log_context
from xero_pipeline.sync.result import SyncResult
from xero_pipeline.xero.quota.rate_limits import effective_remaining

if TYPE_CHECKING:
    from xero_pipeline.xero.http.response import CallRecord


@dataclass(slots=True)
class SyncedLine:
    """What one collection or report of one organisation brought."""

    organisation: str
    subject: str
    records: int = 0
    changed: int = 0
    calls: int = 0
    wire_bytes: int = 0
    seconds: float = 0.0
    error: str | None = None
    aside: str | None = None
    too_early: str | None = None
    refused: int = 0
    waiting: int = 0
    unanswered: int = 0
    files_waiting: int = 0

    def add(self, outcome: SyncResult | SyncedLine) -> None:
        """Count in another outcome of the same subject (a report has one a call)."""
        self.records += outcome.records
        self.changed += outcome.changed
        self.calls += outcome.calls
        self.wire_bytes += outcome.wire_bytes
        self.seconds += outcome.seconds
        self.waiting += outcome.waiting
        self.unanswered += outcome.unanswered
        self.files_waiting += outcome.files_waiting
        self.refused += outcome.refused if isinstance(outcome, SyncedLine) else len(outcome.quarantined)


@dataclass(slots=True)
class Watch:
    """Shows a sync while it works: some lines that change on a terminal, a line per subject elsewhere.

    Args:
        names: Organisation names by tenant id.
        subjects: How many collections and reports there will be, for the bar.
        left_today: Says how many calls an organisation has left.
    """

    names: Mapping[str, str]
    subjects: int
    left_today: Callable[[str], int] | None = None
    lines: list[SyncedLine] = field(default_factory=list)
    waits: WaitTimes = field(default_factory=WaitTimes)
    _console: Console = field(default_factory=error_console)
    _now: SyncState = field(default_factory=SyncState)
    _live: Live | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _mine: threading.local = field(default_factory=threading.local)
    """What the thread is at: each works for one organisation at a time."""
    _stopped: threading.Event = field(default_factory=threading.Event)

    def stop(self) -> None:
        """From now on every thread that tells something is ended, but for the main one, which knows."""
        self._stopped.set()

    def _go_on(self) -> None:
        if self._stopped.is_set() and threading.current_thread() is not threading.main_thread():
            raise KeyboardInterrupt

    @property
    def _current(self) -> SyncedLine | None:
        return getattr(self._mine, "line", None)

    @property
    def _at(self) -> Subject:
        """What the thread is at, as the screen shows it."""
        return getattr(self._mine, "subject", None) or Subject("starting")

    def __enter__(self) -> Self:
        self._now.of = self.subjects
        # A terminal that cannot move its cursor (TERM=dumb) gets what a file gets.
        if self._console.is_interactive and not self._console.is_dumb_terminal:
            picture = Panorama(self._now, self.waits)
            self._live = Live(picture, console=self._console, transient=True, refresh_per_second=8)
            self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._print_line()
        self.waits.end(time.monotonic())
        if self._live:
            self._live.stop()

    def leave_out(self, subjects: int) -> None:
        """Some of the subjects need no call: the bar does not wait for them."""
        self._now.of -= subjects

    def begin(self, organisation: str, subject: str) -> None:
        """See `Progress.begin`; a report whose months come in several runs is one line."""
        self._go_on()
        self._print_line()
        name = self.names.get(organisation, organisation)
        with self._lock:
            known = [line for line in self.lines if (line.organisation, line.subject) == (name, subject)]
            self._mine.line = known[0] if known else SyncedLine(name, subject)
            if not known:
                self.lines.append(self._mine.line)
            self._now.leave(self._at)
            self._mine.subject = Subject(f"{name}: {subject}", organisation)
            self._now.begin(self._mine.subject, begun=len(self.lines))
            self._now.left_today = self._left()

    def rest(self) -> None:
        """The thread is done with an organisation."""
        self._print_line()
        with self._lock:
            self._now.leave(self._at)
            self._mine.line = self._mine.subject = None

    def _left(self) -> int | None:
        return self.left_today(self._at.tenant_id) if self.left_today else None

    def step(self, done: int, of: int | None, records: int) -> None:
        """See `Progress.step`."""
        self._go_on()
        with self._lock:
            self._at.step = None if of == 1 else f"{done:,} of {of:,}" if of else f"{done:,}"
            self._at.records = records

    def called(self, call: CallRecord) -> None:
        """See `Progress.called`."""
        self._go_on()
        with self._lock:
            self._now.calls += 1
            self._now.wire_bytes += call.wire_bytes
            if self._now.left_today is not None:
                # Until the count of the quota is asked again at the end.
                self._now.left_today = effective_remaining(self._now.left_today - 1, call.limits.day_remaining)

    def wait(self, seconds: float, why: str) -> None:
        """See `Progress.wait`: short pauses between calls are not worth a word."""
        self._go_on()
        if self.waits.begin(seconds, why, time.monotonic()) and not self._live:
            tell(self._console, f"waiting {seconds:.0f} s: {why}")

    def end(self, outcome: SyncResult) -> None:
        """See `Progress.end`."""
        with self._lock:
            if self._current:
                self._current.add(outcome)
            self._now.records += outcome.records
            self._now.changed += outcome.changed
            self._at.records = 0
            self._now.left_today = self._left()

    def _print_line(self) -> None:
        """Without a screen: a line about what has just ended."""
        line = self._current
        if self._live or line is None or line.error or line.aside or line.too_early:
            return
        counts = f"{line.records:,} records, {line.changed:,} rows changed"
        counts += f", {line.refused:,} could not be read (see status)" if line.refused else ""
        # The run that asks for the next line may be another one.
        with log_context(organisation=self._at.tenant_id, run_id=""):
            tell(self._console, f"{line.organisation}: {line.subject}: {counts}")

    def fail(self, message: str) -> None:
        """See `Progress.fail`: the whole message comes once, after the table."""
        line = self._current
        if line is None:
            return
        line.error = message
        tell(self._console, f"{line.organisation}: {line.subject}: failed")

    def put_aside(self, message: str) -> None:
        """See `Progress.put_aside`: the whole message comes once, after the table."""
        line = self._current
        if line is None:
            return
        line.aside = message
        tell(self._console, f"{line.organisation}: {line.subject}: cannot be read, put aside")

    def nothing_yet(self, message: str) -> None:
        """See `Progress.nothing_yet`: the whole message comes once, after the table."""
        line = self._current
        if line is None:
            return
        line.too_early = message
        tell(self._console, f"{line.organisation}: {line.subject}: nothing yet")
