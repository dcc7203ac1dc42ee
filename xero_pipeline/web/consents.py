"""Consents that people give from the page: the question put, the answer taken by the browser that was asked."""

from __future__ import annotations

import hmac
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from xero_pipeline.errors import ConfigurationError, ConsentDenied, ConsentForged, NeedsReconsent, XeroPipelineError
from xero_pipeline.web.address import Address, is_loopback, name_in
from xero_pipeline.web.callback_port import CallbackPort
from xero_pipeline.xero.auth import consent_flow

if TYPE_CHECKING:
    from xero_pipeline.container import Services
    from xero_pipeline.xero.auth.app import App
    from xero_pipeline.xero.auth.oauth import OAuth, PendingConsent
    from xero_pipeline.xero.auth.organisations import Organisation

CALLBACK = "/xero/callback"
"""Our own path for the answer."""
QUESTION_SECONDS = 600
"""How long a person may look at the consent page."""
MOST_QUESTIONS = 50

_IN_OTHER_WORDS: dict[type[XeroPipelineError], str] = {
    ConsentDenied: "The consent was declined, or covers no organisation: nothing was connected. "
    "Press Connect to be asked again.",
    ConsentForged: "The answer does not belong to a question that this browser was asked: it comes from an older "
    "page, another browser, or somebody else. Nothing was connected. Press Connect and answer the page that opens.",
    NeedsReconsent: "The answer was used before, or is too old: nothing was connected. Press Connect again.",
}


@dataclass(frozen=True, slots=True)
class _Question:
    """One that a browser was sent away with."""

    pending: PendingConsent
    oauth: OAuth
    owner: str
    origin: str
    ends_at: float


class Consents:
    """The questions that are open. May be shared by threads.

    Args:
        services: Speak to Xero and take the tokens.
        clock: Seconds; only differences count.
    """

    def __init__(self, services: Services, address: Address, clock: Callable[[], float] = time.monotonic) -> None:
        self._services = services
        self._address = address
        self._clock = clock
        self._lock = threading.Lock()
        self._open: dict[str, _Question] = {}
        self._port = CallbackPort(services.settings.redirect_uri, self._onward, QUESTION_SECONDS)

    def begin(self, owner: str, host: str) -> str:
        """Put the question.

        Args:
            owner: The browser's session, or whoever else must bring the answer.
            host: The `Host` header of the person's request.

        Returns:
            The consent page's address.

        Raises:
            ConfigurationError: A setting of the app is wrong, or the answer could not reach us.
        """
        origin = self._address.origin(host)
        oauth = self._services.oauth_for(self._app(origin, host))
        pending = oauth.begin()
        with self._lock:
            self._forget_old()
            while len(self._open) >= MOST_QUESTIONS:
                self._open.pop(next(iter(self._open)))
            self._open[pending.state] = _Question(pending, oauth, owner, origin, self._clock() + QUESTION_SECONDS)
        return pending.url

    def finish(self, owner: str, callback_url: str) -> Sequence[Organisation]:
        """Take the answer.

        Returns:
            The organisations it added.

        Raises:
            ConsentDenied: The person said no.
            ConsentForged: It is not an answer to a question of this owner.
            NeedsReconsent: The answer is too old.
            XeroUnavailable: Xero does not answer.
        """
        state = parse_qs(urlsplit(callback_url).query).get("state", [""])[0]
        with self._lock:
            self._forget_old()
            question = self._open.get(state)
            if question is None or not hmac.compare_digest(question.owner.encode(), owner.encode()):
                raise ConsentForged(_IN_OTHER_WORDS[ConsentForged])
            del self._open[state]
            nobody_waits = not self._open
        if nobody_waits:
            self._port.close()
        services = self._services
        try:
            return consent_flow.take_answer(
                question.oauth, services.token_store, services.organisations, question.pending, callback_url
            )
        except tuple(_IN_OTHER_WORDS) as error:
            raise type(error)(_IN_OTHER_WORDS[type(error)]) from error

    def without_a_person(self) -> Sequence[Organisation]:
        """Connect what a custom connection opens: it asks nobody.

        Raises:
            ConfigurationError: Xero does not let it in.
            XeroUnavailable: Xero does not answer.
        """
        services = self._services
        return consent_flow.connect(
            services.oauth,
            services.token_store,
            services.organisations,
            announce=lambda _: None,
            open_browser=None,
            timeout_seconds=0,
        )

    def close(self) -> None:
        """Let go of the redirect URI's port."""
        self._port.close()

    def _app(self, origin: str, host: str) -> App:
        settings = self._services.settings
        if settings.mock_mode:
            # The simulated Xero has its consent page at our own address, and takes any redirect URI.
            return self._services.app(login_url=origin, redirect_uri=origin + CALLBACK)
        app, redirect = self._services.app(), urlsplit(settings.redirect_uri)
        if redirect.netloc.lower() == urlsplit(origin).netloc.lower():
            return app
        if not is_loopback(name_in(host)) or not is_loopback(redirect.hostname or ""):
            raise ConfigurationError(
                f"Xero would send the answer to XERO_REDIRECT_URI, {settings.redirect_uri}, and this page is "
                f"{origin}. Register {origin}{CALLBACK} with the app at developer.xero.com and set XERO_REDIRECT_URI "
                "to it; or connect on the machine itself: `xero-pipeline connect`."
            )
        self._port.open()
        return app

    def _onward(self, query: str) -> str:
        """Where an answer that came to the redirect URI's own port goes: to the page that asked."""
        with self._lock:
            question = self._open.get(parse_qs(query).get("state", [""])[0])
        return f"{question.origin if question else self._address.shown}{CALLBACK}?{query}"

    def _forget_old(self) -> None:
        self._open = {state: one for state, one in self._open.items() if one.ends_at > self._clock()}
