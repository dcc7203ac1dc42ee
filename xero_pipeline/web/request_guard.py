"""What every request passes first: the right name, the password, no stranger's form; and what every answer carries."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote, unquote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from xero_pipeline.web.password import Password, TooManyTries
from xero_pipeline.web.request_session import RequestSession

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from xero_pipeline.web.address import Address
    from xero_pipeline.web.sessions import Sessions

LOGIN = "/login"
STATIC = "/static/"
ICON = "/favicon.ico"
CONSENT_PAGE = "/identity/connect/authorize"
"""The simulated Xero's own page, which has its own forms."""
PROBES = ("/health", "/ready")
"""Paths that anybody may ask, under any name: they say yes or no."""
FOR_PROGRAMS = ("/api/", "/metrics")
"""Paths whose answers are read by programs, what they are refused included."""
MOST_BYTES = 64 * 1024
"""Of a request: nothing that people or programs send here is longer."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_LONGEST_NAME = 100
_NOBODY = "The proxy before this page named nobody who signed in. Open the page at the proxy's address."
_STRANGER = "This came from another page than ours, so nothing was done."
_OLD_PAGE = "This page is older than the program that serves it, so nothing was done. Load it again."

Refuse = Callable[[Request, int, str], Response]
"""Makes the answer to a request that is refused: page or JSON, status, what to say."""


class RequestGuard:
    """Lets a request through, or answers it.

    Args:
        sessions: The browsers we know.
        password: What people must give; None for a page that only this machine reaches.
        user_header: In which header a proxy says who signed in there; None without such a proxy.
        headers: What every answer carries that does not say otherwise.
        refuse: Makes the answer to a request that is refused.
        unguarded: The path that has a guard of its own, for programs that know no password: Xero's webhooks.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        address: Address,
        sessions: Sessions,
        password: Password | None,
        user_header: str | None,
        headers: Mapping[str, str],
        refuse: Refuse,
        unguarded: str,
    ) -> None:
        self._app = app
        self._unguarded = unguarded
        self._address = address
        self._sessions = sessions
        self._password = password
        self._user_header = user_header
        self._headers = headers
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request."""
        if scope["type"] != "http" or scope["path"] == self._unguarded:
            await self._app(scope, receive, send)
            return
        body = await _body(receive)
        request = Request(scope)
        visit = RequestSession(self._sessions, self._address, request.cookies)
        scope.setdefault("state", {})["visit"] = visit
        refused = await self._refused(request, visit, body)
        await (refused or self._app)(scope, _again(body or b"", receive), self._sending(visit, send))

    async def _refused(self, request: Request, visit: RequestSession, body: bytes | None) -> Response | None:
        if body is None:
            return self._refuse(request, 413, f"More than {MOST_BYTES} bytes: nothing here takes so much.")
        if request.url.path in PROBES and request.method in _SAFE:
            return None
        host = request.headers.get("host", "")
        if not self._address.answers_to(host):
            return self._refuse(
                request,
                421,
                f"The page is not called “{host[:100]}”. Open {self._address.shown}; if a proxy stands before it, "
                "set XERO_WEB_URL to the address people use.",
            )
        if "\0" in unquote(f"{request.scope['path']}?{request.url.query}"):
            return self._refuse(request, 400, "No address here has a zero byte in it, which no database takes.")
        try:
            visit.program = await run_in_threadpool(self._is_program, request)
        except TooManyTries:
            return self._refuse(request, 429, "Too many wrong passwords: wait a minute.")
        unknown = self._unknown(request, visit)
        return unknown or (None if request.method in _SAFE else self._forged(request, visit, body))

    def _unknown(self, request: Request, visit: RequestSession) -> Response | None:
        """A request of somebody who neither gave the password nor was named by the proxy."""
        visit.user = request.headers.get(self._user_header, "").strip()[:_LONGEST_NAME] if self._user_header else ""
        path = request.url.path
        if path in {LOGIN, ICON} or path.startswith(STATIC) or visit.program or visit.user:
            return None
        if self._password:
            return None if visit.signed_in else self._ask_for_password(request)
        return self._refuse(request, 401, _NOBODY) if self._user_header else None

    def _is_program(self, request: Request) -> bool:
        kind, _, given = request.headers.get("authorization", "").partition(" ")
        return bool(self._password) and kind.lower() == "bearer" and self._password.is_right(given.strip())

    def _ask_for_password(self, request: Request) -> Response:
        if request.url.path.startswith(FOR_PROGRAMS):
            answer = self._refuse(request, 401, "Send the password as `Authorization: Bearer …`.")
            answer.headers["WWW-Authenticate"] = "Bearer"
            return answer
        wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"{LOGIN}?next={quote(wanted)}", 303)

    def _forged(self, request: Request, visit: RequestSession, body: bytes) -> Response | None:
        """A request that changes something must come from a page of ours, or from a program with the password."""
        origin, host = request.headers.get("origin"), request.headers.get("host", "")
        if origin is not None and not self._address.is_own(origin, host):
            return self._refuse(request, 403, _STRANGER)
        if request.headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}:
            return self._refuse(request, 403, _STRANGER)
        if visit.program or request.url.path == CONSENT_PAGE:
            return None
        return None if visit.owns(_token(request, body)) else self._refuse(request, 403, _OLD_PAGE)

    def _sending(self, visit: RequestSession, send: Send) -> Send:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                if cookie := visit.cookie():
                    headers.append("set-cookie", cookie)
            await send(message)

        return with_headers


def _token(request: Request, body: bytes) -> str:
    """What proves that a request comes from a page of ours."""
    if header := request.headers.get("x-csrf-token"):
        return header
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return ""
    return parse_qs(body.decode("utf-8", "replace")).get("csrf", [""])[0]


async def _body(receive: Receive) -> bytes | None:
    """All of it; None when it is too long."""
    parts: list[bytes] = []
    more = True
    while more:
        message: Mapping[str, Any] = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
        if sum(map(len, parts)) > MOST_BYTES:
            return None
    return b"".join(parts)


def _again(body: bytes, receive: Receive) -> Callable[[], Awaitable[Message]]:
    """The body once more for whoever reads it next."""
    given = False

    async def give() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return give
