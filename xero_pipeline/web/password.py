"""The password of the page, and how often somebody may try."""

from __future__ import annotations

import hmac
import threading
import time
from collections import deque
from collections.abc import Callable

from pydantic import SecretStr

WRONG_TRIES = 10
"""In any minute, over everybody: a person mistypes, a program guesses."""
_MINUTE = 60.0


class TooManyTries(Exception):
    """Wrong passwords came too fast: not even the right one is taken for a minute."""


class Password:
    """Compares in constant time, and keeps still when wrong ones come too fast.

    Args:
        clock: Seconds; only differences count.
    """

    def __init__(self, secret: SecretStr, clock: Callable[[], float] = time.monotonic) -> None:
        self._secret = secret
        self._clock = clock
        self._wrong: deque[float] = deque(maxlen=WRONG_TRIES)
        self._lock = threading.Lock()

    def is_right(self, given: str) -> bool:
        """Whether it is the right one.

        Raises:
            TooManyTries: Too many wrong ones came within a minute.
        """
        with self._lock:
            if len(self._wrong) == WRONG_TRIES and self._clock() - self._wrong[0] < _MINUTE:
                raise TooManyTries
            right = hmac.compare_digest(given.encode(), self._secret.get_secret_value().encode())
            if not right:
                self._wrong.append(self._clock())
            return right
