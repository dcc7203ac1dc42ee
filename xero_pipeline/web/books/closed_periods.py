"""The page of closed periods: what changed in months that were locked, and the form that accepts it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from xero_pipeline import clock
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.ledger.locked.documents import open_documents
from xero_pipeline.metrics.request import base_currency
from xero_pipeline.sync.locked.period_changes import open_changes_in
from xero_pipeline.warehouse.accepted_months import accept, acceptances, newest_changes, take_back
from xero_pipeline.web.actions import organisation
from xero_pipeline.web.app_context import AppContext, context_of
from xero_pipeline.web.books.statement_view import plain_tabs
from xero_pipeline.web.request_session import session_of
from xero_pipeline.web.responses import page

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from xero_pipeline.ledger.locked.documents import DocumentChange
    from xero_pipeline.sync.locked.period_changes import LockedChange
    from xero_pipeline.warehouse.accepted_months import Acceptance

SHOWN = 200
"""Changes of each kind on the page; `xero-pipeline restatements --json` has all of them."""


@dataclass(frozen=True, slots=True)
class ClosedPeriods:
    """What changed in locked months of an organisation and waits for a person, and what was accepted.

    Args:
        seen_until: When the newest change was seen, undone ones included; None where nothing ever changed.
    """

    currency: str
    figures: Sequence[LockedChange]
    documents: Sequence[DocumentChange]
    accepted: Sequence[Acceptance]
    seen_until: datetime | None

    @property
    def figures_by_month(self) -> Sequence[ChangedMonth]:
        """The figures of reports, each month's beside the documents that changed in it."""
        return [
            ChangedMonth(month, list(figures), [one for one in self.documents if one.period_start == month])
            for month, figures in groupby(self.figures, key=lambda one: one.period_start)
        ]


@dataclass(frozen=True, slots=True)
class ChangedMonth:
    """The figures of Xero's reports that changed in a locked month: one document changes many.

    Args:
        documents: Those of the month that changed too, as far as the ledger knows.
    """

    month: date
    figures: Sequence[LockedChange]
    documents: Sequence[DocumentChange]

    @property
    def reports(self) -> int:
        """How many reports they are of."""
        return len({(one.report, one.basis) for one in self.figures})

    @property
    def on_profit(self) -> Decimal:
        """By how much the documents make the profit of the month higher."""
        return sum((one.on_profit for one in self.documents), Decimal(0))


def closed_periods(request: Request) -> Response:
    """What changed, and what people said to it."""
    context = context_of(request)
    one = organisation(context, request.path_params["tenant_id"])
    seen = context.books.look(("closed periods", one.tenant_id), lambda c: read_closed_periods(c, one.tenant_id))
    return page(
        request,
        "closed_periods.html",
        one=one,
        tabs=plain_tabs(one.tenant_id),
        found=seen.value,
        at=seen.at,
        most=SHOWN,
        user=session_of(request).user,
    )


def page_of(fields: Mapping[str, Any]) -> str:
    """The address of the page of the organisation that a form names."""
    return f"/books/{quote(str(fields.get('organisation', '')), safe='')}/closed-periods"


def accept_changes(context: AppContext, fields: Mapping[str, Any]) -> str:
    """Accept what the page showed of changes in locked months of an organisation, and say so.

    Raises:
        ConfigurationError: A name or a note is missing, or nothing that was shown is open.
        WarehouseBusy: A sync is writing.
    """
    one = organisation(context, str(fields.get("organisation", "")))
    by, note = (str(fields.get(name, "")).strip() for name in ("by", "note"))
    if not by or not note:
        raise ConfigurationError("Say who accepts the changes, and why.")
    warehouse = context.services.warehouse
    with warehouse.reading() as connection:
        found = read_closed_periods(connection, one.tenant_id)
    shown = _instant(str(fields.get("seen_until", "")))
    changes = [*found.figures, *found.documents]
    until = {one.tenant_id: min(shown, found.seen_until)} if shown and found.seen_until else {}
    months = accept(warehouse, changes, note, by=by, at=clock.now(), until=until)
    if not months:
        raise ConfigurationError(f"Nothing that the page showed of locked months of {one.name} is open.")
    told = f"Accepted by {by}: changes in {months} locked {'month' if months == 1 else 'months'} of {one.name}."
    later = any(change.seen_at > until[one.tenant_id] for change in changes)
    return f"{told} What was seen to change since you opened the page is still open." if later else told


def take_back_acceptance(context: AppContext, fields: Mapping[str, Any]) -> str:
    """Take back what was accepted of a month of an organisation, and say so.

    Raises:
        ConfigurationError: A name is missing, or nothing that was accepted of the month stands.
        WarehouseBusy: A sync is writing.
    """
    one = organisation(context, str(fields.get("organisation", "")))
    by = str(fields.get("by", "")).strip()
    if not by:
        raise ConfigurationError("Say who takes it back.")
    month = _day(str(fields.get("month", "")))
    if month is None or not take_back(context.services.warehouse, [one.tenant_id], month, by=by, at=clock.now()):
        raise ConfigurationError(f"Nothing that was accepted of this month of {one.name} stands.")
    return f"Taken back by {by}: what changed in {month:%B %Y} waits again, unless it was undone."


def _day(said: str) -> date | None:
    try:
        return date.fromisoformat(said.strip())
    except ValueError:
        return None


def _instant(said: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(said)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def read_closed_periods(connection: Connection, tenant_id: str) -> ClosedPeriods:
    """What there is of an organisation.

    Args:
        connection: To the books; reading is enough.
    """
    newest = newest_changes(connection)  # first: what is written meanwhile is later than it
    return ClosedPeriods(
        base_currency(connection, tenant_id) or "",
        [one for one in open_changes_in(connection) if one.tenant_id == tenant_id],
        [one for one in open_documents(connection) if one.tenant_id == tenant_id],
        [one for one in acceptances(connection) if one.tenant_id == tenant_id],
        newest.get(tenant_id),
    )
