"""What changed in closed months, of the organisations that `restatements` is asked about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xero_pipeline import clock
from xero_pipeline.calendar import month_start
from xero_pipeline.warehouse.organisation_names import NAMED
from xero_pipeline.warehouse.time_zones import beginning_of, day_in

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date, datetime

    from xero_pipeline.container import Services
    from xero_pipeline.ledger.locked.documents import DocumentChange
    from xero_pipeline.ledger.locked.lock_dates import LockMove
    from xero_pipeline.sync.locked.period_changes import LockedChange
    from xero_pipeline.warehouse.accepted_months import Acceptance

_SINCE = f"""
select o.name, r.period_start, r.report, r.basis, coalesce(r.account_name, r.line) as label, r.measure,
b.base_currency as currency, r.amount_before, r.amount_after, r.difference from xero.restatements as r
left join {NAMED} as o on o.tenant_id = r.tenant_id
left join xero.organisations as b on b.tenant_id = r.tenant_id and not b.is_deleted
where r.seen_at >= :since and coalesce(r.line_type, 'account') = 'account'
order by r.seen_at, o.name, r.period_start, r.report, label
"""


@dataclass(frozen=True, slots=True)
class OpenChanges:
    """What changed in locked months, of the organisations that were asked for.

    Args:
        currencies: The base currency of each, by tenant id.
        newest: When the newest change of each was seen, by tenant id.
    """

    figures: Sequence[LockedChange]
    documents: Sequence[DocumentChange]
    currencies: Mapping[str, str]
    newest: Mapping[str, datetime]


def open_changes(services: Services, tenants: Collection[str]) -> OpenChanges:
    """What changed in locked months and was not accepted."""
    from xero_pipeline.ledger.locked.documents import open_documents
    from xero_pipeline.metrics.request import base_currency
    from xero_pipeline.sync.locked.period_changes import open_changes_in
    from xero_pipeline.warehouse.accepted_months import newest_changes

    with services.warehouse.reading() as connection:
        newest = newest_changes(connection)  # first: what is written meanwhile is later than it
        return OpenChanges(
            [one for one in open_changes_in(connection) if one.tenant_id in tenants],
            [one for one in open_documents(connection) if one.tenant_id in tenants],
            {one: base_currency(connection, one) or "" for one in tenants},
            newest,
        )


@dataclass(frozen=True, slots=True)
class SeenSince:
    """What was seen since a day: of every organisation the first of the month, unless another was asked for."""

    since: date
    figures: Sequence[Mapping[str, Any]]
    beginnings: Mapping[str, datetime]

    def has(self, one: LockMove | Acceptance, at: datetime) -> bool:
        """Whether something was seen since then, of an organisation that was asked for."""
        return one.tenant_id in self.beginnings and at >= self.beginnings[one.tenant_id]


def seen_since(services: Services, tenants: Collection[str], given: date | None) -> SeenSince:
    """Figures that were seen to change since a day, and since when that is for each organisation."""
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
    return SeenSince(min(since.values()), figures, beginnings)


def moves_and_acceptances(services: Services, seen: SeenSince) -> tuple[Sequence[LockMove], Sequence[Acceptance]]:
    """Lock dates that moved, and what was accepted."""
    from xero_pipeline.ledger.locked.lock_dates import lock_moves
    from xero_pipeline.warehouse.accepted_months import acceptances

    with services.warehouse.reading() as connection:
        moves = [one for one in lock_moves(connection) if seen.has(one, one.seen_at)]
        return moves, [one for one in acceptances(connection) if seen.has(one, one.accepted_at)]
