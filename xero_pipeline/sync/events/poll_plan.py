"""Which lists the daily sync asks for where events are known to arrive: polling closes every gap, at a lower price.

Xero tells nobody which categories a webhook has, or that it was switched off. So a list is left out only as long as all
that is known says that nothing was missed:

- Events of its category arrive for this organisation, and since the last one that was missed.
- No numbers of events were left out since it was last read, and no poll found a change that no event had told.
- Invoices are always asked for. Nearly everything that happens changes one: a change without an event shows there the
  next day, and lets all lists be read at once (`event_watch`).
- Lists without events that post are always asked for, and so is what somebody chose to have besides. The others are
  where anything was told since they were read: an organisation of which no invoice, contact or payment changes is
  asleep.

Each list that is left out is read every eighth day all the same, on a day of its own. Budgets cost a call each: they
have a day alone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from xero_pipeline.state.webhook_inbox import GAP
from xero_pipeline.xero.endpoints import catalogue
from xero_pipeline.xero.event_categories import category_of

if TYPE_CHECKING:
    from xero_pipeline.state.webhook_inbox import WebhookInbox
    from xero_pipeline.state.webhook_records import CategoryNote
    from xero_pipeline.xero.endpoints import Endpoint

CANARY = "invoices"
ALWAYS = frozenset({CANARY, "accounts", "bank_transactions", "bank_transfers", "manual_journals"})
"""Lists that every sync asks for; all but the first have no events, and post or are posted to."""

DAYS = 8
"""How often the others are read whatever is told: of eight days each has three calls, and a quiet day ten."""

PROVEN_FOR = timedelta(days=92)
"""How long an event proves that others of its category would arrive."""

_EARLIER = timedelta(hours=4)
"""A sync takes longer on some days: that must not make it nine."""


@dataclass(frozen=True, slots=True)
class EventWatch:
    """What is known of the events of an organisation.

    Args:
        notes: By category.
        gap_at: When numbers of events were last left out, of whatever organisation.
    """

    notes: Mapping[str, CategoryNote] = field(default_factory=dict[str, "CategoryNote"])
    gap_at: datetime | None = None

    def arrives(self, category: str, at: datetime) -> bool:
        """Whether a change would be told."""
        note = self.notes.get(category)
        return note is not None and note.arrives and at - note.last_at < PROVEN_FOR

    def is_on(self, at: datetime) -> bool:
        """Whether anything of the sort is known to arrive: nearly everything that happens changes an invoice."""
        return self.arrives("INVOICE", at)

    def missed_since(self, moment: datetime) -> bool:
        """Whether something is known to have been missed since then."""
        marks = [self.gap_at, *(note.missed_at for note in self.notes.values())]
        return any(mark is not None and mark >= moment for mark in marks)

    def is_quiet_since(self, moment: datetime) -> bool:
        """Whether nothing was told since then."""
        return all(note.last_at < moment for note in self.notes.values())


def watches(inbox: WebhookInbox, tenants: Collection[str]) -> dict[str, EventWatch]:
    """What is known of organisations: two queries, however many they are."""
    gap = inbox.counts().get(GAP)
    notes: dict[str, dict[str, CategoryNote]] = {tenant_id: {} for tenant_id in tenants}
    for note in inbox.categories(tenants):
        notes[note.tenant_id][note.category] = note
    return {one: EventWatch(found, gap.at if gap else None) for one, found in notes.items()}


def is_ever_left_out(table: str) -> bool:
    """Whether a list may wait: what somebody chose besides, such as journals or pay runs, never does."""
    return table not in ALWAYS and any(one.table == table for one in catalogue())


def may_wait(endpoint: Endpoint, read_at: datetime | None, watch: EventWatch, at: datetime) -> bool:
    """Whether the daily sync may leave a list out.

    Args:
        read_at: When it was last read to the end.
    """
    if read_at is None or not is_ever_left_out(endpoint.table) or not watch.is_on(at):
        return False
    age = at - read_at
    if age >= timedelta(days=DAYS) - _EARLIER or (age >= _EARLIER and _is_its_day(endpoint.table, at)):
        return False
    if watch.missed_since(read_at):
        return False
    if category := category_of(endpoint.table):
        return watch.arrives(category, at)
    return endpoint.weekly or watch.is_quiet_since(read_at)


def _is_its_day(table: str, at: datetime) -> bool:
    """Whether it is a list's day of the eight: they are dealt out evenly, so that no day has many."""
    dealt = sorted(one.table for one in catalogue() if one.table not in ALWAYS and one.paging != "details")
    place = 1 + dealt.index(table) % (DAYS - 1) if table in dealt else 0
    return (at.date().toordinal() + place) % DAYS == 0
