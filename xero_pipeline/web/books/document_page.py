"""The page of a document: what it says, what settles it, what it posts, what it ever said, and where Xero shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response

from xero_pipeline.ledger.documents.document_details import details_of
from xero_pipeline.ledger.documents.traced_documents import documents_called
from xero_pipeline.operations.document_trace import versions_of
from xero_pipeline.warehouse.enclosures import enclosures_of
from xero_pipeline.warehouse.sql import literal
from xero_pipeline.web.actions import UnknownAction, organisation
from xero_pipeline.web.app_context import context_of
from xero_pipeline.web.books.document_links import DocumentLinks
from xero_pipeline.web.books.statement_pages import today_of
from xero_pipeline.web.responses import page
from xero_pipeline.xero.deep_links import record_link

if TYPE_CHECKING:
    from sqlalchemy import Connection


def document(request: Request) -> Response:
    """A document, by its id or that of an allocation of it."""
    context = context_of(request)
    one = organisation(context, request.path_params["tenant_id"])
    wanted = str(request.path_params["document_id"])
    links = DocumentLinks.of(one.tenant_id, request.query_params, today_of(context, one.tenant_id))
    told = context.books.look(("document", one.tenant_id, wanted), lambda c: _told(c, one.tenant_id, wanted)).value
    if not told:
        raise UnknownAction("The ledger has no such document. It may have been deleted in Xero.")
    live = context.services.settings.mode == "live"
    # What is simulated has no address at Xero.
    in_xero, online = (told["in_xero"], _web_address(told["enclosures"].online_invoice_url)) if live else (None, None)
    shown: dict[str, Any] = {**told, "in_xero": in_xero, "online": online, "tabs": links.tabs()}
    return page(request, "document.html", one=one, links=links, **shown)


def _told(connection: Connection, tenant_id: str, wanted: str) -> dict[str, Any]:
    found = documents_called(connection, [tenant_id], wanted)
    if not found:
        return {}
    document = found[0]
    details = details_of(connection, document)
    return {
        "details": details,
        "enclosures": enclosures_of(connection, tenant_id, document.source_table, document.document_id),
        "versions": versions_of(connection, document)[::-1],
        "in_xero": _in_xero(connection, tenant_id, document.source_table, document.document_id, details.kind),
    }


def _web_address(link: str | None) -> str | None:
    """A link that came with the data, if it leads to a page: a browser would run others."""
    return link if link and link.startswith("https://") else None


def _in_xero(connection: Connection, tenant_id: str, table: str, document_id: str, kind: str) -> str | None:
    """Where Xero shows it, if Xero documents an address for its kind."""
    short_code = connection.exec_driver_sql(
        f"SELECT short_code FROM xero.organisations WHERE tenant_id = {literal(tenant_id)}"
    ).scalar()
    return record_link(short_code, "bills" if kind == "Bill" else table, document_id)
