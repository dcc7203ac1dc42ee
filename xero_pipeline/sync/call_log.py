"""The calls to Xero on their way from the outbox into the warehouse."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from xero_pipeline import clock

if TYPE_CHECKING:
    from xero_pipeline.warehouse.store import Warehouse
    from xero_pipeline.xero.quota.call_outbox import CallOutbox


def deliver_calls(outbox: CallOutbox, warehouse: Warehouse, now: datetime | None = None) -> int:
    """Carry every call that has ended into `xero.api_calls`, whoever made it.

    Killed anywhere, it loses nothing and doubles nothing: a call leaves the outbox after it was committed, and one
    that comes twice is there already. Several processes may do it at once.

    Args:
        outbox: In the state database.
        now: In UTC; None for this moment.

    Returns:
        How many were carried.

    Raises:
        WarehouseBusy: Another process held the warehouse all the time; the calls stay in the outbox.
    """
    from xero_pipeline.warehouse.progress.api_calls import KEPT, keep_calls
    from xero_pipeline.xero.quota.call_outbox import first_call_id

    oldest = first_call_id(((now or clock.now()) - KEPT).timestamp())
    carried = 0
    while calls := outbox.ended():
        with warehouse.writing() as connection:
            keep_calls(connection, [_row(call) for call in calls], oldest_id=oldest)
        outbox.drop([call["call_id"] for call in calls])
        carried += len(calls)
    return carried


def _row(call: dict[str, Any]) -> dict[str, Any]:
    seconds = call["seconds"]
    exact = None if seconds is None else Decimal(str(round(seconds, 4)))
    return {**call, "seconds": exact, "called_at": call["at"]}
