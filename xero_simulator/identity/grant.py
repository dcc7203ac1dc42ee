"""What a person allowed an app: asked for, granted, issued."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Grant:
    """What a person allowed an app, once.

    Attributes:
        id: Its id.
        client_id: The app.
        event_id: The `authentication_event_id` of its tokens.
        scopes: What is allowed.
        granted: When, in seconds since 1970.
        user_id: Who allowed it; empty where the app asked for itself.
        public: The app has no secret.
        revoked: It counts no more.
    """

    id: str
    client_id: str
    event_id: str
    scopes: tuple[str, ...]
    granted: float
    user_id: str = ""
    public: bool = False
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class Issued:
    """A grant with the new refresh token that belongs to it.

    Attributes:
        grant: The grant.
        refresh_token: The token, or None without `offline_access`.
        nonce: The nonce of the authorisation, for the id token.
    """

    grant: Grant
    refresh_token: str | None = field(default=None, repr=False)
    nonce: str = ""


@dataclass(frozen=True, slots=True)
class ConsentQuestion:
    """What an app asks a person on the consent page.

    Attributes:
        client_id: The app.
        redirect_uri: Where the answer goes.
        scopes: What is asked for.
        state: The app's own word, returned as it came; None when there was none.
        challenge: The S256 challenge of PKCE, or empty.
        nonce: For the id token, or empty.
    """

    client_id: str
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str | None = None
    challenge: str = ""
    nonce: str = ""
