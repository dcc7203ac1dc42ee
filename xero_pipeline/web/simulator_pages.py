"""In mock mode the simulated Xero's consent page is at our own address: whoever reaches us reaches it."""

from __future__ import annotations

import base64
import hashlib
import re

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from xero_pipeline.web.app_context import context_of
from xero_simulator.messages import Request as SimulatedRequest
from xero_simulator.messages import parse_query

_STYLES = re.compile(r"<style>(.*?)</style>", re.DOTALL)


async def consent_page(request: Request) -> Response:
    """Show the page, or take the person's decision."""
    asked = SimulatedRequest(
        method=request.method,
        path=request.url.path,
        query=parse_query(request.url.query),
        headers={name.lower(): value for name, value in request.headers.items() if name.lower() != "accept-encoding"},
        body=await request.body(),
    )
    told = await run_in_threadpool(context_of(request).services.simulator.handle, asked)
    policy = _policy(told.body.decode("utf-8", "replace"))
    # With no-referrer, which Xero sends, the browser would hide from us that the decision comes from our own page.
    headers = {**told.headers, "Content-Security-Policy": policy, "Referrer-Policy": "same-origin"}
    return Response(told.body, told.status, headers)


def _policy(page: str) -> str:
    """The page brings its style with it: exactly that one is allowed."""
    digests = (hashlib.sha256(style.encode()).digest() for style in _STYLES.findall(page))
    allowed = " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests) or "'none'"
    return f"default-src 'none'; style-src {allowed}; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
