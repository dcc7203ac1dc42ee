"""Notices changes that no event told: a poll finds them, and from then on the category counts as not arriving."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from xero_pipeline.xero.event_categories import CATEGORIES, category_of

if TYPE_CHECKING:
    from xero_pipeline.state.webhook_inbox import WebhookInbox
    from xero_pipeline.sync.result import SyncResult
    from xero_pipeline.warehouse.store import Warehouse

PATIENCE = timedelta(hours=1)
"""How long an event may be on its way. Xero sends what was not taken again at once, then every quarter of an hour."""


def note_missed(
    inbox: WebhookInbox, warehouse: Warehouse, tenant_id: str, table: str, result: SyncResult, began: datetime
) -> int:
    """Look at what a poll of changes brought: what no event told of is noted, and lets the other lists be read at once.

    Args:
        result: Of the poll.
        began: When it did.

    Returns:
        How many changes no event had told; 0 where events of the category never arrived, and none was expected.
    """
    category = category_of(table)
    if category is None or result.modified_since is None or not result.tables[table].changed:
        return 0
    note = next((one for one in inbox.categories([tenant_id]) if one.category == category), None)
    if note is None:
        return 0
    waiting = {one.resource_id for one in inbox.events_of(tenant_id, table)}
    if "" in waiting:
        return 0
    from xero_pipeline.warehouse.load.present_rows import ids_changed

    with warehouse.reading() as connection:
        found = ids_changed(
            connection, table, tenant_id, written_since=began, after=note.first_at, before=began - PATIENCE
        )
    missed = found - waiting
    if missed:
        inbox.miss(tenant_id, category, began)
        inbox.ask_for(tenant_id, {name: kind for kind, name in CATEGORIES.items() if name != table}, began)
    return len(missed)
