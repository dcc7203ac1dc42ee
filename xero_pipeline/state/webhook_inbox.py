"""What Xero's webhooks told: stored before it is answered, kept until what it is about has been read and committed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import astuple, fields
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from xero_pipeline.state.tables import state_table
from xero_pipeline.state.transaction import read_connection, write_transaction
from xero_pipeline.state.webhook_records import CategoryNote, EventCount, WaitingList, WebhookEvent

MOST_WAITING = 10_000
"""Events of one list: of more only their number is known, and that the list is to be read, which brings them all."""
UNREAD_KEPT = timedelta(days=31)
"""How long events are kept that nobody reads, as long as Xero keeps them: polling brought what they told of."""
_MOST_CATEGORIES = 50
"""Of an organisation; more are noise, not news."""
_POLL = "POLL"
"""The type of what is no event of Xero's: the list is to be read."""

SEQUENCE, GAP, DELIVERED, EVENTS, FOREIGN = "sequence", "gap", "delivered", "events", "foreign"
"""Names of counts: the last number of an event; how often numbers were left out; deliveries that held events; events;
events of organisations that are not connected."""


class WebhookInbox:
    """The events in the state database.

    Args:
        engine: The state database, from `open_state`.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._events: Any = state_table("webhook_events")
        self._categories: Any = state_table("webhook_categories")
        self._counts: Any = state_table("webhook_counts")

    def receive(self, events: Sequence[WebhookEvent], numbers: tuple[int, int] | None, at: datetime) -> None:
        """Store a delivery: all of it or nothing. What was stored before is stored once.

        Args:
            numbers: Of its first and last event, as Xero counts them.
        """
        with write_transaction(self._engine) as connection:
            ours = self._connected(connection) | {""}
            known = [one for one in events if one.tenant_id in ours]
            self._add(connection, known, at)
            self._note_categories(connection, known, at)
            if events:
                _bump(connection, DELIVERED, at)
            _bump(connection, EVENTS, at, len(known))
            _bump(connection, FOREIGN, at, len(events) - len(known))
            if numbers:
                self._follow(connection, numbers, at)
            connection.execute(sa.delete(self._events).where(self._events.c.received_at < at - UNREAD_KEPT))

    def note(self, counts: Mapping[str, int], at: datetime) -> None:
        """Count things that happened."""
        with write_transaction(self._engine) as connection:
            for what, count in counts.items():
                _bump(connection, what, at, count)

    def ask_for(self, tenant_id: str, assets: Mapping[str, str], at: datetime) -> None:
        """Let lists be read as if something had been told of them.

        Args:
            assets: By table the category.
        """
        asked = [WebhookEvent(tenant_id, category, "", at, _POLL, asset) for asset, category in assets.items()]
        self.add(asked, at)

    def add(self, events: Sequence[WebhookEvent], at: datetime) -> None:
        """Store what is to be read, as if it had been told."""
        with write_transaction(self._engine) as connection:
            self._add(connection, events, at)

    def miss(self, tenant_id: str, category: str, at: datetime) -> None:
        """Note that a poll found a change that no event had told."""
        mine = self._categories.c.tenant_id == tenant_id, self._categories.c.category == category
        with write_transaction(self._engine) as connection:
            connection.execute(sa.update(self._categories).where(*mine).values(missed_at=at))

    def waiting(self) -> list[WaitingList]:
        """The lists of which events wait, those first whose oldest event waits longest."""
        table = self._events
        arrived = table.c.received_at
        oldest, newest = (extreme(arrived, type_=arrived.type) for extreme in (sa.func.min, sa.func.max))
        found = (
            sa.select(table.c.tenant_id, table.c.asset, sa.func.count(), oldest, newest)
            .where(table.c.asset.is_not(None))
            .group_by(table.c.tenant_id, table.c.asset)
        )
        with read_connection(self._engine) as connection:
            rows = [WaitingList(*row) for row in connection.execute(found)]
        return sorted(rows, key=lambda row: (row.oldest, row.tenant_id, row.asset))

    def events_of(self, tenant_id: str, asset: str) -> list[WebhookEvent]:
        """What waits to be read of a list."""
        table = self._events
        columns = [table.c[one.name] for one in fields(WebhookEvent)]
        found = sa.select(*columns).where(table.c.tenant_id == tenant_id, table.c.asset == asset)
        with read_connection(self._engine) as connection:
            return [WebhookEvent(*row) for row in connection.execute(found.order_by(table.c.event_date))]

    def remove(self, events: Iterable[WebhookEvent]) -> None:
        """Forget what has been read, and committed."""
        gone = [dict(zip(_KEY, _key(one), strict=True)) for one in events]
        if not gone:
            return
        table = self._events
        mine = [table.c[name] == sa.bindparam(f"the_{name}") for name in _KEY]
        with write_transaction(self._engine) as connection:
            connection.execute(
                sa.delete(table).where(*mine), [{f"the_{name}": value for name, value in one.items()} for one in gone]
            )

    def categories(self, tenants: Collection[str] | None = None) -> list[CategoryNote]:
        """What is known of the events of each organisation and category.

        Args:
            tenants: Of which organisations; None for all.
        """
        table = self._categories
        found = sa.select(*[table.c[one.name] for one in fields(CategoryNote)])
        if tenants is not None and len(tenants) == 1:
            found = found.where(table.c.tenant_id == next(iter(tenants)))
        with read_connection(self._engine) as connection:
            notes = [
                CategoryNote(*row) for row in connection.execute(found.order_by(table.c.tenant_id, table.c.category))
            ]
        return [one for one in notes if tenants is None or one.tenant_id in tenants]

    def counts(self) -> dict[str, EventCount]:
        """What was counted, by its name."""
        with read_connection(self._engine) as connection:
            rows = connection.execute(sa.select(self._counts)).mappings()
            return {row["what"]: EventCount(row["count"], row["at"]) for row in rows}

    def _connected(self, connection: sa.Connection) -> set[str]:
        table = state_table("organisations")
        return set(connection.scalars(sa.select(table.c.tenant_id).where(table.c.status != "disconnected")))

    def _add(self, connection: sa.Connection, events: Sequence[WebhookEvent], at: datetime) -> None:
        waiting = self._numbers_waiting(connection, {one.tenant_id for one in events})
        kept: dict[tuple[Any, ...], WebhookEvent] = {}
        for one in events:
            waiting[one.tenant_id, one.asset] += 1
            if waiting[one.tenant_id, one.asset] <= MOST_WAITING:
                kept[_key(one)] = one
            elif one.asset:
                listed = WebhookEvent(one.tenant_id, one.category, "", at, _POLL, one.asset)
                kept[one.tenant_id, one.category] = listed
        if not kept:
            return
        rows = [dict(zip(_NAMES, astuple(one), strict=True)) | {"received_at": at} for one in kept.values()]
        # Here: Dagster loads this module in every process, the dialects only where events are taken.
        from sqlalchemy.dialects import postgresql, sqlite

        insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        connection.execute(insert(self._events).on_conflict_do_nothing(), rows)

    def _numbers_waiting(self, connection: sa.Connection, tenants: Collection[str]) -> Counter[tuple[str, str | None]]:
        table = self._events
        counted = sa.select(table.c.tenant_id, table.c.asset, sa.func.count()).group_by(
            table.c.tenant_id, table.c.asset
        )
        rows = connection.execute(counted.where(table.c.tenant_id.in_(tenants))) if tenants else ()
        return Counter({(row[0], row[1]): row[2] for row in rows})

    def _note_categories(self, connection: sa.Connection, events: Sequence[WebhookEvent], at: datetime) -> None:
        table = self._categories
        arrived = Counter((one.tenant_id, one.category) for one in events)
        for tenant_id in {tenant_id for tenant_id, _ in arrived}:
            mine = table.c.tenant_id == tenant_id
            known = set(connection.scalars(sa.select(table.c.category).where(mine)))
            for (whose, category), count in arrived.items():
                if whose != tenant_id:
                    continue
                if category in known:
                    changed = {"last_at": at, "events": table.c.events + count}
                    connection.execute(sa.update(table).where(mine, table.c.category == category).values(changed))
                elif len(known) < _MOST_CATEGORIES:
                    known.add(category)
                    row = {"tenant_id": tenant_id, "category": category, "first_at": at, "last_at": at, "events": count}
                    connection.execute(sa.insert(table).values(row))

    def _follow(self, connection: sa.Connection, numbers: tuple[int, int], at: datetime) -> None:
        """Notice numbers that were left out. A first event begins a count of its own: the webhook was made anew."""
        table = self._counts
        last = connection.scalar(sa.select(table.c.count).where(table.c.what == SEQUENCE))
        first, newest = numbers
        if last is not None and first > last + 1:
            _bump(connection, GAP, at, first - last - 1)
        if last is None or newest > last or first == 1:
            connection.execute(sa.delete(table).where(table.c.what == SEQUENCE))
            connection.execute(sa.insert(table).values(what=SEQUENCE, count=newest, at=at))


_NAMES = tuple(one.name for one in fields(WebhookEvent))
_KEY = _NAMES[:5]


def _key(event: WebhookEvent) -> tuple[Any, ...]:
    return astuple(event)[:5]


def _bump(connection: sa.Connection, what: str, at: datetime, by: int = 1) -> None:
    if not by:
        return
    table = state_table("webhook_counts")
    changed = connection.execute(sa.update(table).where(table.c.what == what).values(count=table.c.count + by, at=at))
    if not changed.rowcount:
        connection.execute(sa.insert(table).values(what=what, count=by, at=at))
