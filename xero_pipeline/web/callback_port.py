"""The redirect URI's own port, held open while a consent waits for its answer.

The app is registered with one address, and `xero-pipeline connect` listens there. The page has another port, so while
it asks somebody it listens there too, and sends what arrives on to itself.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack

from xero_pipeline.xero.auth.callback_server import listening


class CallbackPort:
    """Opens and closes the port. May be shared by threads.

    Args:
        redirect_uri: As it is registered with the app.
        to: For the query of an answer, where it goes.
        seconds: How long to listen after the last question.
    """

    def __init__(self, redirect_uri: str, to: Callable[[str], str], seconds: float) -> None:
        self._redirect_uri = redirect_uri
        self._to = to
        self._seconds = seconds
        self._lock = threading.Lock()
        self._held: ExitStack | None = None
        self._end: threading.Timer | None = None

    def open(self) -> None:
        """Listen, from now for the time of a question.

        Raises:
            ConfigurationError: Another program has the port.
        """
        with self._lock:
            if self._held is None:
                held = ExitStack()
                held.enter_context(listening(self._redirect_uri, self._to))
                self._held = held
            self._set_end()

    def close(self) -> None:
        """Let go of the port, for `xero-pipeline connect` may want it."""
        with self._lock:
            if self._end:
                self._end.cancel()
            held, self._held, self._end = self._held, None, None
        if held:
            held.close()

    def _set_end(self) -> None:
        if self._end:
            self._end.cancel()
        self._end = threading.Timer(self._seconds, self.close)
        self._end.daemon = True
        self._end.start()
