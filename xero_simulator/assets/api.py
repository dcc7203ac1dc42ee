"""Answers what stands below `/assets.xro/1.0`: bare lists and objects, dates without a zone, pages of ten."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from xero_simulator.api.accounting import require_scope
from xero_simulator.assets.register import asset_settings, asset_types, assets
from xero_simulator.messages import Refused, Request, Response
from xero_simulator.wire import json_answer, not_allowed, not_found
from xero_simulator.workbench import Record, Workbench

API_ROOT = "/assets.xro/1.0"
_STATUSES = ("DRAFT", "REGISTERED", "DISPOSED")
_USUAL, _LARGEST = 10, 200


class BooksWithAssets(Protocol):
    """A simulated company that may have fixed assets."""

    @property
    def bench(self) -> Workbench:
        """Its records."""
        ...


def answer_assets(request: Request, scopes: frozenset[str], company: Callable[[], BooksWithAssets]) -> Response:
    """Answer one request of a caller who is let in already.

    Args:
        scopes: What the caller's token allows.
        company: Builds or finds the organisation's books.

    Raises:
        Refused: Any 4xx.
    """
    if request.method != "GET":
        raise not_allowed()
    require_scope(scopes, ("assets",))
    bench = company().bench
    match request.path.removeprefix(API_ROOT).strip("/").lower():
        case "assets":
            return _list(assets(bench), request)
        case "assettypes":
            return json_answer(200, asset_types(bench))
        case "settings":
            return json_answer(200, asset_settings(bench))
        case _:
            raise not_found()


def _list(found: list[Record], request: Request) -> Response:
    wanted = request.query.get("status", "").upper()
    if wanted not in _STATUSES:
        problem = {"type": "QueryParsingException", "title": "Bad Request", "detail": "status is required"}
        raise Refused(json_answer(400, problem))
    chosen = [one for one in found if one["assetStatus"].upper() == wanted]
    number = int(request.query.get("page", "1"))
    size = min(int(request.query.get("pagesize", str(_USUAL))), _LARGEST)
    told = {"page": number, "pageSize": size, "pageCount": -(-len(chosen) // size), "itemCount": len(chosen)}
    return json_answer(200, {"pagination": {**told, "links": {}}, "items": chosen[(number - 1) * size : number * size]})
