"""What the quota remembers, in the state database."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from xero_pipeline.state.machines import lost_holders
from xero_pipeline.state.tables import state_table
from xero_pipeline.state.transaction import read_connection, write_transaction
from xero_pipeline.xero.http.response import CallRecord
from xero_pipeline.xero.quota import call_outbox, call_statements
from xero_pipeline.xero.quota.call_context import CallContext
from xero_pipeline.xero.quota.call_outbox import Outgoing
from xero_pipeline.xero.quota.rate_limits import DAY, MINUTE, Limits, Rules, Usage

# The row of `quota_limits` that holds for every organisation of the app.
APP = ""
# What a run has spent is forgotten so long after its last call; a backfill may go on for days.
_BUDGET_KEPT = 7 * DAY


class UsageStore:
    """Opens a transaction on the usage: for one writer at a time, or to look.

    Args:
        clock: Seconds since the epoch.
        host: The name of this machine.
        pid_alive: Whether a process of this machine still runs.
    """

    def __init__(
        self, engine: sa.Engine, clock: Callable[[], float], *, host: str, pid_alive: Callable[[int], bool]
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._host = host
        self._pid_alive = pid_alive

    @contextmanager
    def locked(self, *, flushed: bool = True) -> Generator[tuple[UsageTransaction, float]]:
        """Also the time, read once the lock is held, so that times never run against the order of calls.

        Args:
            flushed: As for `write_transaction`.
        """
        with write_transaction(self._engine, flushed=flushed) as connection:
            yield self._opened(connection), self._clock()

    @contextmanager
    def reading(self) -> Generator[tuple[UsageTransaction, float]]:
        """Also the time; to look at only."""
        with read_connection(self._engine) as connection:
            yield self._opened(connection), self._clock()

    def release(self, slot_id: str, tenant_id: str, call: CallRecord | None) -> None:
        """Give a slot back and write down how its call ended. A slot that was given up already is no error.

        Args:
            slot_id: As it was entered.
            call: How it ended; None if nobody was left to say so.
        """
        # That the call went out is on the disk already; a slot that is back after a server's death ends with its lease.
        with self.locked(flushed=False) as (counts, now):
            counts.leave(slot_id)
            if call is not None:
                call_outbox.complete(counts.connection, slot_id, call)
                counts.apply_rate_headers(tenant_id, call.limits, now)

    def _opened(self, connection: sa.Connection) -> UsageTransaction:
        return UsageTransaction(connection, self._host, self._pid_alive)


@dataclass(frozen=True, slots=True)
class Counted:
    """What is counted of an organisation.

    Args:
        minute: Its calls of the last minute.
        day: Its calls of the last 24 hours.
        kept: All that are remembered.
        usage: What Xero said; without the edges, and without what is under way.
    """

    minute: int
    day: int
    kept: int
    usage: Usage


class UsageTransaction:
    """What is counted, inside one transaction. Instants are seconds since the epoch."""

    def __init__(self, connection: sa.Connection, host: str, pid_alive: Callable[[int], bool]) -> None:
        self.connection = connection
        self._host = host
        self._pid_alive = pid_alive
        self._calls = state_table("quota_calls")
        self._slots = state_table("quota_slots")
        self._limits = state_table("quota_limits")
        self._runs = state_table("run_calls")

    def tidy(self, now: float) -> None:
        """Drop what no longer counts: calls of yesterday, slots whose holder is gone or carried a run that is lost.

        Args:
            now: The time. Calls that lie after it were counted with a clock that has been put right since.
        """
        calls, slots, runs = self._calls, self._slots, self._runs
        self.connection.execute(sa.delete(runs).where(runs.c.at < now - _BUDGET_KEPT))
        self.connection.execute(sa.delete(calls).where(calls.c.at < now - DAY - MINUTE))
        self.connection.execute(sa.delete(calls).where(calls.c.at > now + MINUTE))
        held = self.connection.execute(sa.select(slots.c.slot_id, slots.c.host, slots.c.pid, slots.c.expires_at)).all()
        elsewhere = any(host != self._host for _, host, _, _ in held)
        lost: Collection[tuple[str, int]] = lost_holders(self.connection) if elsewhere else ()
        for slot_id, host, pid, expires_at in held:
            gone = not self._pid_alive(pid) if host == self._host else (host, pid) in lost
            if expires_at <= now or gone:
                self.connection.execute(sa.delete(slots).where(slots.c.slot_id == slot_id))

    def usage(self, tenant_id: str, rules: Rules) -> Usage:
        """What counts for the next call to an organisation.

        Args:
            rules: Which of the latest calls are the edges.
        """
        limits = self._limits
        said = self.connection.execute(sa.select(limits).where(limits.c.tenant_id.in_([tenant_id, APP]))).mappings()
        notes: dict[str, Mapping[str, Any]] = {row["tenant_id"]: {**row} for row in said}
        note, app = notes.get(tenant_id, {}), notes.get(APP, {})
        heard_at = note.get("heard_at")
        before = {"minute": rules.per_minute - 1, "day": rules.per_day - 1, "app": rules.app_per_minute - 1}
        which = {"tenant_id": tenant_id, "heard_at": heard_at, **before}
        counted = self.connection.execute(call_statements.counts(), which).one()
        return Usage(
            minute_edge=counted.minute_edge,
            day_edge=counted.day_edge,
            app_edge=counted.app_edge,
            in_flight=counted.in_flight,
            heard_at=heard_at,
            minute_left=_less(note.get("minute_remaining"), counted.since),
            day_left=_less(note.get("day_remaining"), counted.since),
            paused_until=max(note.get("paused_until", 0.0), app.get("paused_until", 0.0)),
            stopped_until=note.get("stopped_until", 0.0),
        )

    def calls_since(self, tenant_id: str, *instants: float) -> Sequence[int]:
        """How many calls went out to an organisation after each of some instants.

        Args:
            instants: Seconds since the epoch; calls at this very instant are not counted.
        """
        calls = self._calls
        counted = [sa.func.count(sa.case((calls.c.at > instant, 1))) for instant in instants]
        mine = sa.select(*counted).where(calls.c.tenant_id == tenant_id, calls.c.at > min(instants))
        return self.connection.execute(mine).one()

    def counted(self, now: float, tenants: Collection[str]) -> dict[str, Counted]:
        """What is counted of organisations: asked for once, however many they are.

        Args:
            now: The time.

        Returns:
            Of those that calls went out to.
        """
        calls, limits = self._calls.c, self._limits.c
        since = [sa.func.count(sa.case((calls.at > at, 1))) for at in (now - MINUTE, now - DAY, limits.heard_at)]
        both = self._calls.outerjoin(self._limits, limits.tenant_id == calls.tenant_id)
        asked = sa.select(calls.tenant_id, *since, sa.func.count()).select_from(both)
        asked = asked.where(calls.tenant_id.in_(tenants)).group_by(calls.tenant_id)
        found = {tenant_id: numbers for tenant_id, *numbers in self.connection.execute(asked).all()}
        noted = self.connection.execute(sa.select(self._limits).where(limits.tenant_id.in_(tenants))).mappings()
        notes = {row["tenant_id"]: {**row} for row in noted}
        return {one: _counted(notes.get(one, {}), *found.get(one, (0, 0, 0, 0))) for one in {*found, *notes}}

    def spent(self, tenant_id: str, call_context: CallContext) -> int:
        """How many calls were made to an organisation out of the budget of a call context."""
        runs = self._runs
        counted = sa.select(runs.c.calls).where(runs.c.budget == call_context.budget_key, runs.c.tenant_id == tenant_id)
        return self.connection.execute(counted).scalar() or 0

    def _spend(self, tenant_id: str, call_context: CallContext, now: float) -> None:
        runs = self._runs
        mine = sa.update(runs).where(runs.c.budget == call_context.budget_key, runs.c.tenant_id == tenant_id)
        if self.connection.execute(mine.values(calls=runs.c.calls + 1, at=now)).rowcount == 0:
            first = {"budget": call_context.budget_key, "tenant_id": tenant_id, "calls": 1, "at": now}
            self.connection.execute(sa.insert(runs).values(first))

    def enter(self, tenant_id: str, slot_id: str, now: float, expires_at: float, outgoing: Outgoing) -> None:
        """Count a call, write it down and give it a slot.

        Args:
            now: When the call goes out.
            expires_at: When the slot is given up if its holder cannot be asked.
            outgoing: What is asked, and what for.
        """
        if outgoing.call_context.max_calls is not None:
            self._spend(tenant_id, outgoing.call_context, now)
        call_outbox.put(self.connection, slot_id, tenant_id, now, outgoing)
        self.connection.execute(call_statements.count_call(), {"tenant_id": tenant_id, "at": now})
        held_by = {"host": self._host, "pid": os.getpid(), "expires_at": expires_at}
        self.connection.execute(call_statements.hold_slot(), {"slot_id": slot_id, "tenant_id": tenant_id, **held_by})

    def leave(self, slot_id: str) -> None:
        """Give a slot back. One that was given up already is no error."""
        self.connection.execute(call_statements.leave_slot(), {"slot_id": slot_id})

    def apply_rate_headers(self, tenant_id: str, limits: Limits, now: float) -> None:
        """Take note of what an answer's headers say is left.

        Args:
            tenant_id: The organisation that was called.
        """
        minute, day = limits.minute_remaining, limits.day_remaining
        if minute is not None or day is not None:
            self.note(tenant_id, heard_at=now, minute_remaining=minute, day_remaining=day)

    def note(self, tenant_id: str, **facts: float | int | None) -> None:
        """Write down what Xero said.

        Args:
            tenant_id: The organisation, or `APP`.
            **facts: Columns of `quota_limits`.
        """
        changed = self.connection.execute(call_statements.note_limits(), {"of": tenant_id, **facts})
        if changed.rowcount == 0:
            self.connection.execute(sa.insert(self._limits).values(tenant_id=tenant_id, **facts))


def _counted(note: Mapping[str, Any], minute: int, day: int, since: int, kept: int) -> Counted:
    usage = Usage(
        heard_at=note.get("heard_at"),
        minute_left=_less(note.get("minute_remaining"), since),
        day_left=_less(note.get("day_remaining"), since),
        stopped_until=note.get("stopped_until", 0.0),
    )
    return Counted(minute, day, kept, usage)


def _less(remaining: int | None, since: int) -> int | None:
    return None if remaining is None else remaining - since
