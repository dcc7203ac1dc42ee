"""Answers: pages out of templates, JSON, and what people and programs are told when something is refused."""

from __future__ import annotations

import json
import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from xero_pipeline.errors import (
    ConfigurationError,
    ReconnectError,
    WaitError,
    XeroPipelineError,
)
from xero_pipeline.web.actions import UnknownAction
from xero_pipeline.web.address import is_loopback, name_in
from xero_pipeline.web.app_context import AppContext, context_of
from xero_pipeline.web.formatting import filters
from xero_pipeline.web.request_guard import FOR_PROGRAMS
from xero_pipeline.web.request_session import session_of

if TYPE_CHECKING:
    from xero_pipeline.files.statement_file import MadeFile

_STATUS: tuple[tuple[type[XeroPipelineError], int], ...] = (
    (UnknownAction, 404),
    (ConfigurationError, 400),
    (ReconnectError, 403),
    (WaitError, 503),
    (XeroPipelineError, 502),
)
"""The HTTP status of an error; the first that fits."""

_TITLES = {404: "Nothing here", 413: "Too long", 421: "Another name", 429: "Too many tries", 503: "Not now"}


def status_of(error: XeroPipelineError) -> int:
    """The HTTP status of an error of ours."""
    return next(status for kind, status in _STATUS if isinstance(error, kind))


def page(request: Request, template: str, status: int = 200, **shown: object) -> Response:
    """A page of somebody who passed the gate.

    Args:
        **shown: What the template shows.
    """
    context, visit = context_of(request), session_of(request)
    common = {
        "csrf": visit.session.csrf,
        "notes": visit.session.take_notes() if template[0] != "_" else [],
        "mode": context.services.settings.mode,
        "dagster": _dagster_link(request, context),
        "password": context.password is not None,
    }
    return HTMLResponse(_templates().get_template(template).render(**common, **shown), status)


def bare(template: str, status: int = 200, **shown: object) -> Response:
    """A page of somebody we do not know: nothing of the books is on it.

    Args:
        **shown: What the template shows.
    """
    return HTMLResponse(_templates().get_template(template).render(**shown), status)


def as_json(told: object, status: int = 200) -> Response:
    """An answer for programs: instants are ISO 8601, amounts text."""
    content = json.dumps(told, indent=2, default=_as_text) + "\n"
    return Response(content, status, media_type="application/json")


def sent(made: MadeFile) -> Response:
    """A file as an answer that browsers save."""
    # Two names: headers are ASCII, and companies and files are called what they like (RFC 6266).
    ascii_name = made.name.encode("ascii", "ignore").decode()
    plain = re.sub(r"[^\w .()-]", "", ascii_name).strip(" .-") or "file"
    headers = {"Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(made.name, safe='')}"}
    return Response(made.content, media_type=made.media_type, headers=headers)


def refuse(request: Request, status: int, message: str) -> Response:
    """Say no, in the form that was asked for.

    Args:
        message: What was wrong, and what to do.
    """
    if wants_json(request):
        return as_json({"error": message}, status)
    return bare("message.html", status, title=title_of(status), message=message, back=without_choices(request))


def title_of(status: int) -> str:
    """What stands above a refusal."""
    return _TITLES.get(status, "Not done")


def without_choices(request: Request) -> str:
    """The address of an organisation's page without what was chosen on it; empty where nothing was."""
    path = request.url.path
    return path if request.url.query and path.startswith("/books/") and "/files/" not in path else ""


def wants_json(request: Request) -> bool:
    """Whether a program asks, or the script of our own page."""
    return request.url.path.startswith(FOR_PROGRAMS) or "application/json" in request.headers.get("accept", "")


def _dagster_link(request: Request, context: AppContext) -> str | None:
    """Where this person's browser finds the Dagster UI; None where there is none, or it is for our machine alone."""
    if context.dagster.look() is None:
        return None
    there = urlsplit(context.dagster.url).hostname or ""
    here = name_in(request.headers.get("host", ""))
    return None if is_loopback(there) and not is_loopback(here) else context.dagster.url


def _as_text(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


@cache
def _templates() -> Environment:
    folder = Path(__file__).parent / "templates"
    made: Any = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(filters())
    return made
