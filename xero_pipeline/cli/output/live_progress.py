"""What a terminal shows while a sync works: what it is at, how far it is, what came so far, for what it waits."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field

from rich.console import Console, ConsoleOptions, RenderResult
from rich.padding import Padding
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from xero_pipeline.cli.output.console import duration
from xero_pipeline.cli.output.wait_times import WaitTimes
from xero_pipeline.web.formatting import size

BAR_WIDTH = 40
_INDENTED = (0, 0, 0, 2)


@dataclass(slots=True, eq=False)
class Subject:
    """What a thread is at: a collection or report of an organisation."""

    title: str
    tenant_id: str = ""
    step: str | None = None
    records: int = 0
    """Of those under way, which no outcome tells yet."""


@dataclass(slots=True)
class SyncState:
    """How a sync stands."""

    at: list[Subject] = field(default_factory=list)
    done: int = 0
    of: int = 0
    records: int = 0
    changed: int = 0
    calls: int = 0
    wire_bytes: int = 0
    left_today: int | None = None
    began: float = field(default_factory=time.monotonic)

    def begin(self, subject: Subject, *, begun: int) -> None:
        """The next subject.

        Args:
            begun: How many have begun, with it.
        """
        self.at.append(subject)
        self.done = begun - len(self.at)

    def leave(self, subject: Subject) -> None:
        """A thread goes on to its next one.

        Args:
            subject: What it was at.
        """
        self.at = [one for one in self.at if one is not subject]


@dataclass(slots=True)
class Panorama:
    """Draws a standing anew each time the terminal is refreshed, so that clocks and waits count by themselves.

    Args:
        now: How the sync stands.
        waits: For what it waits.
    """

    now: SyncState
    waits: WaitTimes
    _spinner: Spinner = field(default_factory=lambda: Spinner("dots"))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for subject in list(self.now.at) or [Subject("starting")]:
            yield self._title(subject)
        yield self._bar(options.max_width)
        yield _line(self._counts())
        if waiting := self._waiting():
            yield _line(waiting, style="yellow")

    def _title(self, subject: Subject) -> Table:
        text = subject.title + (f", {subject.step}" if subject.step else "")
        row = Table.grid(padding=(0, 1, 0, 0))
        row.add_column(width=1)
        row.add_column(no_wrap=True, overflow="ellipsis")
        row.add_row(self._spinner, Text(text, style="bold"))
        return row

    def _bar(self, width: int) -> Table:
        now = self.now
        row = Table.grid(padding=(0, 1, 0, 0))
        row.add_column(width=1)
        row.add_column(width=min(BAR_WIDTH, max(8, width // 3)))
        row.add_column(no_wrap=True)
        told = f"{now.done} of {max(now.of, now.done)} tables, {duration(time.monotonic() - now.began)}"
        row.add_row("", ProgressBar(total=max(now.of, 1), completed=now.done), told)
        return row

    def _counts(self) -> str:
        now = self.now
        told = [
            _counted(now.records + sum(one.records for one in now.at), "record"),
            f"{_counted(now.changed, 'row')} changed",
            _counted(now.calls, "call"),
            size(now.wire_bytes),
        ]
        if now.left_today is not None:
            told.append(f"{_counted(now.left_today, 'call')} left today")
        return ", ".join(told)

    def _waiting(self) -> str | None:
        left = self.waits.left(time.monotonic())
        return f"waiting {math.ceil(left[0])} s more: {left[1]}" if left else None


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _line(text: str, style: str = "dim") -> Padding:
    return Padding(Text(text, style=style), _INDENTED)
