"""`restatements`: what changed in closed months, and the word that it is known."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xero_pipeline import clock
from xero_pipeline.calendar import month_start
from xero_pipeline.cli.commands.sync import Organisations, chosen_organisations
from xero_pipeline.cli.document_history import ask_who
from xero_pipeline.cli.login_name import login_name
from xero_pipeline.cli.month_range import month
from xero_pipeline.cli.output.console import print_table, say
from xero_pipeline.container import Services
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.settings import Settings
from xero_pipeline.warehouse.organisation_names import NAMED
from xero_pipeline.warehouse.time_zones import beginning_of, day_in

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date, datetime

    from xero_pipeline.ledger.locked.documents import DocumentChange
    from xero_pipeline.ledger.locked.lock_dates import LockMove
    from xero_pipeline.sync.locked.period_changes import LockedChange
    from xero_pipeline.warehouse.accepted_months import Acceptance
    from xero_pipeline.warehouse.enclosures import HistoryEntry

_SINCE = f"""
select o.name, r.period_start, r.report, r.basis, coalesce(r.account_name, r.line) as label, r.measure,
b.base_currency as currency, r.amount_before, r.amount_after, r.difference from xero.restatements as r
left join {NAMED} as o on o.tenant_id = r.tenant_id
left join xero.organisations as b on b.tenant_id = r.tenant_id and not b.is_deleted
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
    found = _open_ones(services, tenants)
    if who:
        ask_who(services, found.documents)
    if taken_back:
        _take_back(services, tenants, taken_back, by or login_name("takes it back"))
    elif accept is not None:
        _accept(services, found, accept, by or login_name("accepts"))
    elif json:
        _print_json(services, found, _seen_since(services, tenants, first), locked=locked)
    elif locked:
        _show_locked(services, found)
    else:
        _show_all(services, found, _seen_since(services, tenants, first))


@dataclass(frozen=True, slots=True)
class _Open:
    """What changed in locked months, of the organisations that were asked for.

    Args:
        currencies: The base currency of each, by tenant id.
    """

    figures: Sequence[LockedChange]
    documents: Sequence[DocumentChange]
    currencies: Mapping[str, str]


def _open_ones(services: Services, tenants: Collection[str]) -> _Open:
    from xero_pipeline.ledger.locked.documents import open_documents
    from xero_pipeline.metrics.request import base_currency
    from xero_pipeline.sync.locked.period_changes import open_changes_in

    with services.warehouse.reading() as connection:
        return _Open(
            [one for one in open_changes_in(connection) if one.tenant_id in tenants],
            [one for one in open_documents(connection) if one.tenant_id in tenants],
            {one: base_currency(connection, one) or "" for one in tenants},
        )


def _take_back(services: Services, tenants: Collection[str], taken_back: date, by: str) -> None:
    from xero_pipeline.warehouse.accepted_months import take_back

    if not take_back(services.warehouse, tenants, taken_back, by=by, at=clock.now()):
        raise ConfigurationError(f"Nothing that was accepted of {taken_back:%Y-%m} stands.")
    say(f"Taken back by {by}: what changed in {taken_back:%B %Y} waits again, unless it was undone.")


def _accept(services: Services, found: _Open, note: str, by: str) -> None:
    from xero_pipeline.warehouse.accepted_months import accept

    _show_locked(services, found)
    months = accept(services.warehouse, [*found.figures, *found.documents], note, by=by, at=clock.now())
    say(
        f"Accepted by {by}: {len(found.figures)} figures, {len(found.documents)} documents, {months} months. "
        "The checks pass with the next pull of any month, and the next ledger."
    )


def _show_locked(services: Services, found: _Open) -> None:
    from xero_pipeline.cli.output.locked_changes import show_documents, show_histories

    _show_figures(found)
    show_documents(found.documents, found.currencies, linked=services.settings.mode == "live")
    show_histories(found.documents, _histories(services))


def _show_figures(found: _Open) -> None:
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


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was seen since a day: of every organisation the first of the month, unless another was asked for."""

    since: date
    figures: Sequence[Mapping[str, Any]]
    beginnings: Mapping[str, datetime]

    def has(self, one: LockMove | Acceptance, at: datetime) -> bool:
        """Whether something was seen since then, of an organisation that was asked for."""
        return one.tenant_id in self.beginnings and at >= self.beginnings[one.tenant_id]


def _seen_since(services: Services, tenants: Collection[str], given: date | None) -> _Seen:
    from xero_pipeline.warehouse.days import zones_of

    zones, now = zones_of(services.books), clock.now()
    since = {one: given or month_start(day_in(zones.get(one), now)) for one in tenants}
    beginnings = {one: beginning_of(day, zones.get(one)) for one, day in since.items()}
    ours = _SINCE.replace("where", "where r.tenant_id = :tenant_id and")
    figures = [
        row
        for tenant_id in sorted(tenants)
        for row in services.books.query(ours, {"tenant_id": tenant_id, "since": beginnings[tenant_id]}).to_pylist()
    ]
    return _Seen(min(since.values()), figures, beginnings)


def _told_since(services: Services, seen: _Seen) -> tuple[Sequence[LockMove], Sequence[Acceptance]]:
    """Lock dates that moved, and what was accepted."""
    from xero_pipeline.ledger.locked.lock_dates import lock_moves
    from xero_pipeline.warehouse.accepted_months import acceptances

    with services.warehouse.reading() as connection:
        moves = [one for one in lock_moves(connection) if seen.has(one, one.seen_at)]
        return moves, [one for one in acceptances(connection) if seen.has(one, one.accepted_at)]


def _histories(services: Services) -> Mapping[tuple[str, str, str], Sequence[HistoryEntry]]:
    from xero_pipeline.warehouse.enclosures import histories

    with services.warehouse.reading() as connection:
        return histories(connection)


def _print_json(services: Services, found: _Open, seen: _Seen, *, locked: bool) -> None:
    from xero_pipeline.cli.output.console import print_json
    from xero_pipeline.cli.output.locked_changes import link_of

    moves, accepted = _told_since(services, seen)
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


def _show_all(services: Services, found: _Open, seen: _Seen) -> None:
    from xero_pipeline.cli.output.age_note import tell_age
    from xero_pipeline.cli.output.locked_changes import (
        show_accepted,
        show_documents,
        show_histories,
        show_lock_moves,
    )

    moves, accepted = _told_since(services, seen)
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
