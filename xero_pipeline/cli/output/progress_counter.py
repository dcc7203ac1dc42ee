"""Progress of work whose end nobody knows beforehand: what it is at, and how much of it is done."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.status import Status

from xero_pipeline.cli.output.console import error_console, tell


@dataclass(slots=True)
class ProgressCounter:
    """Shows one line that changes on a terminal, and a line for each subject elsewhere.

    Args:
        unit: What is counted, in the plural.
    """

    unit: str
    _console: Console = field(default_factory=error_console)
    _status: Status | None = None
    _subject: str | None = None
    _count: int = 0

    def __enter__(self) -> Self:
        if self._console.is_interactive and not self._console.is_dumb_terminal:
            self._status = self._console.status("starting")
            self._status.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._status:
            self._status.stop()
        elif error is None:
            self._print_count()

    def show(self, subject: str, count: int) -> None:
        """Say how far it is.

        Args:
            subject: What it is at.
            count: How much of that is done.
        """
        if self._status:
            self._status.update(f"{subject}: {count:,} {self.unit}")
        elif subject != self._subject:
            self._print_count()
        self._subject, self._count = subject, count

    def _print_count(self) -> None:
        if self._subject is not None:
            tell(self._console, f"{self._subject}: {self._count:,} {self.unit}")
