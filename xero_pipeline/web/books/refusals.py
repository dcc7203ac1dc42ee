"""What an organisation's pages say when something is refused or in the way: its tabs stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xero_pipeline.errors import WarehouseBusy, XeroPipelineError
from xero_pipeline.web.app_context import context_of
from xero_pipeline.web.books.statement_view import plain_tabs
from xero_pipeline.web.responses import page, refuse, status_of, title_of, wants_json, without_choices

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from xero_pipeline.xero.auth.organisations import Organisation


def refused(request: Request, status: int, message: str) -> Response:
    """Say no, below the tabs of the organisation whose page it is, if it is one's.

    Args:
        message: What was wrong, and what to do.
    """
    one = None if wants_json(request) else _organisation(request)
    if one is None:
        return refuse(request, status, message)
    shown = {"title": title_of(status), "message": message, "back": without_choices(request)}
    return page(request, "refused.html", status, one=one, tabs=plain_tabs(one.tenant_id), **shown)


def our_error(request: Request, error: XeroPipelineError) -> Response:
    """An error that a person can do something about; of a warehouse in use, a page that tries again."""
    one = _organisation(request) if isinstance(error, WarehouseBusy) and not wants_json(request) else None
    if one is None:
        return refused(request, status_of(error), error.message)
    return page(request, "busy.html", 503, one=one, tabs=plain_tabs(one.tenant_id), why=error.message)


def _organisation(request: Request) -> Organisation | None:
    """Whose page it is, also where there is no such page of it."""
    start, books, tenant_id, *_ = [*request.scope["path"].split("/"), "", "", ""]
    if (start, books) != ("", "books"):
        return None
    return context_of(request).services.organisations.get(tenant_id)
