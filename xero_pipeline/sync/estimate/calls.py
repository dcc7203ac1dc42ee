"""How many calls a collection takes, by what is known of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xero_pipeline.warehouse.store import Warehouse
    from xero_pipeline.xero.endpoints import Endpoint
    from xero_pipeline.xero.http.client import XeroClient

_BESIDE = {"pay_runs": 1, "fixed_assets": 4}
"""Calls besides the pages of a list that is composed, if nothing of it is new."""
_USUAL_PAGE = 100
"""A page of so many records may be full, whatever was asked for."""


def calls_to_read(endpoint: Endpoint, records: int | None, *, changes: bool) -> int | None:
    """How many calls reading a collection takes, if nobody changes it meanwhile.

    Args:
        records: How many it has; None if that is not known.
        changes: Whether only what changed is asked for; a page of it is enough unless very much did.

    Returns:
        None if it depends on how many records there are.
    """
    if endpoint.bases:
        return len(endpoint.bases)
    if endpoint.paging == "whole" or changes:
        # Of what is numbered: what is new, and the empty answer that ends it.
        return 2 if endpoint.paging == "offsets" else 1
    if records is None:
        return None
    pages = math.ceil(records / (endpoint.page_size or _USUAL_PAGE))
    told = {
        "details": 1 + records,
        "pages": max(pages, 1),
        "offsets": pages + 1,
        "composed": _BESIDE.get(endpoint.table, 0) + max(pages, 1),
    }
    if endpoint.paging in told:
        return told[endpoint.paging]
    # Xero does not tell how many pages there are: up to the empty one, and back again to see that nothing moved. Only
    # where it fixes their size does a page that is not full end the list.
    fixed = "pageSize" not in endpoint.params
    if pages == 0 or (fixed and records < (endpoint.page_size or 0)):
        return 1
    short = pages == 1 and records not in {_USUAL_PAGE, endpoint.page_size}
    return 2 if short else 2 * pages + 1


class Known:
    """What the warehouse knows of an organisation's collections.

    Args:
        tables: Names of the collections' tables.
    """

    def __init__(self, warehouse: Warehouse, tenant_id: str, tables: Sequence[str]) -> None:
        cursors = warehouse.query(
            "select endpoint, modified_since from xero.cursors where tenant_id = :tenant_id", {"tenant_id": tenant_id}
        ).to_pylist()
        self._since = {row["endpoint"]: row["modified_since"] for row in cursors}
        # What was marked deleted because Xero does not list it any more is not read again; its status still says what
        # it was. A record that Xero lists as deleted is.
        union = " union all ".join(
            f"select '{name}' as name, count(*) as n from xero.{name} where tenant_id = :tenant_id "
            f"and (not is_deleted or {_listed(name)})"
            for name in tables
        )
        counts = warehouse.query(union, {"tenant_id": tenant_id}).to_pylist() if tables else []
        self._records = {row["name"]: row["n"] for row in counts}

    def read_before(self, endpoint: Endpoint) -> bool:
        """Whether the next read asks only for what is new or changed."""
        if endpoint.paging == "offsets":
            return endpoint.table in self._since
        return endpoint.modified_since and self._since.get(endpoint.table) is not None

    def records(self, table: str) -> int | None:
        """How many records Xero's list has, as far as we know; None before it was read once."""
        return self._records[table] if table in self._since else None


def _listed(table: str) -> str:
    from xero_pipeline.warehouse.schema.catalogue import table as table_named

    return "status = 'DELETED'" if table_named(table).has("status") else "false"


def asking(client: XeroClient, tenant_id: str) -> Callable[[Endpoint], int | None]:
    """Asks Xero how long lists are: one small call for each.

    Returns:
        Given a collection, how many records it has; None where Xero does not tell.
    """

    def count(endpoint: Endpoint) -> int | None:
        if endpoint.paging == "details":
            listed = client.get(tenant_id, endpoint.path, params=endpoint.params, scope=endpoint.scope)
            return len(listed.envelope.records(endpoint.wrapper))
        if endpoint.paging != "pages":
            return None
        params = {**endpoint.params, "page": "1", "pageSize": "1"}
        told = client.get(tenant_id, endpoint.path, params=params, scope=endpoint.scope).pagination
        return None if told is None else told.item_count

    return count
