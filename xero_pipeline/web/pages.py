"""The pages people look at."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from xero_pipeline.web.actions import organisation
from xero_pipeline.web.app_context import AppContext, context_of
from xero_pipeline.web.books.addresses import ledger_address
from xero_pipeline.web.books.statement_pages import today_of
from xero_pipeline.web.books.statement_view import plain_tabs
from xero_pipeline.web.cached_read import CachedRead
from xero_pipeline.web.figures.company_figures import Figures, read_figures
from xero_pipeline.web.figures.panels import panels
from xero_pipeline.web.organisation_view import OrganisationView, shown
from xero_pipeline.web.overview.agreement import reconciled
from xero_pipeline.web.overview.group_page import group_in
from xero_pipeline.web.responses import page

SPANS = (12, 24, 36)
"""Of how many months the figures can be looked at."""


def organisations(request: Request) -> Response:
    """The first page: how everything stands, and what can be done."""
    return page(request, "organisations.html", **_organisations(request))


def live(request: Request) -> Response:
    """The part of the first page that changes by itself."""
    return page(request, "_live.html", **_organisations(request))


def _organisations(request: Request) -> dict[str, Any]:
    status, view = context_of(request).status, OrganisationView.of(request)
    told = status.everything(view.search, view.state)
    seen = shown(view, told)
    agree = reconciled(context_of(request), [one["tenant_id"] for one in seen.organisations])
    return {
        "state": told,
        "shown": seen,
        "runs": status.runs(),
        "reconciled": agree,
        "group": group_in(context_of(request)),
    }


def question(request: Request) -> Response:
    """Ask before an organisation is disconnected."""
    return page(request, "disconnect.html", one=organisation(context_of(request), request.path_params["tenant_id"]))


def books(request: Request) -> Response:
    """The figures of an organisation."""
    context = context_of(request)
    one = organisation(context, request.path_params["tenant_id"])
    months = span_of(request)
    seen = figures_of(context, one.tenant_id, one.name, months)
    issues = (context.status.issues() or {}).get(one.tenant_id, ())
    more: dict[str, Any] = {"months": months, "spans": SPANS, "at": seen.at, "in_use": seen.in_use, "issues": issues}
    more |= {"tabs": plain_tabs(one.tenant_id), "ledger_address": ledger_address}
    return page(request, "books.html", one=one, figures=seen.value, panels=panels(seen.value), **more)


def figures_of(context: AppContext, tenant_id: str, name: str, months: int) -> CachedRead[Figures]:
    """The figures of an organisation as the warehouse has them now, or had them before a sync that is under way.

    Args:
        months: How many months.

    Raises:
        WarehouseBusy: It is in use, and nothing was read before.
    """
    today = today_of(context, tenant_id)
    return context.books.see(
        ("figures", tenant_id, months, today),
        lambda warehouse: read_figures(warehouse, tenant_id, name, today, months, context.services.settings.ageing),
    )


def span_of(request: Request) -> int:
    """Of how many months the figures are wanted."""
    given = request.query_params.get("months", "")
    return int(given) if given in map(str, SPANS) else SPANS[0]
