"""What changed in months whose books were locked, until a person accepts it or the old figures are back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from xero_pipeline.warehouse.accepted_months import ChangeOfMonth, summary_of, waiting_sql
from xero_pipeline.warehouse.organisation_names import NAMED

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from xero_pipeline.warehouse.store import Warehouse

_READ_FIRST = "profit_and_loss"
"""The report whose figures people know best."""
_LINE = ("tenant_id", "report", "basis", "period_start", "line_key", "measure")
_OF_ONE_LINE = " and ".join(f"l.{name} = r.{name}" for name in _LINE)
_OPEN = f"""
with waiting as ({waiting_sql("xero.restatements")})
select r.*, o.name as organisation from waiting as r
left join {NAMED} as o on o.tenant_id = r.tenant_id
where exists (select 1 from waiting as l where l.was_locked and {_OF_ONE_LINE})
order by r.seen_at
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedChange(ChangeOfMonth):
    """A figure of a locked month that is not what it was when the month was locked.

    Args:
        report: Name of the report's table.
        basis: `accrual` or `cash`.
        section: Heading the line stands under, behind its tracking option where it has one.
        line_type: `account` or `total`, where the report tells them apart.
        label: The account's name, or that of the total.
        before: What it was when it was locked, in base currency.
    """

    report: str
    basis: str
    section: str
    line_type: str
    label: str
    measure: str
    before: Decimal
    after: Decimal

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
    first = changes[0]
    figures = "1 figure" if len(changes) == 1 else f"{len(changes)} figures"
    return summary_of(changes, figures, f"{first.words}: {first.before:,.2f} became {first.after:,.2f}")
