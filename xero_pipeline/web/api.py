"""The same for programs: JSON in, JSON out."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from xero_pipeline.errors import ConfigurationError, XeroPipelineError
from xero_pipeline.web import actions
from xero_pipeline.web.app_context import AppContext, context_of
from xero_pipeline.web.books import statement_pages
from xero_pipeline.web.pages import SPANS, figures_of
from xero_pipeline.web.request_session import session_of
from xero_pipeline.web.responses import as_json, status_of
from xero_pipeline.web.syncing.sync_overview import sync_overview
from xero_pipeline.xero.values import is_object

MOST_RUNS = 200

Answer = Callable[[Request], Response]
Endpoint = Callable[[Request], Awaitable[Response]]


def endpoint(tell: Callable[[Request, AppContext, Mapping[str, Any]], object]) -> Endpoint:
    """Make an endpoint out of what it tells.

    Args:
        tell: Given the request, the context and the fields of the body, what to answer.
    """

    async def answer(request: Request) -> Response:
        body = await request.body()
        return await run_in_threadpool(_answer, request, tell, body)

    return answer


def _answer(
    request: Request, tell: Callable[[Request, AppContext, Mapping[str, Any]], object], body: bytes
) -> Response:
    try:
        return as_json(tell(request, context_of(request), _fields(body)))
    except XeroPipelineError as error:
        return as_json({"error": error.message}, status_of(error))


def session(request: Request, context: AppContext, fields: Mapping[str, Any]) -> object:
    """What a program without a password sends with every change, as `X-CSRF-Token`, beside the cookie it got here."""
    return {"csrf": session_of(request).session.csrf}


def status(request: Request, context: AppContext, fields: Mapping[str, Any]) -> object:
    """How everything stands; of some organisations, where `search` or `state` says which."""
    asked = request.query_params
    return context.status.everything(asked.get("search", ""), asked.get("state", ""))


def logs(request: Request, context: AppContext, fields: Mapping[str, Any]) -> object:
    """The last runs."""
    given = request.query_params.get("limit", "20")
    if not given.isdecimal() or not 1 <= int(given) <= MOST_RUNS:
        raise ConfigurationError(f"limit must be a number from 1 to {MOST_RUNS}.")
    return {"runs": context.status.runs(int(given))}


def connect(request: Request, context: AppContext, fields: Mapping[str, Any]) -> object:
    """The consent page's address; a custom connection is connected at once."""
    if context.services.settings.custom_connection:
        return _added(context.consents.without_a_person())
    return {"url": context.consents.begin(_owner(request), request.headers.get("host", ""))}


def callback(request: Request, context: AppContext, fields: Mapping[str, Any]) -> object:
    """Take the address that the consent page sent the browser to."""
    return _added(context.consents.finish(_owner(request), _text(fields, "url")))


def disconnect(request: Request, context: AppContext, fields: Mapping[str, Any]) -> object:
    """Disconnect an organisation."""
    return {"message": actions.disconnect(context, _text(fields, "organisation"))}


def sync(request: Request, context: AppContext, fields: Mapping[str, Any]) -> object:
    """Sync an organisation."""
    return {"message": actions.sync(context, _text(fields, "organisation"))}


def scheduler(request: Request, context: AppContext, fields: Mapping[str, Any]) -> object:
    """The daily sync: on or off, and when next."""
    return context.status.scheduler(context.dagster.look())


def turn_scheduler(request: Request, context: AppContext, fields: Mapping[str, Any]) -> object:
    """Turn the daily sync on or off."""
    if not isinstance(fields.get("on"), bool):
        raise ConfigurationError('Send {"on": true} or {"on": false}.')
    message = actions.turn(context, on=fields["on"])
    return {"message": message, **context.status.scheduler(context.dagster.look())}


def figures(request: Request, context: AppContext, fields: Mapping[str, Any]) -> object:
    """The figures of an organisation."""
    one = actions.organisation(context, request.path_params["tenant_id"])
    given = request.query_params.get("months", str(SPANS[0]))
    if given not in map(str, SPANS):
        raise ConfigurationError(f"months must be one of {', '.join(map(str, SPANS))}.")
    seen = figures_of(context, one.tenant_id, one.name, int(given))
    return asdict(seen.value) | {"read_at": seen.at, "in_use": seen.in_use or None}


def tables(request: Request, context: AppContext, fields: Mapping[str, Any]) -> object:
    """What is synced of an organisation, its calls and its last runs."""
    one = actions.organisation(context, request.path_params["tenant_id"])
    state = sync_overview(context, one.tenant_id)
    told = {"tables": state.tables, "calls": state.calls, "scheduler": state.scheduler, "runs": state.runs}
    return {**told, "read_at": state.read_at, "in_use": state.in_use or None}


def statement(request: Request, context: AppContext, fields: Mapping[str, Any]) -> object:
    """A statement of an organisation, chosen as on its page."""
    seen = statement_pages.drawn(request)
    return seen.value.document | {"read_at": seen.at, "in_use": seen.in_use or None}


def _owner(request: Request) -> str:
    """Who must bring the answer to a consent: the browser that was asked, or whoever has the password."""
    visit = session_of(request)
    return "program" if visit.program else visit.session.key


def _added(organisations: Any) -> object:
    return {"connected": [{"tenant_id": one.tenant_id, "name": one.name} for one in organisations]}


def _fields(body: bytes) -> Mapping[str, Any]:
    if not body:
        return {}
    try:
        fields = json.loads(body)
    except ValueError:
        fields = None
    if not is_object(fields):
        raise ConfigurationError("The body must be a JSON object.")
    return fields


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not value:
        raise ConfigurationError(f'Send {{"{name}": "…"}}.')
    return value
