"""Whether the page is alive, and whether it can do its work: for load balancers and containers, without a password.

Anybody may ask, so the answers hold nothing but yes and no; why not is in the log.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, PlainTextResponse, Response

from xero_pipeline.errors import WarehouseBusy
from xero_pipeline.operations.health.readiness import STATE, WAREHOUSE, check_layout, check_state
from xero_pipeline.operations.health.result import HealthResult, carried
from xero_pipeline.web.app_context import AppContext, context_of

if TYPE_CHECKING:
    from starlette.requests import Request

    from xero_pipeline.warehouse.store import Warehouse

_log = logging.getLogger(__name__)


async def health(request: Request) -> Response:
    """It serves."""
    return PlainTextResponse("ok\n")


async def ready(request: Request) -> Response:
    """It reaches its databases, and they have its layout: status 200 or 503."""
    context = context_of(request)
    found = await run_in_threadpool(lambda: list(_results(context)))
    for one in found:
        if one.state == "problem":
            _log.warning("Not ready: %s: %s", one.check, one.told)
    well = all(one.state == "ok" for one in found)
    return JSONResponse({"ready": well} | {one.check: one.state for one in found}, 200 if well else 503)


def _results(context: AppContext) -> Iterator[HealthResult]:
    yield from carried(STATE, lambda: check_state(context.services.state))
    yield from carried(WAREHOUSE, lambda: _seen(context))


def _seen(context: AppContext) -> list[HealthResult]:
    """A look that is not repeated while the warehouse's file does not change."""

    def look(warehouse: Warehouse) -> list[HealthResult]:
        return list(check_layout(warehouse))

    try:
        return context.glance.see("layout", look).value
    except WarehouseBusy:
        return [HealthResult(WAREHOUSE, "ok", "in use by another process")]
