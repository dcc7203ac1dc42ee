"""Records asked for by their ids, to learn what became of those that a list left out."""

from __future__ import annotations

from collections.abc import Sequence

from xero_pipeline.errors import NotFound
from xero_pipeline.xero.endpoints import Endpoint
from xero_pipeline.xero.http.client import XeroClient
from xero_pipeline.xero.pagination.list_request import ListRequest
from xero_pipeline.xero.pagination.page import Page

IDS_PER_CALL = 40
"""So many ids fit into an address, as Xero advises."""


def one(client: XeroClient, tenant_id: str, endpoint: Endpoint, record_id: str) -> Page | None:
    """A single record; None if Xero does not know it any more.

    Raises:
        XeroPipelineError: As `XeroClient.get`, but for NotFound.
    """
    request = ListRequest(client, tenant_id, endpoint, None)
    params = {name: value for name, value in endpoint.params.items() if name != "pageSize"}
    try:
        return request.fetch(f"{endpoint.path}/{record_id}", params)
    except NotFound:
        return None


def several(client: XeroClient, tenant_id: str, endpoint: Endpoint, ids: Sequence[str]) -> Page:
    """Those of some records that Xero lists.

    Args:
        endpoint: The collection; it has `by_ids`.

    Raises:
        XeroPipelineError: As `XeroClient.get`.
    """
    request = ListRequest(client, tenant_id, endpoint, None, narrowed={"IDs": ",".join(ids)})
    return request.fetch_page(1)
