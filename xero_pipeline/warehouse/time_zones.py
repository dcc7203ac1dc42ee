"""Time zones as Xero names them: which day it is in one, and when a day begins there."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from functools import cache
from zoneinfo import ZoneInfo

from xero_pipeline.warehouse.parse.declared_fields import time_zones

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
    """The day of an organisation at an instant."""
    return at.astimezone(zone_named(timezone)).date()


def beginning_of(day: date, timezone: str | None) -> datetime:
    """The instant at which a day of an organisation begins, in UTC."""
    return datetime.combine(day, time(), zone_named(timezone)).astimezone(UTC)
