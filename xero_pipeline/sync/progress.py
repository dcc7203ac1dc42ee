"""How a sync tells people what it is doing, while it does it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from xero_pipeline.sync.result import SyncResult

if TYPE_CHECKING:
    from xero_pipeline.xero.http.response import CallRecord

Step = Callable[[int, int | None, int], None]
"""See `Progress.step`."""


class Progress(Protocol):
    """Someone who watches a sync. All methods return at once and never raise."""

    def begin(self, organisation: str, subject: str) -> None:
        """A collection or report of an organisation begins."""
        ...

    def step(self, done: int, of: int | None, records: int) -> None:
        """Pages or months done, how many there are (None while unknown), and the records of them no `end` tells yet."""
        ...

    def called(self, call: CallRecord) -> None:
        """A call was made, answered or not. Threads that ask Xero tell it, several at a time."""
        ...

    def wait(self, seconds: float, why: str) -> None:
        """We wait for Xero: how long, and for what."""
        ...

    def end(self, outcome: SyncResult) -> None:
        """It is done."""
        ...

    def fail(self, message: str) -> None:
        """It failed; the message says what to do."""
        ...

    def put_aside(self, message: str) -> None:
        """It cannot be read and is put aside, everything else goes on; the message says why and what to do."""
        ...

    def nothing_yet(self, message: str) -> None:
        """There is nothing to do it with yet; the message says what has to come first."""
        ...


class Silent:
    """Nobody watches: the Dagster UI shows the run."""

    def begin(self, organisation: str, subject: str) -> None:
        """Nothing."""

    def step(self, done: int, of: int | None, records: int) -> None:
        """Nothing."""

    def called(self, call: CallRecord) -> None:
        """Nothing."""

    def wait(self, seconds: float, why: str) -> None:
        """Nothing."""

    def end(self, outcome: SyncResult) -> None:
        """Nothing."""

    def fail(self, message: str) -> None:
        """Nothing."""

    def put_aside(self, message: str) -> None:
        """Nothing."""

    def nothing_yet(self, message: str) -> None:
        """Nothing."""
