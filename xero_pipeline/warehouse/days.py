"""Which day it is for an organisation: that of its own time zone, as Xero has it, whatever day it is elsewhere."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from xero_pipeline.warehouse.known import time_zones

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from xero_pipeline.warehouse.store import Warehouse

EARLIEST = "Pacific/Kiritimati"
"""Where a day begins first, fourteen hours before UTC."""


@cache
def zone_named(name: str | None) -> ZoneInfo:
    """The time zone that Xero calls so; UTC for a name that nobody knows, which the sync tells as drift, or for none.

    Args:
        name: As in Xero's `Timezone`, such as NEWZEALANDSTANDARDTIME.
    """
    return ZoneInfo(time_zones().get(name or "", "UTC"))


def day_in(timezone: str | None, at: datetime) -> date:
    """The day of an organisation at an instant.

    Args:
        timezone: Xero's name of its time zone.
        at: The instant.
    """
    return at.astimezone(zone_named(timezone)).date()


def beginning_of(day: date, timezone: str | None) -> datetime:
    """The instant at which a day of an organisation begins, in UTC.

    Args:
        day: Which.
        timezone: Xero's name of its time zone.
    """
    return datetime.combine(day, time(), zone_named(timezone)).astimezone(UTC)


def zones_of(warehouse: Warehouse) -> Mapping[str, str | None]:
    """Xero's name of the time zone of every organisation that was read, by tenant id.

    Args:
        warehouse: Has the organisations.
    """
    # Of an organisation that took another's place in a connection, the last row counts.
    rows = warehouse.query("select tenant_id, timezone from xero.organisations order by is_deleted desc, synced_at")
    return {row["tenant_id"]: row["timezone"] for row in rows.to_pylist()}


def days_of(warehouse: Warehouse, tenants: Iterable[str], at: datetime) -> dict[str, date]:
    """The days of some organisations at an instant; of one that was never read, the day in UTC.

    Args:
        warehouse: Has the organisations.
        tenants: Their tenant ids.
        at: The instant.
    """
    zones = zones_of(warehouse)
    return {tenant_id: day_in(zones.get(tenant_id), at) for tenant_id in tenants}


def day_of(warehouse: Warehouse, tenant_id: str, at: datetime) -> date:
    """The day of one organisation at an instant, as `days_of`.

    Args:
        warehouse: Has the organisation.
        tenant_id: Which.
        at: The instant.
    """
    return days_of(warehouse, [tenant_id], at)[tenant_id]
