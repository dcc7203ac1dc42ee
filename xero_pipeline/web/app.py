"""The page as one application: its routes, listed."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from xero_pipeline.errors import XeroPipelineError
from xero_pipeline.web import api, forms, pages
from xero_pipeline.web.books import (
    attachment_download,
    closed_periods,
    document_page,
    findings,
    statement_pages,
    table_files,
)
from xero_pipeline.web.books.refusals import our_error, refused
from xero_pipeline.web.consents import CALLBACK
from xero_pipeline.web.figures import figure_files
from xero_pipeline.web.monitoring import probes, prometheus
from xero_pipeline.web.overview import group_page
from xero_pipeline.web.request_guard import CONSENT_PAGE, ICON, LOGIN, STATIC, RequestGuard
from xero_pipeline.web.responses import refuse
from xero_pipeline.web.simulator_pages import consent_page
from xero_pipeline.web.syncing import sync_files, sync_page
from xero_pipeline.webhooks.app import receiver_of
from xero_pipeline.webhooks.receiver import PATH as EVENTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xero_pipeline.web.app_context import AppContext


class _Static(StaticFiles):
    """Our own script and style, read again with every page so that they fit it; the typeface is kept by browsers."""

    def file_response(self, full_path: str | PathLike[str], *how: Any, **more: Any) -> Response:
        answer = super().file_response(full_path, *how, **more)
        if str(full_path).endswith(".woff2"):
            answer.headers["Cache-Control"] = "max-age=604800"
        return answer


def make_app(context: AppContext) -> Starlette:
    """The application.

    Args:
        context: The services behind it.
    """
    gate = Middleware(
        RequestGuard,
        address=context.address,
        sessions=context.sessions,
        password=context.password,
        user_header=context.services.settings.web_user_header,
        headers=_headers(context),
        refuse=refuse,
        unguarded=EVENTS,
    )
    handlers: dict[Any, Any] = {HTTPException: _http_error, XeroPipelineError: our_error, Exception: _bug}
    app = Starlette(routes=_routes(context), middleware=[gate], exception_handlers=handlers)
    app.state.context = context
    return app


def _routes(context: AppContext) -> list[Route | Mount]:
    # The redirect URI may name another path of ours.
    callbacks = {CALLBACK, urlsplit(context.services.settings.redirect_uri).path or CALLBACK}
    simulated = (
        [Route(CONSENT_PAGE, consent_page, methods=["GET", "POST"])] if context.services.settings.mock_mode else []
    )
    return [
        Route("/", pages.organisations),
        Route("/live", pages.live),
        Route("/group", group_page.group_page),
        Route("/group/file.{form}", group_page.group_file),
        Route("/books/{tenant_id}", pages.books),
        Route("/books/{tenant_id}/sync", sync_page.sync_page),
        Route("/books/{tenant_id}/sync/live", sync_page.live),
        Route("/books/{tenant_id}/sync/tables.{form}", sync_files.file),
        Route("/books/{tenant_id}/statements/{statement}", statement_pages.statement),
        Route("/books/{tenant_id}/files/{file}", statement_pages.file),
        Route("/books/{tenant_id}/figures/{file}", figure_files.file),
        Route("/books/{tenant_id}/tables/{file}", table_files.file),
        Route("/books/{tenant_id}/documents/{document_id:path}", document_page.document),
        Route("/books/{tenant_id}/attachments/{attachment:path}", attachment_download.file),
        Route("/books/{tenant_id}/closed-periods", closed_periods.closed_periods),
        Route("/books/{tenant_id}/checks", findings.checks_page),
        Route("/dismiss", forms.form(findings.dismiss_finding, findings.page_of), methods=["POST"]),
        Route("/accept", forms.form(closed_periods.accept_changes, closed_periods.page_of), methods=["POST"]),
        Route("/take-back", forms.form(closed_periods.take_back_acceptance, closed_periods.page_of), methods=["POST"]),
        Route("/disconnect/{tenant_id}", pages.question),
        Route("/connect", forms.connect, methods=["POST"]),
        Route("/sync", forms.form(forms.sync, forms.page_of_sync), methods=["POST"]),
        Route("/disconnect", forms.form(forms.disconnect), methods=["POST"]),
        Route("/scheduler", forms.form(forms.scheduler), methods=["POST"]),
        Route(LOGIN, forms.login_page, methods=["GET"]),
        Route(LOGIN, forms.login, methods=["POST"]),
        Route("/logout", forms.logout, methods=["POST"]),
        *(Route(path, forms.callback) for path in sorted(callbacks)),
        *simulated,
        Route(EVENTS, receiver_of(context.services)),
        Route(ICON, _icon),
        Mount("/api", routes=_api()),
        Route("/metrics", prometheus.metrics),
        Route("/health", probes.health),
        Route("/ready", probes.ready),
        Mount(STATIC.rstrip("/"), _Static(directory=Path(__file__).parent / "static")),
    ]


def _api() -> list[Route]:
    return [
        Route("/openapi.json", _openapi),
        Route("/session", api.endpoint(api.session)),
        Route("/status", api.endpoint(api.status)),
        Route("/connect", api.endpoint(api.connect), methods=["POST"]),
        Route("/callback", api.endpoint(api.callback), methods=["POST"]),
        Route("/disconnect", api.endpoint(api.disconnect), methods=["POST"]),
        Route("/sync", api.endpoint(api.sync), methods=["POST"]),
        Route("/logs", api.endpoint(api.logs)),
        Route("/scheduler", api.endpoint(api.scheduler), methods=["GET"]),
        Route("/scheduler", api.endpoint(api.turn_scheduler), methods=["POST"]),
        Route("/tables/{tenant_id}", api.endpoint(api.tables)),
        Route("/figures/{tenant_id}", api.endpoint(api.figures)),
        Route("/statements/{tenant_id}/{statement}", api.endpoint(api.statement)),
    ]


def _headers(context: AppContext) -> Mapping[str, str]:
    """What every answer carries that does not say otherwise."""
    login = urlsplit(context.services.settings.login_url)
    # Chromium holds a form's redirects to form-action too, and Connect redirects to Xero.
    onward = "" if context.services.settings.mock_mode else f" {login.scheme}://{login.netloc}"
    return {
        "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        f"font-src 'self'; connect-src 'self'; form-action 'self'{onward}; frame-ancestors 'none'; base-uri 'none'",
        "X-Frame-Options": "DENY",
        "X-Content-Type-Options": "nosniff",
        # Not no-referrer: with that, browsers hide the origin of our own forms from us.
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
        "Cache-Control": "no-store",
    }


def _openapi(request: Request) -> Response:
    """What the API takes and answers, for programs that read it."""
    return FileResponse(Path(__file__).parent / "openapi.json", media_type="application/json")


def _icon(request: Request) -> Response:
    """Browsers ask for it by this name on pages that name none."""
    return RedirectResponse("/static/icon.svg", 301)


def _http_error(request: Request, error: HTTPException) -> Response:
    what = {404: "There is no such page.", 405: "That is not done this way."}
    answer = refused(request, error.status_code, what.get(error.status_code, error.detail))
    answer.headers.update(error.headers or {})
    return answer


def _bug(request: Request, error: Exception) -> Response:
    return refuse(request, 500, "Something unexpected happened. The terminal shows what; please report it.")
