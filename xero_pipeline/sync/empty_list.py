"""A list that came empty although we have records of it: taken for true only if Xero says so of a record, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xero_pipeline.errors import UnreadableAnswer

if TYPE_CHECKING:
    from datetime import datetime

    from xero_pipeline.warehouse.store import Warehouse
    from xero_pipeline.xero.endpoints import Endpoint
    from xero_pipeline.xero.http.client import XeroClient

_NEVER_EMPTY = frozenset({"organisations", "organisation_actions", "currencies", "tax_rates"})
"""Lists that no organisation has empty; most have no way to ask for a single record. What is composed has none either,
and what was posted of it stays."""


def confirm_empty_list(
    client: XeroClient, warehouse: Warehouse, tenant_id: str, endpoint: Endpoint, as_of: datetime
) -> None:
    """Ask Xero for one of the records we have, if we have any: only its own 404 shows that the list is empty.

    Args:
        client: Asks Xero; one call.
        endpoint: The collection; its key is one field.
        as_of: When the read began that brought nothing.

    Raises:
        UnreadableAnswer: The record is still there, or such a list is never empty; nothing may be marked deleted.
        XeroPipelineError: As `XeroClient.get`.
    """
    from xero_pipeline.warehouse.load.present_rows import active_ids
    from xero_pipeline.xero.pagination import by_id

    with warehouse.reading() as connection:
        ours = active_ids(connection, endpoint.table, tenant_id, as_of=as_of)
    if not ours:
        return
    example = max(ours)
    can_be_empty = endpoint.table not in _NEVER_EMPTY and endpoint.paging != "composed"
    if can_be_empty and by_id.one(client, tenant_id, endpoint, example) is None:
        return
    raise UnreadableAnswer(
        f"Xero's list of {endpoint.table} came empty, but the warehouse has {len(ours):,} of them, and Xero does not "
        f"say that they are gone (such as {example}). Nothing was marked deleted. Try again; if it lasts, please "
        "report it.",
        organisation=tenant_id,
        endpoint=endpoint.path,
    )
