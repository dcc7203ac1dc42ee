"""Who is at the browser: a random cookie, and what this process remembers with it.

That a browser gave the password is kept in the state database as well, so that nobody signs in again after a restart;
of the cookie and the password there are digests alone.
"""

from __future__ import annotations

import hmac
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Literal

from xero_pipeline import clock as calendar

if TYPE_CHECKING:
    from pydantic import SecretStr

    from xero_pipeline.state.signed_in import SignedIn

KEPT = 500
"""Sessions at once; the one that was quiet longest goes first."""
QUIET_SECONDS = 12 * 3600.0
"""A session that nobody used for so long is over."""
NOTED_EVERY = 600.0
"""Seconds between two notes in the state database that a session was used."""

Kind = Literal["good", "bad"]


@dataclass(slots=True)
class Session:
    """One browser.

    Args:
        csrf: What every form of this browser carries.
        seen_at: When it was last used, by the clock.
        noted_at: When that was last noted in the state database.
        signed_in: Whether the password was given.
        notes: What the next page tells, each good news or bad.
    """

    key: str = field(repr=False)
    csrf: str = field(repr=False)
    seen_at: float
    signed_in: bool = False
    noted_at: float = 0.0
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
        kept: Who is signed in, over restarts; None where there is no password.
        password: The password that holds now.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        kept: SignedIn | None = None,
        password: SecretStr | None = None,
    ) -> None:
        self._clock = clock
        self._signed_in = kept
        self._password = password.get_secret_value() if password else ""
        self._lock = threading.Lock()
        self._kept: dict[str, Session] = {}

    def find(self, key: str | None) -> Session | None:
        """The session of a cookie, if it is one of ours and not over."""
        if not key:
            return None
        now = self._clock()
        with self._lock:
            session = self._kept.pop(key, None)
            if session and now - session.seen_at > QUIET_SECONDS:
                session = None
        session = session or self._of_before(key)
        if session is None:
            return None
        session.seen_at = now
        with self._lock:
            self._kept[session.key] = session  # the last in order is the last that was used
        self._note(session)
        return session

    def begin(self, *, signed_in: bool = False) -> Session:
        """A new session.

        Args:
            signed_in: Whether the password was given.
        """
        key = secrets.token_urlsafe(32)
        session = Session(key, _token_of(key), self._clock(), signed_in)
        with self._lock:
            while len(self._kept) >= KEPT:
                self._kept.pop(next(iter(self._kept)))
            self._kept[session.key] = session
        self._note(session)
        return session

    def end(self, session: Session) -> None:
        """Forget one."""
        with self._lock:
            self._kept.pop(session.key, None)
        if self._signed_in and session.signed_in:
            self._signed_in.end(_digest(session.key))

    def _of_before(self, key: str) -> Session | None:
        """One that an earlier process began, or another one beside this."""
        if self._signed_in and self._signed_in.has(_digest(key), self._mark(key), calendar.now()):
            return Session(key, _token_of(key), self._clock(), signed_in=True)
        return None

    def _note(self, session: Session) -> None:
        if self._signed_in is None or not session.signed_in:
            return
        if session.noted_at and session.seen_at - session.noted_at < NOTED_EVERY:
            return
        session.noted_at = session.seen_at
        self._signed_in.note(_digest(session.key), self._mark(session.key), calendar.now())

    def _mark(self, key: str) -> str:
        """The password together with a cookie: with another password nobody is signed in any more."""
        return hmac.new(key.encode(), self._password.encode(), sha256).hexdigest()


def _digest(key: str) -> str:
    return sha256(key.encode()).hexdigest()


def _token_of(key: str) -> str:
    """What every form of a browser carries; nobody makes it without the cookie."""
    return hmac.new(key.encode(), b"form", sha256).hexdigest()
