"""What the forms of the pages do: each goes back to a page, which says the result."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from xero_pipeline.errors import XeroPipelineError
from xero_pipeline.web import actions
from xero_pipeline.web.app_context import AppContext, context_of
from xero_pipeline.web.consents import CALLBACK
from xero_pipeline.web.password import TooManyTries
from xero_pipeline.web.request_session import session_of
from xero_pipeline.web.responses import as_json, bare, status_of, wants_json
from xero_pipeline.web.syncing import sync_page

_log = logging.getLogger(__name__)

Fields = Mapping[str, Any]
Endpoint = Callable[[Request], Awaitable[Response]]


def _first_page(fields: Fields) -> str:
    return "/"


def page_of_sync(fields: Fields) -> str:
    """Where somebody pressed the button: the sync page of the organisation, or the first page."""
    return sync_page.address(fields) if fields.get("page") == "sync" else "/"


def form(act: Callable[[AppContext, Fields], str], back: Callable[[Fields], str] = _first_page) -> Endpoint:
    """Make an endpoint out of an action.

    Args:
        act: Does it, and says the result.
        back: The page that shows the result.
    """

    async def endpoint(request: Request) -> Response:
        fields = dict(await request.form())
        return await run_in_threadpool(_done, request, act, back, fields)

    return endpoint


def _done(
    request: Request, act: Callable[[AppContext, Fields], str], back: Callable[[Fields], str], fields: Fields
) -> Response:
    try:
        message, status = act(context_of(request), fields), 200
    except XeroPipelineError as error:
        message, status = error.message, status_of(error)
    if wants_json(request):
        return as_json({"ok": status == 200, "message": message}, status)
    return _back(request, message, back(fields), well=status == 200)


def _back(request: Request, message: str, to: str = "/", *, well: bool) -> Response:
    session_of(request).session.notes.append(("good" if well else "bad", message))
    return RedirectResponse(to, 303)


def sync(context: AppContext, fields: Fields) -> str:
    """Sync an organisation."""
    return actions.sync(context, fields.get("organisation", ""))


def disconnect(context: AppContext, fields: Fields) -> str:
    """Disconnect an organisation; the question was asked before."""
    return actions.disconnect(context, fields.get("organisation", ""))


def scheduler(context: AppContext, fields: Fields) -> str:
    """Turn the daily sync on or off."""
    return actions.turn(context, on=fields.get("on") == "true")


def connect(request: Request) -> Response:
    """Send the person to the consent page."""
    context, host = context_of(request), request.headers.get("host", "")
    try:
        if context.services.settings.custom_connection:
            return _back(request, actions.connected(context.consents.without_a_person()), well=True)
        return RedirectResponse(context.consents.begin(session_of(request).session.key, host), 303)
    except XeroPipelineError as error:
        return _back(request, error.message, well=False)


def callback(request: Request) -> Response:
    """Take the answer that the browser brings back from the consent page."""
    context = context_of(request)
    url = f"{context.address.origin(request.headers.get('host', ''))}{CALLBACK}?{request.url.query}"
    try:
        added = context.consents.finish(session_of(request).session.key, url)
    except XeroPipelineError as error:
        # Without the query: it holds the code.
        _log.warning("Connection not completed: %s", error)
        return _back(request, error.message, well=False)
    return _back(request, actions.connected(added), well=True)


def login_page(request: Request) -> Response:
    """Ask for the password."""
    if context_of(request).password is None or session_of(request).signed_in:
        return RedirectResponse("/", 303)
    return _ask(request, request.query_params.get("next", "/"))


async def login(request: Request) -> Response:
    """Take the password."""
    fields = dict(await request.form())
    password, onward = context_of(request).password, str(fields.get("next", "/"))
    try:
        right = password is None or await run_in_threadpool(password.is_right, str(fields.get("password", "")))
    except TooManyTries:
        return _ask(request, onward, 429, "Too many wrong passwords: wait a minute.")
    if not right:
        return _ask(request, onward, 403, "That is not the password. It is what XERO_WEB_PASSWORD was set to.")
    session_of(request).sign_in()
    return RedirectResponse(_inside(onward), 303)


def logout(request: Request) -> Response:
    """Forget this browser."""
    session_of(request).end()
    return RedirectResponse("/", 303)


def _ask(request: Request, onward: str, status: int = 200, complaint: str = "") -> Response:
    csrf = session_of(request).session.csrf
    return bare("login.html", status, csrf=csrf, onward=_inside(onward), complaint=complaint)


def _inside(onward: str) -> str:
    """A path of ours and nothing else: nobody is sent to a stranger's page after the password."""
    parts = urlsplit(onward)
    well = onward.startswith("/") and not onward.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return onward if well else "/"
