"""`aged`: what contacts owe, and are owed, as Xero's own aged reports show it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xero_pipeline import clock
from xero_pipeline.cli.shell_completion import complete_organisation
from xero_pipeline.cli.xero_settings import settings_for_xero
from xero_pipeline.container import Services
from xero_pipeline.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xero_pipeline.cli.dagster_runs import Runner
    from xero_pipeline.xero.auth.organisations import Organisation

_BY_CONTACT = """
select coalesce(max(c.name), max(i.contact_name), a.contact_id) as name, a.report, count(*) as lines, sum(a.due) as due,
sum(case when a.overdue_days > 0 then a.due else 0 end) as overdue, max(a.overdue_days) as days
from xero.aged_by_contact as a
left join xero.contacts as c on c.tenant_id = a.tenant_id and c.contact_id = a.contact_id
left join xero.invoices as i on i.tenant_id = a.tenant_id and i.invoice_id = a.invoice_id
where a.tenant_id = :tenant_id and a.as_of = :as_of group by a.contact_id, a.report order by 2 desc, 4 desc
"""


def aged(
    organisation: Annotated[
        str, typer.Option("--organisation", help="Name or tenant id.", autocompletion=complete_organisation)
    ],
    contact: Annotated[
        list[str] | None,
        typer.Option("--contact", help="Name or id; repeatable. Default: all with an open invoice or bill."),
    ] = None,
    date: Annotated[str | None, typer.Option("--date", help="The day, as 2026-10-31. Default: today.")] = None,
    plan: Annotated[bool, typer.Option("--plan", help="Only say how many calls it takes.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Output JSON.")] = False,
) -> None:
    """Pull aged receivables and payables from Xero: one call per contact and report."""
    from xero_pipeline.cli.commands.sync import carry
    from xero_pipeline.cli.output.console import print_json, say
    from xero_pipeline.cli.output.sync_summary import summary
    from xero_pipeline.defs.assets.aged_reports import given_day
    from xero_pipeline.sync.aged_reports import aged_calls
    from xero_pipeline.warehouse.days import day_of

    services = Services(settings_for_xero())
    if not services.settings.aged_by_contact:
        raise ConfigurationError(
            "Aged reports need a scope of their own. Set XERO_AGED_BY_CONTACT=true and run `xero-pipeline connect` "
            "once more, so that the consent covers it."
        )
    one = services.organisations.find(organisation)
    as_of = given_day(date) if date else day_of(services.warehouse, one.tenant_id, clock.now())
    calls = aged_calls(services.warehouse, one.tenant_id, as_of, contact or [])
    left = services.quota.snapshot(one.tenant_id).day_remaining
    say(f"{one.name}, {as_of}: {len(calls)} calls, one for each report of a contact; {left} are left today.")
    told = {"organisation": one.name, "tenant_id": one.tenant_id, "as_of": as_of, "calls": len(calls)}
    if plan or not calls:
        if json:
            print_json(told)
        return

    def work(runner: Runner, whose: Organisation) -> bool:
        return runner.aged(whose, contact or [], as_of)

    well = carry(services, [one], 1, work, show=partial(summary, tables=not json))
    rows = services.warehouse.query(_BY_CONTACT, {"tenant_id": one.tenant_id, "as_of": as_of}).to_pylist()
    currency = _currency(services, one.tenant_id)
    if json:
        print_json({**told, "currency": currency, "contacts": rows})
    else:
        _show(rows, f"Aged by contact: {one.name} on {as_of}", currency)
    if not well:
        raise typer.Exit(1)


def _currency(services: Services, tenant_id: str) -> str | None:
    from xero_pipeline.metrics.request import base_currency

    with services.warehouse.reading() as connection:
        return base_currency(connection, tenant_id)


def _show(rows: Sequence[Mapping[str, Any]], title: str, currency: str | None) -> None:
    from xero_pipeline.cli.output.console import in_currency, print_table

    amounts = (in_currency("Due", currency), in_currency("Of it overdue", currency))
    headers = ("Contact", "Report", "Lines", *amounts, "Days, at most")
    columns = [(header, "left" if place < 2 else "right") for place, header in enumerate(headers)]
    print_table(title, columns, [tuple(row.values()) for row in rows])
