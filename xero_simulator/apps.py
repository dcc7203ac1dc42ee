"""The apps that are registered with the simulated Xero."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from xero_simulator.messages import Refused, Request
from xero_simulator.wire import json_answer

_LOCAL = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True, slots=True)
class SimulatedApp:
    """An app as its developer registered it.

    Attributes:
        client_id: Its id.
        client_secret: Its secret; None for a mobile or desktop app, which must use PKCE.
        redirect_uris: Where consents may lead back to, compared exactly; empty allows any proper one.
        tenant_id: The organisation a custom connection was set up for; None for the first.
    """

    client_id: str
    client_secret: str | None = field(default=None, repr=False)
    redirect_uris: tuple[str, ...] = ()
    tenant_id: str | None = None


@dataclass(frozen=True, slots=True)
class Caller:
    """An app that has shown who it is.

    Attributes:
        client_id: Its id.
        public: It has shown no secret.
    """

    client_id: str
    public: bool


class Apps:
    """Knows the registered apps; with none registered, every client id is accepted."""

    def __init__(self, apps: Sequence[SimulatedApp]) -> None:
        self._apps = {app.client_id: app for app in apps}

    def knows(self, client_id: str) -> bool:
        """Whether an app may ask for consent."""
        return bool(client_id) and (not self._apps or client_id in self._apps)

    def organisation_of(self, client_id: str) -> str | None:
        """The organisation an app was set up for as a custom connection, if that was said."""
        return self._apps[client_id].tenant_id if client_id in self._apps else None

    def needs_challenge(self, client_id: str) -> bool:
        """Whether an app without a secret asks, so that only PKCE protects the code."""
        return client_id in self._apps and self._apps[client_id].client_secret is None

    def allows_redirect(self, client_id: str, uri: str) -> bool:
        """Whether a consent of a known app may lead back to an address.

        Args:
            uri: The address: absolute, https or a local http, without a fragment.
        """
        registered = self._apps[client_id].redirect_uris if client_id in self._apps else ()
        if registered:
            return uri in registered
        parts = urlsplit(uri)
        host = parts.netloc.rpartition("@")[2].rsplit(":", 1)[0] if "]" not in parts.netloc else "[::1]"
        local = parts.scheme == "http" and host in _LOCAL
        return bool(parts.netloc) and not parts.fragment and (parts.scheme == "https" or local)

    def authenticate(self, request: Request) -> Caller:
        """Finds out which app calls the token endpoint, by Basic authentication or by the body.

        Raises:
            Refused: `invalid_client`.
        """
        form = request.form()
        client_id, secret = form.get("client_id", ""), form.get("client_secret")
        header = request.headers.get("authorization", "")
        if header.lower().startswith("basic "):
            client_id, secret = _basic(header[6:])
        if not self.knows(client_id):
            raise oauth_refused("invalid_client")
        expected = self._apps[client_id].client_secret if client_id in self._apps else secret
        if expected != secret and not _same(expected, secret):
            raise oauth_refused("invalid_client")
        return Caller(client_id, public=not secret)


def oauth_refused(error: str) -> Refused:
    """The token endpoint's 400.

    Args:
        error: The error's name in RFC 6749, section 5.2.
    """
    return Refused(json_answer(400, {"error": error}))


def _basic(credentials: str) -> tuple[str, str | None]:
    try:
        decoded = base64.b64decode(credentials.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise oauth_refused("invalid_client") from error
    client_id, _, secret = decoded.partition(":")
    return client_id, secret


def _same(expected: str | None, given: str | None) -> bool:
    if expected is None or given is None:
        return False
    # RFC 6749 percent-encodes both halves of Basic; many clients do not.
    return hmac.compare_digest(expected.encode(), unquote(given).encode())
