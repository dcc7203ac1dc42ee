"""One request of a browser: its session, begun when it is first needed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from xero_pipeline.web.sessions import Session, Sessions

if TYPE_CHECKING:
    from starlette.requests import Request

    from xero_pipeline.web.address import Address


class RequestSession:
    """The session behind a request.

    Args:
        sessions: All that we know.
        address: Where we listen: the cookie is named by the port, as browsers do not keep ports apart.
        cookies: What the browser sent.
    """

    def __init__(self, sessions: Sessions, address: Address, cookies: Mapping[str, str]) -> None:
        self._sessions = sessions
        self._name = f"xero_pipeline_{address.port}"
        self._secure = bool(address.public and address.public.startswith("https:"))
        self._known = sessions.find(cookies.get(self._name))
        self._begun: Session | None = None
        self.program = False
        """Whether it is no browser, but a program that sent the password."""
        self.user = ""
        """Who signed in at a proxy before us; empty where nobody did."""

    @property
    def session(self) -> Session:
        """The browser's session; a new one where it has none."""
        if self._known is None:
            self._known = self._begun = self._sessions.begin()
        return self._known

    @property
    def signed_in(self) -> bool:
        """Whether this browser gave the password."""
        return self._known is not None and self._known.signed_in

    def owns(self, token: str) -> bool:
        """Whether a form came from a page that we gave to this browser.

        Args:
            token: What the form carried.
        """
        return self._known is not None and self._known.owns(token)

    def sign_in(self) -> None:
        """The password was right: from now on another cookie, so that nobody can have planted it."""
        self.end()
        self._known = self._begun = self._sessions.begin(signed_in=True)

    def end(self) -> None:
        """Forget this browser."""
        if self._known is not None:
            self._sessions.end(self._known)
        self._known = self._begun = None

    def cookie(self) -> str | None:
        """The `Set-Cookie` header, where a session began."""
        if self._begun is None:
            return None
        secure = "; Secure" if self._secure else ""
        # Lax, not Strict: Xero sends the browser back to us, and the answer must find the session that asked.
        return f"{self._name}={self._begun.key}; Path=/; HttpOnly; SameSite=Lax{secure}"


def session_of(request: Request) -> RequestSession:
    """The visit of a request that passed the gate."""
    return request.state.visit
