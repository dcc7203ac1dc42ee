"""A step of a run that several organisations share: one that Xero lets wait does not hold the others up."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import timedelta

from xero_pipeline import clock
from xero_pipeline.errors import HeldUp

LONG_WAIT_SECONDS = 5.0
"""Shorter waits cost less than a run of its own."""


class SharedStep:
    """Knows which organisations of a step are at work; shared by their threads.

    While others are at work an organisation waits like anywhere. Once it is the waiting alone that keeps the step from
    its end, or others from their turn, the organisation leaves the run, and goes on in one of its own.

    Args:
        organisations: How many there are.
        seconds: The time, for waits.
    """

    def __init__(self, organisations: int, *, seconds: Callable[[], float] = time.monotonic) -> None:
        self._organisations = organisations
        self._seconds = seconds
        self._lock = threading.Lock()
        self._waits_until: dict[str, float] = {}
        """Of those at work: zero where they do not wait."""

    @contextmanager
    def worked_on(self, tenant_id: str) -> Generator[None]:
        """While in the context an organisation is at work."""
        with self._lock:
            self._waits_until[tenant_id] = 0.0
        try:
            yield
        finally:
            with self._lock:
                self._waits_until.pop(tenant_id, None)

    def wait(self, tenant_id: str, seconds: float) -> None:
        """To be called before each wait for a limit of calls.

        Raises:
            HeldUp: Others would be kept waiting with it.
        """
        now = self._seconds()
        with self._lock:
            others = [until for one, until in self._waits_until.items() if one != tenant_id]
            done_or_next = self._organisations > 1 + len(others)
            if seconds < LONG_WAIT_SECONDS or not done_or_next or any(until <= now for until in others):
                self._waits_until[tenant_id] = now + seconds
                return
        raise HeldUp(
            f"Xero's limit of calls lets this organisation wait for {seconds:.0f} s: it left the run, so that no other "
            "organisation waits with it.",
            resume_at=clock.now() + timedelta(seconds=seconds),
            organisation=tenant_id,
        )
