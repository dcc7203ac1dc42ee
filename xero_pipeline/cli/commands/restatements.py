"""`restatements`: what changed in closed months, and the word that it is known."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from xero_pipeline import clock
from xero_pipeline.cli.closed_month_changes import moves_and_acceptances, open_changes, seen_since
from xero_pipeline.cli.commands.sync import Organisations, chosen_organisations
from xero_pipeline.cli.document_history import ask_who
from xero_pipeline.cli.login_name import login_name
from xero_pipeline.cli.month_range import month
from xero_pipeline.cli.output.console import print_table, say
from xero_pipeline.container import Services
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date

    from xero_pipeline.cli.closed_month_changes import OpenChanges, SeenSince
    from xero_pipeline.warehouse.enclosures import HistoryEntry


def restatements(
    organisation: Organisations = None,
    since: Annotated[
        str | None, typer.Option("--since", help="Seen from this month on, as 2026-11. Default: this month.")
    ] = None,
    locked: Annotated[bool, typer.Option("--locked", help="Only what fails the check on locked months.")] = False,
    accept: Annotated[
        str | None, typer.Option("--accept", metavar="NOTE", help="Accept what changed in locked months; says why.")
    ] = None,
    by: Annotated[
        str | None,
        typer.Option("--by", metavar="NAME", help="Who accepts it, or takes it back. Default: your login name."),
    ] = None,
    back: Annotated[
        str | None, typer.Option("--take-back", metavar="MONTH", help="Take back what was accepted of a month.")
    ] = None,
    who: Annotated[
        bool,
        typer.Option("--who", help="Ask Xero who changed the documents of locked months: a call each, at most 50."),
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Output JSON.")] = False,
) -> None:
    """Show changes to closed periods: which month, which document, which account, by how much.

    Makes no calls to Xero, but with --who.
    """
    services = Services(Settings.load())
    first = month(since, "--since") if since else None
    taken_back = month(back, "--take-back") if back else None
    tenants = {one.tenant_id for one in chosen_organisations(services, organisation or [])}
    found = open_changes(services, tenants)
    if who:
        ask_who(services, found.documents)
    if taken_back:
        _take_back(services, tenants, taken_back, by or login_name("takes it back"))
    elif accept is not None:
        _accept(services, found, accept, by or login_name("accepts"))
    elif json:
        _print_json(services, found, seen_since(services, tenants, first), locked=locked)
    elif locked:
        _show_locked(services, found)
    else:
        _show_all(services, found, seen_since(services, tenants, first))


def _take_back(services: Services, tenants: Collection[str], taken_back: date, by: str) -> None:
    from xero_pipeline.warehouse.accepted_months import take_back

    if not take_back(services.warehouse, tenants, taken_back, by=by, at=clock.now()):
        raise ConfigurationError(f"Nothing that was accepted of {taken_back:%Y-%m} stands.")
    say(f"Taken back by {by}: what changed in {taken_back:%B %Y} waits again, unless it was undone.")


def _accept(services: Services, found: OpenChanges, note: str, by: str) -> None:
    from xero_pipeline.warehouse.accepted_months import accept

    _show_locked(services, found)
    changes = [*found.figures, *found.documents]
    months = accept(services.warehouse, changes, note, by=by, at=clock.now(), until=found.newest)
    say(
        f"Accepted by {by}: {len(found.figures)} figures, {len(found.documents)} documents, {months} months. "
        "The checks pass with the next pull of any month, and the next ledger."
    )


def _show_locked(services: Services, found: OpenChanges) -> None:
    from xero_pipeline.cli.output.locked_changes import show_documents, show_histories

    _show_figures(found)
    show_documents(found.documents, found.currencies, linked=services.settings.mode == "live")
    show_histories(found.documents, _histories(services))


def _show_figures(found: OpenChanges) -> None:
    rows = [
        (
            c.organisation,
            f"{c.period_start:%Y-%m}",
            c.report,
            c.label,
            c.measure,
            found.currencies.get(c.tenant_id),
            c.before,
            c.after,
            c.difference,
        )
        for c in found.figures
    ]
    _show("What changed in locked months", rows)


def _histories(services: Services) -> Mapping[tuple[str, str, str], Sequence[HistoryEntry]]:
    from xero_pipeline.warehouse.enclosures import histories

    with services.warehouse.reading() as connection:
        return histories(connection)


def _print_json(services: Services, found: OpenChanges, seen: SeenSince, *, locked: bool) -> None:
    from xero_pipeline.cli.output.console import print_json
    from xero_pipeline.cli.output.locked_changes import link_of

    moves, accepted = moves_and_acceptances(services, seen)
    histories = _histories(services)
    live = services.settings.mode == "live"
    print_json(
        {
            "figures": [asdict(one) for one in found.figures] if locked else seen.figures,
            "documents": [
                asdict(one)
                | {"on_profit": one.on_profit, "on_tax": one.on_tax, "in_xero": link_of(one) if live else None}
                | {"history": [asdict(entry) for entry in histories.get((one.tenant_id, *one.record), ())]}
                for one in found.documents
            ],
            "lock_dates": [asdict(one) | {"opened": one.opened} for one in moves],
            "accepted": [asdict(one) for one in accepted],
        }
    )


def _show_all(services: Services, found: OpenChanges, seen: SeenSince) -> None:
    from xero_pipeline.cli.output.age_note import tell_age
    from xero_pipeline.cli.output.locked_changes import (
        show_accepted,
        show_documents,
        show_histories,
        show_lock_moves,
    )

    moves, accepted = moves_and_acceptances(services, seen)
    show_lock_moves(moves)
    rows = [
        (
            row["name"],
            f"{row['period_start']:%Y-%m}",
            row["report"] + (" (cash)" if row["basis"] == "cash" else ""),
            row["label"],
            row["measure"],
            row["currency"],
            row["amount_before"],
            row["amount_after"],
            row["difference"],
        )
        for row in seen.figures
    ]
    _show(f"What changed in closed months, seen since {seen.since}", rows)
    show_documents(found.documents, found.currencies, linked=services.settings.mode == "live")
    show_histories(found.documents, _histories(services))
    show_accepted(accepted)
    tell_age(services.books)


def _show(title: str, rows: Sequence[tuple[object, ...]]) -> None:
    headers = ("Organisation", "Month", "Report", "Line", "Figure", "Currency", "Before", "After", "Difference")
    columns = [(header, "right" if place > 5 else "left") for place, header in enumerate(headers)]
    print_table(title, columns, rows)
