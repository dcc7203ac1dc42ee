"""A person with a browser, for tests of the consent."""

from __future__ import annotations

import socket
import threading
from urllib.parse import parse_qs, urlsplit

import httpx

from xero_pipeline.xero.auth import consent_flow


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Person:
    """Opens the consent page and comes back with these queries, one after the other."""

    def __init__(self, desk, *queries: str) -> None:
        self.desk = desk
        self.queries = queries or ("code=code-secret-1&state={state}",)
        self.pages: list[httpx.Response] = []
        self.thread: threading.Thread | None = None

    def __call__(self, url: str) -> None:
        state = parse_qs(urlsplit(url).query)["state"][0]
        self.thread = threading.Thread(target=self._answer, args=(state,))
        self.thread.start()

    def _answer(self, state: str) -> None:
        target = self.desk.oauth.app.redirect_uri.replace("localhost", "127.0.0.1")
        for query in self.queries:
            address = query if query.startswith("http") else f"{target}?{query}"
            self.pages.append(httpx.get(address.format(state=state), timeout=30, trust_env=False))


def connect(desk, person, timeout_seconds=20.0):
    try:
        return consent_flow.connect(
            desk.oauth,
            desk.token_store,
            desk.organisations,
            announce=person,
            open_browser=None,
            timeout_seconds=timeout_seconds,
        )
    finally:
        if person.thread:
            person.thread.join(30)
