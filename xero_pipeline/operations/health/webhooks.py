"""Whether Xero's webhooks arrive, and are read: for `doctor`, and as an issue where changes come without them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from xero_pipeline import clock
from xero_pipeline.operations.health.issues import Issue
from xero_pipeline.operations.health.result import HealthResult
from xero_pipeline.state.webhook_inbox import DELIVERED, GAP, WebhookInbox
from xero_pipeline.webhooks.receiver import INTENT, REFUSED
from xero_pipeline.xero.event_categories import CATEGORIES, OF_APPS

if TYPE_CHECKING:
    from xero_pipeline.container import Services
    from xero_pipeline.state.webhook_records import CategoryNote, EventCount

NAME = "events"
LONG = timedelta(minutes=15)
"""What waits longer is not read: no Dagster carries it, or calls are lacking."""
_AT_XERO = "Look at Webhooks of your app at https://developer.xero.com/app/manage: what went wrong is said there."


def check_events(services: Services) -> Iterator[HealthResult]:
    """When Xero last told something, what it knows that we do not, and what waits."""
    inbox, now = WebhookInbox(services.state), clock.now()
    counts, notes = inbox.counts(), inbox.categories()
    yield _deliveries(counts)
    if gap := counts.get(GAP):
        told = f"{gap.number} numbers of events were left out, the last at {gap.at:%Y-%m-%d %H:%M} UTC"
        yield HealthResult(NAME, "ok", f"{told}: the sync after it read every list")
    waiting = inbox.waiting()
    if waiting and now - waiting[0].oldest > LONG:
        told = f"{sum(one.events for one in waiting)} wait, the oldest since {waiting[0].oldest:%Y-%m-%d %H:%M} UTC"
        yield HealthResult(NAME, "warning", told, "The sensor `events_to_read` says why; is Dagster running?")
    if unknown := sorted({one.category for one in notes} - set(CATEGORIES) - OF_APPS):
        told = f"Xero tells of categories that this version does not know: {', '.join(unknown)}"
        yield HealthResult(NAME, "warning", told, "Nothing is lost, syncs read these lists; look for a newer version.")
    names = {one.tenant_id: one.name for one in services.organisations.list()}
    for note in notes:
        if note.tenant_id in names and not note.arrives:
            yield HealthResult(NAME, "warning", f"{names[note.tenant_id]}: {_missed(note)}", _AT_XERO)


def _deliveries(counts: Mapping[str, EventCount]) -> HealthResult:
    taken = [counts[name].at for name in (DELIVERED, INTENT) if name in counts]
    refused = counts.get(REFUSED)
    # Xero signs some bodies wrongly itself, when it tries an endpoint out; then rightly signed ones come, too.
    if refused and (not taken or refused.at - max(taken) > timedelta(minutes=1)):
        told = f"the last delivery, at {refused.at:%Y-%m-%d %H:%M} UTC, was not signed with XERO_WEBHOOK_KEY"
        remedy = "Copy the webhooks key of your app again, and let no proxy change the body."
        return HealthResult(NAME, "problem" if not taken else "warning", told, remedy)
    if not taken:
        return HealthResult(NAME, "warning", "XERO_WEBHOOK_KEY is set, and nothing has arrived yet", _AT_XERO)
    if DELIVERED not in counts:
        return HealthResult(NAME, "ok", f"Xero tried the endpoint out at {max(taken):%Y-%m-%d %H:%M} UTC; no event yet")
    last = counts[DELIVERED]
    return HealthResult(
        NAME,
        "ok",
        f"{last.number:,} {'delivery' if last.number == 1 else 'deliveries'}, the last at {last.at:%Y-%m-%d %H:%M} UTC",
    )


def with_missed_events(found: Mapping[str, Sequence[Issue]], services: Services) -> Mapping[str, Sequence[Issue]]:
    """The issues with one for each category whose events are known not to arrive behind them.

    Args:
        found: By tenant id.
    """
    if not services.settings.webhook_keys:
        return found
    missed: dict[str, list[Issue]] = {}
    for note in WebhookInbox(services.state).categories():
        if not note.arrives:
            missed.setdefault(note.tenant_id, []).append(
                Issue("events_missed", 1, f"{_missed(note)}.", f"Each sync asks for them until one comes. {_AT_XERO}")
            )
    return {tenant: [*found.get(tenant, ()), *missed.get(tenant, ())] for tenant in {**found, **missed}}


def last_events(services: Services) -> Mapping[str, datetime]:
    """When Xero last told something of organisations, by tenant id; of none where no events are taken."""
    if not services.settings.webhook_keys:
        return {}
    found: dict[str, datetime] = {}
    for note in WebhookInbox(services.state).categories():
        found[note.tenant_id] = max(note.last_at, found.get(note.tenant_id, note.last_at))
    return found


def _missed(note: CategoryNote) -> str:
    table = CATEGORIES.get(note.category, note.category)
    return f"Changes of {table} came without an event of Xero's, last on {note.missed_at:%Y-%m-%d}"
