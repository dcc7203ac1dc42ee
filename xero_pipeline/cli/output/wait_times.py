"""How long a sync waits for Xero: what is left of it now, and how much it was altogether."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

WORTH_A_WORD = 2.0
"""Seconds: shorter waits are told to nobody."""


@dataclass(slots=True)
class WaitTimes:
    """The waits of all threads of a sync. Times are seconds of a clock that never goes back.

    Several threads wait for the same limit at once: that counts as one wait.
    """

    seconds: dict[str, float] = field(default_factory=dict)
    """How long was waited altogether, by reason."""
    _until: float = 0.0
    _reason: str = ""
    _told: tuple[float, str] = (0.0, "")
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, seconds: float, why: str, now: float) -> bool:
        """A thread begins to wait.

        Args:
            why: For what.

        Returns:
            Whether it is worth a word: long enough, and nobody waits as long already.
        """
        with self._lock:
            until = now + seconds
            if until <= self._until:
                return False
            self._count(why, until - max(now, self._until))
            self._until, self._reason = until, why
            if seconds >= WORTH_A_WORD:
                self._told = until, why
            return seconds >= WORTH_A_WORD

    def left(self, now: float) -> tuple[float, str] | None:
        """How much is left of the longest wait, and for what; None when there is none that is worth a word."""
        with self._lock:
            until, why = self._told
            return (until - now, why) if until > now else None

    def end(self, now: float) -> None:
        """The sync is over, perhaps in the middle of a wait."""
        with self._lock:
            if self._until > now:
                self._count(self._reason, now - self._until)
                self._until = now

    def _count(self, why: str, seconds: float) -> None:
        self.seconds[why] = self.seconds.get(why, 0.0) + seconds
