"""The page of an organisation's sync."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from xero_pipeline.operations.synced_tables import STATES
from xero_pipeline.warehouse.time_zones import zone_named
from xero_pipeline.web.actions import organisation
from xero_pipeline.web.app_context import context_of
from xero_pipeline.web.books.statement_view import plain_tabs
from xero_pipeline.web.responses import page
from xero_pipeline.web.syncing.sync_overview import SyncOverview, sync_overview

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

Row = Mapping[str, Any]
REJECTED_SHOWN = 50
"""Records that could not be read; `xero-pipeline status --json` has all of them."""


def sync_page(request: Request) -> Response:
    """How the sync of an organisation stands."""
    return _page(request, "sync.html")


def live(request: Request) -> Response:
    """The part of it that changes by itself."""
    return _page(request, "_sync.html")


def address(fields: Mapping[str, Any]) -> str:
    """Where the page of an organisation is.

    Args:
        fields: Of a form; `organisation` is its tenant id.
    """
    return f"/books/{quote(str(fields.get('organisation', '')), safe='')}/sync"


def _page(request: Request, template: str) -> Response:
    context = context_of(request)
    one = organisation(context, request.path_params["tenant_id"])
    state = sync_overview(context, one.tenant_id)
    shown: dict[str, Any] = {
        "state": state,
        "subjects": list(_subjects(state.tables)),
        "counts": _counts(state),
        "labels": STATES,
        "most_rejected": REJECTED_SHOWN,
        "zone": zone_named(state.zone) if state.zone else None,
        "tabs": plain_tabs(one.tenant_id),
        "address": address({"organisation": one.tenant_id}),
    }
    return page(request, template, one=state.organisation, **shown)


def _subjects(tables: Sequence[Row]) -> Iterator[tuple[str, list[Row]]]:
    for subject, rows in groupby(tables, key=lambda row: row["subject"]):
        yield subject, list(rows)


def _counts(state: SyncOverview) -> list[tuple[str, str, int]]:
    """How many tables stand how, the worst first, those that no table is in left out."""
    found = Counter(row["state"] for row in state.tables)
    return [(name, label, found[name]) for name, label in STATES.items() if found[name]]
