"""`restatements`: what changed in closed months, and the word that it is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from xero_pipeline import clock
from xero_pipeline.calendar import month_start
from xero_pipeline.cli.commands.sync import Organisations, chosen_organisations
from xero_pipeline.cli.month_range import month
from xero_pipeline.cli.output.console import print_table, say
from xero_pipeline.container import Services
from xero_pipeline.settings import Settings
from xero_pipeline.warehouse.organisation_names import NAMED
from xero_pipeline.warehouse.time_zones import beginning_of, day_in

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

    from xero_pipeline.sync.locked_period_changes import LockedChange

_SINCE = f"""
select o.name, r.period_start, r.report, r.basis, coalesce(r.account_name, r.line) as label, r.measure,
r.amount_before, r.amount_after, r.difference from xero.restatements as r
left join {NAMED} as o on o.tenant_id = r.tenant_id
where r.seen_at >= :since and coalesce(r.line_type, 'account') = 'account'
order by r.seen_at, o.name, r.period_start, r.report, label
"""


def restatements(
    organisation: Organisations = None,
    since: Annotated[
        str | None, typer.Option("--since", help="Seen from this month on, as 2026-11. Default: this month.")
    ] = None,
    locked: Annotated[bool, typer.Option("--locked", help="Only what fails the check on locked months.")] = False,
    accept: Annotated[
        str | None, typer.Option("--accept", metavar="NOTE", help="Accept what changed in locked months; says why.")
    ] = None,
) -> None:
    """Show changes to closed periods: which month, which account, by how much. Makes no calls to Xero."""
    from xero_pipeline.sync.locked_period_changes import open_changes

    services = Services(Settings.load())
    first = month(since, "--since") if since else None
    tenants = {one.tenant_id for one in chosen_organisations(services, organisation or [])}
    changes = [change for change in open_changes(services.warehouse) if change.tenant_id in tenants]
    if accept is not None:
        _accept(services, changes, accept)
    elif locked:
        _show_locked(changes)
    else:
        _show_all(services, tenants, first)


def _accept(services: Services, changes: Sequence[LockedChange], note: str) -> None:
    from xero_pipeline.sync.locked_period_changes import accept

    _show_locked(changes)
    months = accept(services.warehouse, changes, note, at=clock.now())
    say(f"Accepted: {len(changes)} figures, {months} months. The checks pass with the next pull of any month.")


def _show_locked(changes: Sequence[LockedChange]) -> None:
    rows = [
        (c.organisation, f"{c.period_start:%Y-%m}", c.report, c.label, c.measure, c.before, c.after, c.difference)
        for c in changes
    ]
    _show("What changed in locked months", rows)


def _show_all(services: Services, tenants: Collection[str], given: date | None) -> None:
    from xero_pipeline.cli.output.age_note import tell_age
    from xero_pipeline.warehouse.days import zones_of

    zones, now = zones_of(services.books), clock.now()
    since = {one: given or month_start(day_in(zones.get(one), now)) for one in tenants}
    ours = _SINCE.replace("where", "where r.tenant_id = :tenant_id and")
    found = [
        row
        for tenant_id in sorted(tenants)
        for row in services.books.query(
            ours, {"tenant_id": tenant_id, "since": beginning_of(since[tenant_id], zones.get(tenant_id))}
        ).to_pylist()
    ]
    rows = [
        (
            row["name"],
            f"{row['period_start']:%Y-%m}",
            row["report"] + (" (cash)" if row["basis"] == "cash" else ""),
            row["label"],
            row["measure"],
            row["amount_before"],
            row["amount_after"],
            row["difference"],
        )
        for row in found
    ]
    _show(f"What changed in closed months, seen since {min(since.values())}", rows)
    tell_age(services.books)


def _show(title: str, rows: Sequence[tuple[object, ...]]) -> None:
    headers = ("Organisation", "Month", "Report", "Line", "Figure", "Before", "After", "Difference")
    columns = [(header, "right" if place > 4 else "left") for place, header in enumerate(headers)]
    print_table(title, columns, rows)
