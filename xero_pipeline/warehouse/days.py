"""Which day it is for an organisation: that of its own time zone, as Xero has it, whatever day it is elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xero_pipeline.warehouse.time_zones import day_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from xero_pipeline.warehouse.store import Warehouse


def zones_of(warehouse: Warehouse) -> Mapping[str, str | None]:
    """Xero's name of the time zone of every organisation that was read, by tenant id."""
    # Of an organisation that took another's place in a connection, the last row counts.
    rows = warehouse.query("select tenant_id, timezone from xero.organisations order by is_deleted desc, synced_at")
    return {row["tenant_id"]: row["timezone"] for row in rows.to_pylist()}


def days_of(warehouse: Warehouse, tenants: Iterable[str], at: datetime) -> dict[str, date]:
    """The days of some organisations at an instant; of one that was never read, the day in UTC."""
    zones = zones_of(warehouse)
    return {tenant_id: day_in(zones.get(tenant_id), at) for tenant_id in tenants}


def day_of(warehouse: Warehouse, tenant_id: str, at: datetime) -> date:
    """The day of one organisation at an instant, as `days_of`."""
    return days_of(warehouse, [tenant_id], at)[tenant_id]
