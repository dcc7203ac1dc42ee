"""How a sync tells people what it is doing, while it does it."""

from __future__ import annotations

from typing import Protocol

from xero_pipeline.sync.outcome import Outcome


class Progress(Protocol):
    """Someone who watches a sync. All methods return at once and never raise."""

    def begin(self, organisation: str, subject: str) -> None:
        """A collection or report of an organisation begins."""
        ...

    def step(self, done: int, of: int | None) -> None:
        """Pages or months done, and how many there are (None while unknown)."""
        ...

    def wait(self, seconds: float, why: str) -> None:
        """We wait for Xero: how long, and for what."""
        ...

    def end(self, outcome: Outcome) -> None:
        """It is done."""
        ...

    def fail(self, message: str) -> None:
        """It failed; the message says what to do."""
        ...


class Silent:
    """Nobody watches: the Dagster UI shows the run."""

    def begin(self, organisation: str, subject: str) -> None:
        """Nothing."""

    def step(self, done: int, of: int | None) -> None:
        """Nothing."""

    def wait(self, seconds: float, why: str) -> None:
        """Nothing."""

    def end(self, outcome: Outcome) -> None:
        """Nothing."""

    def fail(self, message: str) -> None:
        """Nothing."""
