"""`plan`: what a sync or backfill will cost, before it is made."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xero_pipeline.cli.commands.sync import Organisations, Select, chosen_organisations
from xero_pipeline.cli.month_range import begun_months, months_to_backfill
from xero_pipeline.cli.output.console import conclude, duration, print_json, print_table
from xero_pipeline.container import Services
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.settings import Settings
from xero_pipeline.web.formatting import size

if TYPE_CHECKING:
    from datetime import date

    from xero_pipeline.cli.selection import Selection
    from xero_pipeline.sync.estimate.plan import Counts, Item, Plan
    from xero_pipeline.xero.auth.organisations import Organisation


SECONDS_WORTH_TELLING = 30
"""What the limits leave open takes about as long: answers, and writing them down."""


def plan(
    organisation: Organisations = None,
    select: Select = None,
    full: Annotated[bool, typer.Option("--full", help="Plan `sync --full`.")] = False,
    start: Annotated[str | None, typer.Option("--from", help="Plan `backfill`: first month, as 2024-01.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Plan `backfill`: last month, as 2025-12.")] = None,
    ask: Annotated[
        bool, typer.Option("--ask", help="Ask Xero for the length of lists never read before: one small call each.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Output JSON.")] = False,
) -> None:
    """Estimate the calls, bytes and time of the next sync or a backfill. Makes no calls to Xero without --ask."""
    from xero_pipeline.cli.selection import choose
    from xero_pipeline.sync.call_log import deliver_calls

    services = Services(Settings.load())
    if bool(start) != bool(end):
        raise ConfigurationError("A backfill has a first and a last month: give both --from and --to.")
    wanted = months_to_backfill(start, end, services.settings) if start and end else None
    choice = choose(select or [], services.reports, services.collections)
    deliver_calls(services.call_outbox, services.warehouse)
    plans: list[tuple[Organisation, Plan]] = []
    chosen = chosen_organisations(services, organisation or [])
    months = begun_months(services, wanted, chosen) if wanted else dict.fromkeys(chosen)
    for one in months:
        with _asking(services, one.tenant_id, wanted=ask) as counts:
            plans.append((one, _plan(services, one.tenant_id, choice, months[one], full=full, ask=counts)))
    if json:
        print_json({"organisations": [_as_data(one, planned) for one, planned in plans], "total": _total(plans)})
        return
    for one, planned in plans:
        _print(one.name, planned)
    if len(plans) > 1:
        _print_all(plans, services.settings.organisations_at_once)


@contextmanager
def _asking(services: Services, tenant_id: str, *, wanted: bool) -> Generator[Counts | None]:
    from xero_pipeline.sync.estimate.calls import asking

    if not wanted:
        yield None
        return
    with services.client() as client:
        yield asking(client, tenant_id)


def _plan(
    services: Services,
    tenant_id: str,
    choice: Selection,
    months: Sequence[date] | None,
    *,
    full: bool,
    ask: Counts | None,
) -> Plan:
    from xero_pipeline.sync.estimate.plan import Planner
    from xero_pipeline.xero.endpoints import endpoint
    from xero_pipeline.xero.reports.catalogue import report_named

    planner = Planner(services.warehouse, services.quota, tenant_id, services.settings, ask=ask)
    reports = [report_named(name) for name in choice.reports]
    if months is not None:
        return planner.backfill(reports, months)
    collections = [endpoint(name) for name in choice.collections]
    return planner.sync(collections, reports, full=full, again=full and choice.selected)


def _groups(planned: Plan) -> dict[str, list[Item]]:
    from xero_pipeline.defs.specs import group_of
    from xero_pipeline.xero.reports.catalogue import reports

    own = {report.name: report.table for report in reports()}
    groups: dict[str, list[Item]] = {}
    for item in planned.items:
        groups.setdefault(group_of(own.get(item.asset, item.asset)), []).append(item)
    return groups


def _print(name: str, planned: Plan) -> None:
    rows = [
        (group.replace("_", " "), len(items), _calls(items), _size([item.wire_bytes for item in items if item.calls]))
        for group, items in _groups(planned).items()
    ]
    total = ("Total", len(planned.items), _calls(planned.items), _size([planned.wire_bytes]))
    headers = [("Subject", "left"), ("Tables", "right"), ("Calls", "right"), ("Bytes", "right")]
    print_table(f"Plan for {name}", headers, [*rows, total], last_is_total=True)
    conclude(_sentence(planned))


def _print_all(plans: Sequence[tuple[Organisation, Plan]], at_once: int) -> None:
    rows = [
        (
            one.name,
            _calls(planned.items),
            _size([planned.wire_bytes]),
            duration(planned.at_least.total_seconds()),
            f"{planned.share:.1%}",
            planned.left,
            "yes" if planned.fits else "no",
        )
        for one, planned in plans
    ]
    items = [item for _, planned in plans for item in planned.items]
    # The limits are each organisation's own, and some organisations are synced side by side.
    lasting = [planned.at_least.total_seconds() for _, planned in plans]
    together = max(*lasting, sum(lasting) / at_once)
    total = (
        "Total",
        _calls(items),
        _size([planned.wire_bytes for _, planned in plans]),
        duration(together),
    )
    headers = ("Organisation", "Calls", "Bytes", "At least", "Of the day", "Left today", "Fits")
    columns = [(header, "right" if number else "left") for number, header in enumerate(headers)]
    print_table("All organisations", columns, [*rows, (*total, None, None, None)], last_is_total=True)


def _sentence(planned: Plan) -> str:
    least = "" if planned.known else "At least, for some lists were never read (--ask asks Xero how long they are): "
    pace = f" at {planned.per_minute} calls a minute" if planned.per_minute else ""
    told = (
        f"{least}{_lasting(planned)}{pace}, {planned.share:.1%} of the day's "
        f"{planned.per_day:,} calls. {planned.left:,} are left today"
    )
    if planned.fits:
        return f"{told}: it fits."
    if planned.per_run is not None and planned.calls > planned.per_run:
        return f"{told}, and a run may make {planned.per_run:,}: the rest resumes automatically, one run at a time."
    return f"{told}: it does not fit, the rest resumes automatically when the day is over."


def _lasting(planned: Plan) -> str:
    """How long it takes; where no limit makes it wait, nobody knows to the second."""
    least = planned.at_least.total_seconds()
    if least >= SECONDS_WORTH_TELLING:
        return duration(least)
    return "Less than a minute" if planned.known else "some seconds"


def _calls(items: Sequence[Item]) -> str:
    count = f"{sum(item.calls for item in items):,}"
    return count if all(item.known for item in items) else f"≥ {count}"


def _size(sizes: Sequence[int | None]) -> str:
    known = [one for one in sizes if one is not None]
    return size(sum(known)) if len(known) == len(sizes) else "unknown"


def _as_data(one: Organisation, planned: Plan) -> dict[str, Any]:
    return {
        "name": one.name,
        "tenant_id": one.tenant_id,
        "calls": planned.calls,
        "calls_known": planned.known,
        "bytes": planned.wire_bytes,
        "seconds_at_least": round(planned.at_least.total_seconds()),
        "share_of_day": round(planned.share, 4),
        "calls_left_today": planned.left,
        "calls_per_run": planned.per_run,
        "fits": planned.fits,
        "items": [
            {"asset": item.asset, "calls": item.calls, "calls_known": item.known, "bytes": item.wire_bytes}
            for item in planned.items
        ],
    }


def _total(plans: Sequence[tuple[Organisation, Plan]]) -> dict[str, Any]:
    sizes = [planned.wire_bytes for _, planned in plans]
    return {
        "calls": sum(planned.calls for _, planned in plans),
        "calls_known": all(planned.known for _, planned in plans),
        "bytes": None if None in sizes else sum(one or 0 for one in sizes),
        "fits": all(planned.fits for _, planned in plans),
    }
