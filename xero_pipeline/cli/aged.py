"""`aged`: what contacts owe, and are owed, as Xero's own aged reports show it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from xero_pipeline import clock
from xero_pipeline.cli.completing import complete_organisation
from xero_pipeline.cli.which_xero import settings_for_xero
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.parts import Parts

if TYPE_CHECKING:
    from datetime import date

_BY_CONTACT = """
select c.name, a.report, count(*) as lines, sum(a.due) as due,
sum(case when a.overdue_days > 0 then a.due else 0 end) as overdue, max(a.overdue_days) as days
from xero.aged_by_contact as a join xero.contacts as c on c.tenant_id = a.tenant_id and c.contact_id = a.contact_id
where a.tenant_id = :tenant_id and a.as_of = :as_of group by 1, 2 order by 2 desc, 4 desc
"""


def aged(
    organisation: Annotated[
        str, typer.Option("--organisation", help="Name or tenant id.", autocompletion=complete_organisation)
    ],
    contact: Annotated[
        list[str] | None,
        typer.Option("--contact", help="Name or id; repeatable. Default: all with something outstanding."),
    ] = None,
    date: Annotated[str | None, typer.Option("--date", help="The day, as 2026-10-31. Default: today.")] = None,
    plan: Annotated[bool, typer.Option("--plan", help="Only say how many calls it takes.")] = False,
) -> None:
    """Pull aged receivables and payables from Xero: one call per contact and report."""
    from xero_pipeline.cli.display import say
    from xero_pipeline.cli.syncing import carry
    from xero_pipeline.defs.on_request import given_day
    from xero_pipeline.sync.aged_reports import aged_calls
    from xero_pipeline.warehouse.days import day_of

    parts = Parts(settings_for_xero())
    if not parts.settings.aged_by_contact:
        raise ConfigurationError(
            "Aged reports need a scope of their own. Set XERO_AGED_BY_CONTACT=true and run `xero-pipeline connect` "
            "once more, so that the consent covers it."
        )
    one = parts.organisations.find(organisation)
    as_of = given_day(date) if date else day_of(parts.warehouse, one.tenant_id, clock.now())
    calls = aged_calls(parts.warehouse, one.tenant_id, as_of, contact or [])
    left = parts.quota.snapshot(one.tenant_id).day_remaining
    say(f"{one.name}, {as_of}: {len(calls)} calls, one for each report of a contact; {left} are left today.")
    if plan or not calls:
        return
    well = carry(parts, [one], 1, lambda runner, whose: runner.aged(whose, contact or [], as_of))
    _show(parts, one.tenant_id, one.name, as_of)
    if not well:
        raise typer.Exit(1)


def _show(parts: Parts, tenant_id: str, name: str, as_of: date) -> None:
    from xero_pipeline.cli.display import print_table

    rows = parts.warehouse.query(_BY_CONTACT, {"tenant_id": tenant_id, "as_of": as_of}).to_pylist()
    headers = ("Contact", "Report", "Lines", "Due", "Of it overdue", "Days, at most")
    columns = [(header, "left" if place < 2 else "right") for place, header in enumerate(headers)]
    print_table(f"Aged by contact: {name} on {as_of}", columns, [tuple(row.values()) for row in rows])
