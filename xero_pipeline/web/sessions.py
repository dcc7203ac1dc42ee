"""Who is at the browser: a random cookie, and what this process remembers with it. Nothing is kept on the disk."""

from __future__ import annotations

import hmac
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

KEPT = 500
"""Sessions at once; the one that was quiet longest goes first."""
QUIET_SECONDS = 12 * 3600.0
"""A session that nobody used for so long is over."""

Kind = Literal["good", "bad"]


@dataclass(slots=True)
class Session:
    """One browser.

    Args:
        csrf: What every form of this browser carries.
        seen_at: When it was last used, by the clock.
        signed_in: Whether the password was given.
        notes: What the next page tells, each good news or bad.
    """

    key: str = field(repr=False)
    csrf: str = field(repr=False)
    seen_at: float
    signed_in: bool = False
    notes: list[tuple[Kind, str]] = field(default_factory=list)

    def owns(self, token: str) -> bool:
        """Whether a form came from a page that we gave to this browser.

        Args:
            token: What the form carried.
        """
        return hmac.compare_digest(token.encode(), self.csrf.encode())

    def take_notes(self) -> list[tuple[Kind, str]]:
        """What the page tells now, and the next one not again."""
        taken, self.notes = self.notes, []
        return taken


class Sessions:
    """All browsers. May be shared by threads.

    Args:
        clock: Seconds; only differences count.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: dict[str, Session] = {}

    def find(self, key: str | None) -> Session | None:
        """The session of a cookie, if it is one of ours and not over."""
        with self._lock:
            session = self._kept.pop(key, None) if key else None
            if session is None or self._clock() - session.seen_at > QUIET_SECONDS:
                return None
            session.seen_at = self._clock()
            self._kept[session.key] = session  # the last in order is the last that was used
            return session

    def begin(self, *, signed_in: bool = False) -> Session:
        """A new session.

        Args:
            signed_in: Whether the password was given.
        """
        session = Session(secrets.token_urlsafe(32), secrets.token_urlsafe(32), self._clock(), signed_in)
        with self._lock:
            while len(self._kept) >= KEPT:
                self._kept.pop(next(iter(self._kept)))
            self._kept[session.key] = session
        return session

    def end(self, session: Session) -> None:
        """Forget one."""
        with self._lock:
            self._kept.pop(session.key, None)
