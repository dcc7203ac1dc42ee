"""What changed in months whose books were locked, until a person accepts it or the old figures are back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol

from xero_pipeline.warehouse.organisation_names import NAMED

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from xero_pipeline.warehouse.store import Warehouse

_READ_FIRST = "profit_and_loss"
"""The report whose figures people know best."""
_LINE = ("tenant_id", "report", "basis", "period_start", "line_key", "measure")
_OF_ONE_LINE = " and ".join(f"l.{name} = r.{name}" for name in _LINE)
_OPEN = f"""
with waiting as (
    select r.* from xero.restatements as r where not exists (
        select 1 from xero.accepted_changes as a
        where a.tenant_id = r.tenant_id and a.period_start = r.period_start and a.accepted_at >= r.seen_at))
select r.*, o.name as organisation from waiting as r
left join {NAMED} as o on o.tenant_id = r.tenant_id
where exists (select 1 from waiting as l where l.was_locked and {_OF_ONE_LINE})
order by r.seen_at
"""


@dataclass(frozen=True, slots=True)
class LockedChange:
    """A figure of a locked month that is not what it was when the month was locked.

    Args:
        organisation: Its name, as far as it is known.
        report: Name of the report's table.
        basis: `accrual` or `cash`.
        section: Heading the line stands under, behind its tracking option where it has one.
        line_type: `account` or `total`, where the report tells them apart.
        label: The account's name, or that of the total.
        before: What it was when it was locked, in base currency.
        lock_date: Last locked day, as known before the change.
        unchanged_until: When the old figure was seen last: the change came after it.
        seen_at: When the present figure was seen first.
    """

    tenant_id: str
    organisation: str
    report: str
    basis: str
    period_start: date
    section: str
    line_type: str
    label: str
    measure: str
    before: Decimal
    after: Decimal
    lock_date: date
    unchanged_until: datetime
    seen_at: datetime

    @property
    def difference(self) -> Decimal:
        """By how much it changed."""
        return self.after - self.before

    @property
    def words(self) -> str:
        """The line as people know it; with its column where there are several, with the basis if it is cash."""
        words = (self.section, self.label, "" if self.measure == "amount" else self.measure.replace("_", " "))
        return ", ".join(filter(None, words)) + (" (cash basis)" if self.basis == "cash" else "")


def open_changes(warehouse: Warehouse) -> list[LockedChange]:
    """The changes in locked months that nobody has accepted and that were not undone; oldest months first.

    A line whose figure is again what it was when it was locked is not among them, in whatever steps it got there.
    """
    with warehouse.reading() as connection:
        return open_changes_in(connection)


def open_changes_in(connection: Connection) -> list[LockedChange]:
    """As `open_changes`, over a connection to the warehouse that is open already."""
    lines: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    for found in connection.exec_driver_sql(_OPEN).mappings():
        row: dict[str, Any] = {**found}
        steps = lines.setdefault(tuple(row[name] for name in _LINE), [])
        if steps or row["was_locked"]:
            steps.append(row)
    changes = (_change(steps) for steps in lines.values())
    return sorted(
        (change for change in changes if change.difference),
        key=lambda c: (
            c.organisation,
            c.period_start,
            c.report != _READ_FIRST,
            c.report,
            c.basis,
            c.line_type,
            c.label,
        ),
    )


def _change(steps: Sequence[Mapping[str, Any]]) -> LockedChange:
    first, last = steps[0], steps[-1]
    return LockedChange(
        tenant_id=last["tenant_id"],
        organisation=last["organisation"] or last["tenant_id"],
        report=last["report"],
        basis=last["basis"],
        period_start=last["period_start"],
        section=", ".join(filter(None, (last["tracking_option"], last["section"]))),
        line_type=last["line_type"] or "",
        label=last["account_name"] or last["line"] or last["line_key"],
        measure=last["measure"],
        before=first["amount_before"],
        after=last["amount_after"],
        lock_date=first["lock_date"],
        unchanged_until=first["unchanged_until"].astimezone(UTC),
        seen_at=last["seen_at"].astimezone(UTC),
    )


def summary(changes: Sequence[LockedChange]) -> str:
    """What changed and what to do about it, in a few words.

    Args:
        changes: From `open_changes`; at least one.
    """
    first, months = changes[0], len({(change.tenant_id, change.period_start) for change in changes})
    figures = "1 figure" if len(changes) == 1 else f"{len(changes)} figures"
    return (
        f"{figures} in {months} locked {'month' if months == 1 else 'months'} changed; the first: "
        f"{first.organisation}, {first.period_start:%B %Y}, {first.words}: {first.before:,.2f} became "
        f"{first.after:,.2f}. Undo it in Xero, or accept it: xero-pipeline restatements --accept NOTE."
    )


class ChangeOfMonth(Protocol):
    """A figure, a document or whatever else changed in a month of an organisation."""

    @property
    def tenant_id(self) -> str:
        """The organisation."""
        ...

    @property
    def period_start(self) -> date:
        """First day of the month."""
        ...


def accept(warehouse: Warehouse, changes: Iterable[ChangeOfMonth], note: str, *, by: str, at: datetime) -> int:
    """Accept changes: their months count as settled up to now; what is seen later is not covered.

    Args:
        changes: Figures or documents; with one change of a month, all of that month's are accepted.
        note: Why, in the person's words.
        by: Who accepts them.
        at: Now, in UTC.

    Returns:
        How many months of organisations were accepted.
    """
    from sqlalchemy import text

    rows = [
        {"tenant_id": tenant_id, "period_start": month, "accepted_at": at, "note": note, "accepted_by": by}
        for tenant_id, month in sorted({(change.tenant_id, change.period_start) for change in changes})
    ]
    if rows:
        insert = (
            "insert into xero.accepted_changes (tenant_id, period_start, accepted_at, note, accepted_by) "
            "values (:tenant_id, :period_start, :accepted_at, :note, :accepted_by)"
        )
        with warehouse.kept_open(), warehouse.writing() as connection:
            warehouse.rows_changed()
            connection.execute(text(insert), rows)
    return len(rows)


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A month of an organisation whose changes a person accepted.

    Args:
        organisation: Its name, as far as it is known.
        accepted_by: Who; None of what was accepted before names were asked for.
        note: Why.
    """

    tenant_id: str
    organisation: str
    period_start: date
    accepted_at: datetime
    accepted_by: str | None
    note: str


def acceptances(connection: Connection) -> list[Acceptance]:
    """What people accepted, the newest first.

    Args:
        connection: To the warehouse; reading is enough.
    """
    rows = connection.exec_driver_sql(
        "select a.tenant_id, coalesce(o.name, a.tenant_id), a.period_start, a.accepted_at, a.accepted_by, a.note "
        f"from xero.accepted_changes as a left join {NAMED} as o on o.tenant_id = a.tenant_id "
        "order by a.accepted_at desc, 2, a.period_start"
    )
    return [Acceptance(one, name, month, at.astimezone(UTC), by, note) for one, name, month, at, by, note in rows]
