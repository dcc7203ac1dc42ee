"""The lock dates of the books as they were known at any time, and where they moved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from xero_pipeline.warehouse.organisation_names import NAMED
from xero_pipeline.warehouse.sql import literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

_VERSIONS = """
SELECT valid_from, valid_to, GREATEST(period_lock_date, end_of_year_lock_date) AS lock_date
FROM xero.organisations_history WHERE tenant_id = {tenant} ORDER BY valid_from
"""
_MOVES = f"""
SELECT h.tenant_id, COALESCE(o.name, h.tenant_id), h.valid_from, h.period_lock_date, h.end_of_year_lock_date
FROM xero.organisations_history AS h LEFT JOIN {NAMED} AS o ON o.tenant_id = h.tenant_id
ORDER BY h.tenant_id, h.valid_from
"""


@dataclass(frozen=True, slots=True)
class KnownLock:
    """Until which day books were locked.

    Args:
        lock_date: The last locked day, the later one of the two that Xero has.
        since: When it was first seen that this day is locked.
    """

    lock_date: date
    since: datetime


def lock_known_at(connection: Connection, tenant_id: str, instant: datetime) -> KnownLock | None:
    """The lock as the organisation's record said it at an instant; None where nothing was locked."""
    rows = connection.exec_driver_sql(_VERSIONS.format(tenant=literal(tenant_id))).all()
    then = next((lock_date for _, until, lock_date in rows if until is None or until > instant), None)
    if then is None:
        return None
    return KnownLock(then, next(since for since, _, lock_date in rows if lock_date and lock_date >= then))


@dataclass(frozen=True, slots=True)
class LockMove:
    """A lock date that is not what it was.

    Args:
        organisation: Its name, as far as it is known.
        lock: Which: `period_lock_date` (for all but advisers) or `end_of_year_lock_date` (for all).
        before: The last locked day until then; None where nothing was locked.
        after: The last locked day since; None where the lock was lifted.
        known_since: When the old one was seen first.
        seen_at: When the new one was seen first.
    """

    tenant_id: str
    organisation: str
    lock: str
    before: date | None
    after: date | None
    known_since: datetime
    seen_at: datetime

    @property
    def opened(self) -> bool:
        """Whether months were opened again."""
        return self.before is not None and (self.after is None or self.after < self.before)


def lock_moves(connection: Connection) -> Sequence[LockMove]:
    """Where lock dates moved: those that opened months again first, each the newest first."""
    found: list[LockMove] = []
    last: dict[tuple[str, str], tuple[date | None, datetime]] = {}
    for tenant_id, organisation, since, period, year in connection.exec_driver_sql(_MOVES):
        for lock, day in (("period_lock_date", period), ("end_of_year_lock_date", year)):
            before, known = last.setdefault((tenant_id, lock), (day, since))
            if day != before:
                last[tenant_id, lock] = day, since
                instants = known.astimezone(UTC), since.astimezone(UTC)
                found.append(LockMove(tenant_id, organisation, lock, before, day, *instants))
    return sorted(found, key=lambda one: (not one.opened, -one.seen_at.timestamp(), one.tenant_id, one.lock))
