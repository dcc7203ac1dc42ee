"""What every request over HTTP passes first: the right name, no page of a stranger, and the token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse

from xero_pipeline.web.password import Password, TooManyTries

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from xero_pipeline.web.address import Address


class HttpGuard:
    """Lets a request through, or answers it.

    Args:
        address: What it answers to.
        token: What a request has to bring as `Authorization: Bearer …`.
    """

    def __init__(self, app: ASGIApp, address: Address, token: Password) -> None:
        self._app = app
        self._address = address
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request."""
        refused = await self._refused(Request(scope)) if scope["type"] == "http" else None
        await (refused or self._app)(scope, receive, send)

    async def _refused(self, request: Request) -> JSONResponse | None:
        if not self._address.answers_to(request.headers.get("host", "")):
            return JSONResponse({"error": "Nobody here is called that."}, 421)
        if "origin" in request.headers:
            return JSONResponse({"error": "Pages of browsers get no answer here."}, 403)
        kind, _, given = request.headers.get("authorization", "").partition(" ")
        try:
            right = kind.lower() == "bearer" and await run_in_threadpool(self._token.is_right, given.strip())
        except TooManyTries:
            return JSONResponse({"error": "Too many wrong tokens: wait a minute."}, 429)
        if right:
            return None
        return JSONResponse(
            {"error": "Send the token as `Authorization: Bearer …`."}, 401, {"WWW-Authenticate": "Bearer"}
        )
