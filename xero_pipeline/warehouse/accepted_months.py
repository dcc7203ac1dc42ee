"""Months whose changes a person accepted: what changed in a locked month waits until its month is accepted.

Figures of reports and documents of the ledger change; both wait, are told and are accepted alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from sqlalchemy import text

from xero_pipeline.warehouse.organisation_names import NAMED

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy import Connection

    from xero_pipeline.warehouse.store import Warehouse

_ACCEPT = (
    "insert into xero.accepted_changes (tenant_id, period_start, accepted_at, seen_until, note, accepted_by) "
    "values (:tenant_id, :period_start, :accepted_at, :seen_until, :note, :accepted_by)"
)
_NEWEST = (
    "select tenant_id, max(seen_at) from (select tenant_id, seen_at from xero.restatements "
    "union all select tenant_id, seen_at from xero.locked_document_changes) as changes group by tenant_id"
)
_TAKE_BACK = (
    "update xero.accepted_changes set taken_back_at = :at, taken_back_by = :by where tenant_id = :tenant_id "
    "and period_start = :period_start and accepted_at = :accepted_at and taken_back_at is null"
)
_ACCEPTANCES = (
    "select a.tenant_id, coalesce(o.name, a.tenant_id), a.period_start, a.accepted_at, a.accepted_by, a.note, "
    "a.taken_back_at, a.taken_back_by "
    f"from xero.accepted_changes as a left join {NAMED} as o on o.tenant_id = a.tenant_id "
    "order by a.accepted_at desc, 2, a.period_start"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeOfMonth:
    """Something of a locked month that is not what it was when the month was locked.

    Args:
        organisation: Its name, as far as it is known.
        period_start: First day of the month.
        lock_date: Last locked day, as known before the change.
        unchanged_until: When it was last seen as it had been: the change came after it.
        seen_at: When it was first seen as it is now.
    """

    tenant_id: str
    organisation: str
    period_start: date
    lock_date: date
    unchanged_until: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A month of an organisation whose changes a person accepted.

    Args:
        organisation: Its name, as far as it is known.
        accepted_by: Who; None of what was accepted before names were asked for.
        note: Why.
        taken_back_at: When it was taken back; None while it stands.
        taken_back_by: Who took it back.
    """

    tenant_id: str
    organisation: str
    period_start: date
    accepted_at: datetime
    accepted_by: str | None
    note: str
    taken_back_at: datetime | None = None
    taken_back_by: str | None = None


def waiting_sql(table: str) -> str:
    """A query of the rows that no acceptance of their month covers, or one that was taken back.

    Args:
        table: With `tenant_id`, `period_start` and `seen_at`.
    """
    return (
        f"select r.* from {table} as r where not exists (select 1 from xero.accepted_changes as a "
        "where a.tenant_id = r.tenant_id and a.period_start = r.period_start "
        "and coalesce(a.seen_until, a.accepted_at) >= r.seen_at "
        "and a.taken_back_at is null)"
    )


def summary_of(changes: Sequence[ChangeOfMonth], counted: str, first: str) -> str:
    """What changed and what to do about it, in a few words.

    Args:
        changes: At least one.
        counted: How many there are, and of what.
        first: What the first of them is, in words.
    """
    months = len({(change.tenant_id, change.period_start) for change in changes})
    return (
        f"{counted} in {months} locked {'month' if months == 1 else 'months'} changed; the first: "
        f"{changes[0].organisation}, {changes[0].period_start:%B %Y}, {first}. Undo it in Xero, or accept it: "
        "xero-pipeline restatements --accept NOTE."
    )


def newest_changes(connection: Connection) -> dict[str, datetime]:
    """When the newest change of each organisation was seen: whoever is shown its changes now sees them until then.

    Those that were undone count, too: they are settled together with the others.

    Args:
        connection: To the warehouse; reading is enough.
    """
    return {tenant_id: seen_at.astimezone(UTC) for tenant_id, seen_at in connection.exec_driver_sql(_NEWEST)}


def accept(
    warehouse: Warehouse,
    changes: Iterable[ChangeOfMonth],
    note: str,
    *,
    by: str,
    at: datetime,
    until: Mapping[str, datetime],
) -> int:
    """Accept changes: their months count as settled; what the person was not shown is not covered.

    Args:
        changes: Figures or documents; with one change of a month, all of that month's are accepted.
        note: Why, in the person's words.
        by: Who accepts them.
        at: Now, in UTC.
        until: Up to when changes were shown, by organisation: from `newest_changes`, read before them. What was seen
            later is not accepted.

    Returns:
        How many months of organisations were accepted.
    """
    told = {"accepted_at": at, "note": note, "accepted_by": by}
    shown = [one for one in changes if one.tenant_id in until and one.seen_at <= until[one.tenant_id]]
    rows = [
        {"tenant_id": tenant_id, "period_start": month, "seen_until": until[tenant_id], **told}
        for tenant_id, month in sorted({(change.tenant_id, change.period_start) for change in shown})
    ]
    if rows:
        with warehouse.kept_open(), warehouse.writing() as connection:
            warehouse.rows_changed()
            connection.execute(text(_ACCEPT), rows)
    return len(rows)


def take_back(warehouse: Warehouse, tenants: Collection[str], month: date, *, by: str, at: datetime) -> int:
    """Take back what was accepted of a month and stands: it waits again.

    Args:
        tenants: Of which organisations.
        by: Who takes it back.
        at: Now, in UTC.

    Returns:
        How many acceptances were taken back.
    """
    with warehouse.kept_open(), warehouse.writing() as connection:
        rows = [
            {"tenant_id": one.tenant_id, "period_start": month, "accepted_at": one.accepted_at, "by": by, "at": at}
            for one in acceptances(connection)
            if one.tenant_id in tenants and one.period_start == month and one.taken_back_at is None
        ]
        if rows:
            warehouse.rows_changed()
            connection.execute(text(_TAKE_BACK), rows)
    return len(rows)


def acceptances(connection: Connection) -> list[Acceptance]:
    """What people accepted, the newest first.

    Args:
        connection: To the warehouse; reading is enough.
    """
    rows = connection.exec_driver_sql(_ACCEPTANCES)
    return [
        Acceptance(one, name, month, at.astimezone(UTC), by, note, back and back.astimezone(UTC), back_by)
        for one, name, month, at, by, note, back, back_by in rows
    ]
