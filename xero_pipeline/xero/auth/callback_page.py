"""An answer to a consent, as it arrives: who waits for it, and what its browser is shown."""

from __future__ import annotations

import html
import queue
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from xero_pipeline.errors import ConsentDenied

# How long the browser is kept waiting for the page that says what became of the consent.
_PAGE_SECONDS = 600
_SENDING_SECONDS = 5
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>
<style>body{{font:1.1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:15vh auto;padding:0 1rem}}</style>
<h1>{title}</h1><p>{text}</p></html>"""


@dataclass(frozen=True, slots=True)
class BrowserReply:
    """What the browser gets for its answer.

    Args:
        location: Where the browser goes on, if anywhere.
    """

    status: int
    body: str
    location: str | None = None


class CallbackRequest:
    """An answer that has arrived; its browser still waits for a page.

    Args:
        url: The address Xero sent the browser to.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._page: queue.SimpleQueue[BrowserReply] = queue.SimpleQueue()
        self._sent = threading.Event()

    def say(self, status: int, title: str, text: str) -> None:
        """Show the person what became of it; returns when the page is under way.

        Args:
            status: HTTP status of the page.
            text: A sentence; any characters.
        """
        self._page.put(BrowserReply(status, page(title, text)))
        self._sent.wait(_SENDING_SECONDS)

    def send_on(self, location: str) -> None:
        """Send the browser on to another address of ours, with its answer."""
        self._page.put(BrowserReply(303, page("Going on", "Xero's answer is here."), location))

    @contextmanager
    def page(self) -> Generator[BrowserReply]:
        """Wait for `say`; the page counts as sent when the block ends.

        Yields:
            What the browser gets.
        """
        try:
            yield self._page.get(timeout=_PAGE_SECONDS)
        finally:
            self._sent.set()


class CallbackWaiter:
    """Waits for answers; made by `listening`.

    Args:
        path: The path of the redirect URI.
        origin: Its scheme, host and port.
    """

    def __init__(self, path: str, origin: str) -> None:
        self.path = path
        self.origin = origin
        self._answers: queue.SimpleQueue[CallbackRequest] = queue.SimpleQueue()
        self._first = threading.Lock()

    def take(self, path_and_query: str) -> CallbackRequest | None:
        """Take the first answer; called by the server.

        Args:
            path_and_query: As the browser asked for it.

        Returns:
            The answer; None when there was one before.
        """
        if not self._first.acquire(blocking=False):
            return None
        answer = CallbackRequest(f"{self.origin}{path_and_query}")
        self._answers.put(answer)
        return answer

    def wait(self, timeout_seconds: float) -> CallbackRequest:
        """Wait for the first answer.

        Args:
            timeout_seconds: At most so long.

        Returns:
            The answer; call `say` on it in any case.

        Raises:
            ConsentDenied: Nobody answered.
        """
        try:
            return self._answers.get(timeout=timeout_seconds)
        except queue.Empty as error:
            raise ConsentDenied(
                f"Nobody answered the consent page within {timeout_seconds:g} s. "
                "Run `xero-pipeline connect` again and open the address it prints."
            ) from error


class CallbackForwarder(CallbackWaiter):
    """Sends every answer on to the program that waits for it under another address.

    Args:
        path: The path of the redirect URI.
        origin: Its scheme, host and port.
        to: For the query of an answer, where it goes.
    """

    def __init__(self, path: str, origin: str, to: Callable[[str], str]) -> None:
        super().__init__(path, origin)
        self._to = to

    def take(self, path_and_query: str) -> CallbackRequest:
        """Send an answer on; called by the server.

        Args:
            path_and_query: As the browser asked for it.

        Returns:
            The answer, which knows already where its browser goes.
        """
        answer = CallbackRequest(f"{self.origin}{path_and_query}")
        answer.send_on(self._to(urlsplit(path_and_query).query))
        return answer


def page(title: str, text: str) -> str:
    """Write a page for the person in front of the browser.

    Args:
        text: A sentence; any characters, also those of strangers.

    Returns:
        HTML.
    """
    return _PAGE.format(title=html.escape(title), text=html.escape(text))
