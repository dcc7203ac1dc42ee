"""The app as it is registered with Xero: who we are when we ask for tokens, and where we ask."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class App:
    """One registration at developer.xero.com.

    Args:
        client_secret: Proves it; None for apps without one, which prove each consent by PKCE.
        redirect_uri: Where Xero sends the person after the consent page; registered with the app, compared exactly.
        scopes: What the consent asks for.
        login_url: Root of the consent page, e.g. https://login.xero.com.
        identity_url: Root of the token endpoint, e.g. https://identity.xero.com.
        api_url: Root of the API, e.g. https://api.xero.com.
        custom_connection: The app acts for one organisation without any person (client credentials).
    """

    client_id: str
    client_secret: str | None = field(repr=False)
    redirect_uri: str
    scopes: tuple[str, ...]
    login_url: str
    identity_url: str
    api_url: str
    custom_connection: bool = False

    @property
    def authorize_url(self) -> str:
        """The consent page."""
        return f"{self.login_url.rstrip('/')}/identity/connect/authorize"

    @property
    def token_url(self) -> str:
        """The token endpoint."""
        return f"{self.identity_url.rstrip('/')}/connect/token"

    @property
    def revocation_url(self) -> str:
        """Where a refresh token is given back."""
        return f"{self.identity_url.rstrip('/')}/connect/revocation"

    @property
    def connections_url(self) -> str:
        """The list of organisations a token reaches."""
        return f"{self.api_url.rstrip('/')}/connections"
