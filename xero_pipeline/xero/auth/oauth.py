"""Xero's OAuth 2: ask for consent, turn the answer into tokens, renew them, give them back.

The protocol itself is Authlib's (`token_endpoint.py`); here is what Xero adds or leaves open.
Source: developer.xero.com, "The standard authorization code flow", "PKCE flow", "Custom connections".
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from xero_pipeline.errors import (
    ConfigurationError,
    ConsentDenied,
    ConsentForged,
    NeedsReconsent,
    XeroUnavailable,
)
from xero_pipeline.xero.auth.app import App
from xero_pipeline.xero.auth.connections import Connection, Connections
from xero_pipeline.xero.auth.token_endpoint import TokenEndpoint
from xero_pipeline.xero.auth.token_set import TokenSet
from xero_pipeline.xero.http.tls import trusted
from xero_pipeline.xero.scopes import IDENTITY_SCOPES

__all__ = ["App", "Connection", "OAuth", "PendingConsent", "TokenSet"]

# Xero's access tokens live half an hour; used only where an answer does not say it itself.
USUAL_LIFETIME_SECONDS = 1800
TIMEOUT = httpx.Timeout(30, connect=10)


@dataclass(frozen=True, slots=True)
class PendingConsent:
    """A question put to a person and not answered yet.

    Args:
        url: The consent page's address.
        state: Must come back with the answer.
        verifier: The secret behind the PKCE challenge; None for apps with a client secret.
    """

    url: str = field(repr=False)
    state: str = field(repr=False)
    verifier: str | None = field(repr=False)


class OAuth:
    """Everything the app says to Xero about consent and tokens.

    May be shared by threads.

    Args:
        transport: Carries the requests; None for the network.
        clock: The time, in seconds since 1970.
        sleep: Waits between repetitions, in seconds.
    """

    def __init__(
        self,
        app: App,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.app = app
        self.clock = clock
        # Nothing is kept open: the next call is half an hour away.
        http = httpx.Client(
            transport=transport,
            verify=trusted(),
            timeout=TIMEOUT,
            limits=httpx.Limits(max_keepalive_connections=0),
            headers={"User-Agent": f"xero-pipeline/{version('xero-pipeline')}"},
        )
        self._tokens = TokenEndpoint(app, http, sleep)
        self._connections = Connections(app.connections_url, http, sleep)

    def begin(self) -> PendingConsent:
        """Put the question: make the address of the consent page.

        Returns:
            The address, and what is needed to read the answer.
        """
        from authlib.oauth2.client import OAuth2Client

        verifier = None if self.app.client_secret else secrets.token_urlsafe(64)
        client: Any = OAuth2Client(None, self.app.client_id, code_challenge_method="S256")
        url, state = client.create_authorization_url(
            self.app.authorize_url,
            state=secrets.token_urlsafe(32),
            code_verifier=verifier,
            redirect_uri=self.app.redirect_uri,
            scope=" ".join(self.app.scopes),
        )
        # A plus sign between scopes is reported to be refused as invalid_scope; a real plus is %2B already.
        return PendingConsent(url.replace("+", "%20"), state, verifier)

    def finish(self, pending: PendingConsent, callback_url: str) -> TokenSet:
        """Turn the answer to a consent into tokens.

        Args:
            pending: The question, from `begin`.

        Returns:
            The tokens.

        Raises:
            ConsentForged: The answer belongs to another question.
            ConsentDenied: The person said no.
            NeedsReconsent: The code was used before, or is too old.
        """
        answer = dict(parse_qsl(urlsplit(callback_url).query))
        # Constant time, as for any secret that a stranger may guess at.
        if not hmac.compare_digest(answer.get("state", "").encode(), pending.state.encode()):
            raise ConsentForged(
                "The answer does not belong to this consent (its state differs): it comes from an older page or from "
                "somebody else. Run `xero-pipeline connect` again and use the address it prints."
            )
        if error := answer.get("error"):
            raise _declined(error)
        if not answer.get("code"):
            raise ConsentDenied("Xero's answer holds no code. Run `xero-pipeline connect` again.")
        return self._token_set(lambda: self._tokens.exchange(answer["code"], pending.verifier))

    def refresh(self, refresh_token: str) -> TokenSet:
        """Renew tokens. A lost answer is asked for again with the same refresh token.

        Args:
            refresh_token: The newest one known.

        Returns:
            New tokens; the refresh token in them replaces the old one.

        Raises:
            NeedsReconsent: The refresh token is spent, expired or revoked.
            XeroUnavailable: No answer after all attempts; the old refresh token may still be good.
        """
        return self._token_set(lambda: self._tokens.refresh(refresh_token))

    def client_credentials(self) -> TokenSet:
        """Ask for a token without any person, as custom connections do.

        Returns:
            An access token, and no refresh token.

        Raises:
            ConfigurationError: The app has no secret, or is no custom connection.
        """
        if not self.app.client_secret:
            raise ConfigurationError("A custom connection needs its secret: set XERO_CLIENT_SECRET.")
        # Scopes about a person make no sense without one, and one refused scope refuses all.
        scopes = tuple(scope for scope in self.app.scopes if scope not in IDENTITY_SCOPES)
        try:
            return self._token_set(lambda: self._tokens.client_credentials(scopes))
        except NeedsReconsent as error:
            raise ConfigurationError(
                "Xero does not let this custom connection in: its organisation must authorise it at "
                "developer.xero.com; check XERO_CLIENT_ID and XERO_CUSTOM_CONNECTION too."
            ) from error

    def revoke(self, refresh_token: str) -> None:
        """Give a refresh token back. Removes every connection its user made for the app.

        Args:
            refresh_token: The newest one known.
        """
        self._tokens.revoke(refresh_token)

    def connections(self, access_token: str) -> list[Connection]:
        """List the organisations a token reaches.

        Returns:
            Organisations only; practices and the like are left out.
        """
        return self._connections.read(access_token)

    def remove_connection(self, access_token: str, connection_id: str) -> None:
        """Disconnect one organisation; one that is gone already is no error.

        Args:
            access_token: A fresh one of its consent.
            connection_id: The connection's id, not the organisation's.
        """
        self._connections.remove(access_token, connection_id)

    def _token_set(self, ask: Callable[[], Mapping[str, Any]]) -> TokenSet:
        asked_at = datetime.fromtimestamp(self.clock(), UTC)
        answer = ask()
        granted = answer.get("scope")
        return TokenSet(
            access_token=answer["access_token"],
            refresh_token=answer.get("refresh_token"),
            # Counted from before the question, so that it ends for us no later than for Xero.
            expires_at=asked_at + timedelta(seconds=_lifetime(answer.get("expires_in"))),
            scopes=tuple(granted.split()) if isinstance(granted, str) else self.app.scopes,
        )


def _lifetime(told: int | str | None) -> int:
    return USUAL_LIFETIME_SECONDS if told is None else max(0, int(told))


def _declined(error: str) -> Exception:
    if error == "access_denied":
        return ConsentDenied("The consent was declined. Run `xero-pipeline connect` again to give it.")
    if error in {"server_error", "temporarily_unavailable"}:
        return XeroUnavailable(f"Xero's consent page answers {error}. Try again in some minutes.")
    name = error if error.isidentifier() and len(error) < 40 else "an error without a name"
    return ConfigurationError(
        f"Xero's consent page refuses the question ({name}): check XERO_CLIENT_ID, XERO_REDIRECT_URI and XERO_SCOPES."
    )
