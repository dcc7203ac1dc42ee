"""Progress of a sync on the terminal, and what it brought, collected for the table at the end."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from xero_pipeline.sync.outcome import Outcome

WORTH_A_WORD = 2.0
"""Seconds: shorter waits are told to nobody."""


@dataclass(slots=True)
class Line:
    """What one collection or report of one organisation brought."""

    organisation: str
    subject: str
    records: int = 0
    changed: int = 0
    calls: int = 0
    wire_bytes: int = 0
    seconds: float = 0.0
    error: str | None = None
    refused: int = 0

    def add(self, outcome: Outcome | Line) -> None:
        """Count in another outcome of the same subject (a report has one a call)."""
        self.records += outcome.records
        self.changed += outcome.changed
        self.calls += outcome.calls
        self.wire_bytes += outcome.wire_bytes
        self.seconds += outcome.seconds
        self.refused += outcome.refused if isinstance(outcome, Line) else len(outcome.refused)


@dataclass(slots=True)
class Watch:
    """Shows a sync while it works: a bar on a terminal, a line per subject elsewhere.

    Args:
        names: Organisation names by tenant id.
        subjects: How many collections and reports there will be, for the bar.
    """

    names: Mapping[str, str]
    subjects: int
    lines: list[Line] = field(default_factory=list)
    _console: Console = field(default_factory=lambda: Console(stderr=True, highlight=False))
    _bars: Progress | None = None
    _all: TaskID | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._bars = Progress(
                SpinnerColumn(),
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                console=self._console,
                transient=True,
            )
            self._bars.start()
            self._all = self._bars.add_task("starting", total=self.subjects)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._tell()
        if self._bars:
            self._bars.stop()

    def begin(self, organisation: str, subject: str) -> None:
        """See `Progress.begin`."""
        self._tell()
        with self._lock:
            self.lines.append(Line(self.names.get(organisation, organisation), subject))
            self._describe("")
            if self._bars and self._all is not None:
                self._bars.update(self._all, completed=len(self.lines) - 1)

    def step(self, done: int, of: int | None) -> None:
        """See `Progress.step`."""
        if of != 1:
            self._describe(f" {done} of {of if of else '?'}")

    def wait(self, seconds: float, why: str) -> None:
        """See `Progress.wait`: short pauses between calls are not worth a word."""
        if seconds < WORTH_A_WORD:
            return
        self._describe(f" - waiting {seconds:.0f} s: {why}")
        if not self._bars:
            self._console.print(f"  waiting {seconds:.0f} s: {why}", markup=False, soft_wrap=True)

    def end(self, outcome: Outcome) -> None:
        """See `Progress.end`."""
        with self._lock:
            self.lines[-1].add(outcome)

    def _tell(self) -> None:
        """Without a bar: a line about what has just ended."""
        line = self.lines[-1] if self.lines else None
        if self._bars or line is None or line.error:
            return
        counts = f"{line.records:,} records, {line.changed:,} rows changed"
        counts += f", {line.refused:,} could not be read (see status)" if line.refused else ""
        self._console.print(f"  {line.organisation}: {line.subject}: {counts}", markup=False, soft_wrap=True)

    def fail(self, message: str) -> None:
        """See `Progress.fail`: the whole message comes once, after the table."""
        self.lines[-1].error = message
        self._console.print(f"  {self.lines[-1].organisation}: {self.lines[-1].subject}: failed", markup=False)

    def _describe(self, more: str) -> None:
        if self._bars and self._all is not None and self.lines:
            line = self.lines[-1]
            self._bars.update(self._all, description=f"{line.organisation}: {line.subject}{more}")
