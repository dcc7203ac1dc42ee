"""The call budgets of every organisation, shared by all processes through the state database."""

from __future__ import annotations

import os
import random
import socket
import time
from collections.abc import Callable, Collection, Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import sqlalchemy as sa

from xero_pipeline.errors import DailyLimitReached
from xero_pipeline.state.quota_tables import quota_tables
from xero_pipeline.xero.http.response import CallRecord
from xero_pipeline.xero.quota.call_context import CallContext
from xero_pipeline.xero.quota.call_outbox import Outgoing, new_call_id
from xero_pipeline.xero.quota.rate_limits import DAY, MINUTE, Go, Rules, Stop, Usage, Wait, decide, effective_remaining
from xero_pipeline.xero.quota.usage_store import APP, Counted, UsageStore, UsageTransaction

__all__ = ["LEASE_SECONDS", "Held", "Quota", "QuotaSnapshot", "quota_tables"]

# How long to wait for a day of which Xero did not say when it ends.
_UNTOLD_DAY = 3_600.0
# A slot of a killed process is freed at once on its own machine; others must wait for this lease to end. It is
# longer than any request of ours may take (client.REQUEST_SECONDS), so that a living holder never loses its slot.
LEASE_SECONDS = 300.0
TIDY_SECONDS = 10.0
"""So often a process drops what no longer counts; besides whenever a call would have to wait."""
_ANY_CALL = Outgoing(endpoint="")


@dataclass(frozen=True, slots=True)
class QuotaSnapshot:
    """How an organisation stands.

    Args:
        calls_today: Calls of the last 24 hours.
        day_remaining: Calls left today: by our budget, or by Xero's header when that is lower.
        minute_remaining: Calls left in this minute, in the same way.
        resume_at: When calls may go on, in UTC; None if they may now.
    """

    calls_today: int
    day_remaining: int
    minute_remaining: int
    resume_at: datetime | None


@dataclass(slots=True)
class Held:
    """The slot of a call that is under way.

    Args:
        call: How the call ended: to be set by whoever made it, and written down when the slot is given back.
    """

    call: CallRecord | None = None


class Quota:
    """Lets calls out one by one, so that no limit of Xero's is passed.

    Args:
        engine: The state database, from `open_state`.
        per_minute: Calls in any 60 seconds, per organisation.
        per_day: Calls in any 24 hours, per organisation.
        concurrent: Calls at once, per organisation.
        app_per_minute: Calls in any 60 seconds over all organisations.
        paced: Whether calls wait for these counts and for Xero's headers; else only for what Xero refused, and for
            the calls at once. The simulated Xero counts nothing unless it is told to.
        clock: Seconds since the epoch; the machines that share a database must agree on it within seconds.
        lease_seconds: How long a slot lives whose holder cannot be asked.
    """

    def __init__(
        self,
        engine: sa.Engine,
        *,
        per_minute: int = 55,
        per_day: int = 4_800,
        concurrent: int = 5,
        app_per_minute: int = 10_000,
        paced: bool = True,
        clock: Callable[[], float] = time.time,
        lease_seconds: float = LEASE_SECONDS,
    ) -> None:
        self._rules = Rules(per_minute, per_day, concurrent, app_per_minute)
        self._paced = paced
        self._usage = UsageStore(engine, clock, host=socket.gethostname(), pid_alive=_pid_alive)
        self._lease = lease_seconds
        self._clock = clock
        self._tidied_at = 0.0

    @contextmanager
    def slot(
        self,
        tenant_id: str,
        sleep: Callable[[float], object] = time.sleep,
        outgoing: Outgoing = _ANY_CALL,
    ) -> Generator[Held]:
        """Wait until one more call may go out, and hold its place while it is under way.

        Args:
            sleep: Waits so many seconds; called with no lock held, never with more than about a minute.
            outgoing: What is asked, and what for; it is in the outbox before the call goes out.

        Yields:
            Where to say how the call ended; it is made inside.

        Raises:
            BudgetReached: The run has made the calls it may make.
            DailyLimitReached: The organisation's day is used up; waiting would take hours.
        """
        slot_id = new_call_id(self._clock())
        while not isinstance(verdict := self._ask(tenant_id, slot_id, outgoing), Go):
            if isinstance(verdict, Stop):
                raise _day_is_over(tenant_id, verdict.resume_at)
            # For a place of another call nobody can say how long; the jitter keeps the waiting ones apart.
            sleep(random.uniform(0.05, 0.15) if verdict.for_slot else verdict.seconds)
        held = Held()
        try:
            yield held
        finally:
            self._usage.release(slot_id, tenant_id, held.call)

    def _ask(self, tenant_id: str, slot_id: str, outgoing: Outgoing) -> Go | Wait | Stop:
        call_context = outgoing.call_context
        with self._usage.locked() as (counts, now):
            if call_context.max_calls is not None and counts.spent(tenant_id, call_context) >= call_context.max_calls:
                raise call_context.budget_reached(tenant_id, now)
            verdict = self._decide(counts, tenant_id, now)
            if not isinstance(verdict, Go) or not 0 <= now - self._tidied_at < TIDY_SECONDS:
                # What no longer counts may be what the call would wait for.
                counts.tidy(now)
                self._tidied_at = now
                verdict = self._decide(counts, tenant_id, now)
            if isinstance(verdict, Go):
                counts.enter(tenant_id, slot_id, now, now + self._lease, outgoing)
            return verdict

    def _decide(self, counts: UsageTransaction, tenant_id: str, now: float) -> Go | Wait | Stop:
        return decide(self._rules, self._counted(counts.usage(tenant_id, self._rules)), now)

    def _counted(self, usage: Usage) -> Usage:
        """What a call waits for."""
        if self._paced:
            return usage
        return replace(usage, minute_edge=None, day_edge=None, app_edge=None, minute_left=None, day_left=None)

    def calls_left(self, tenant_id: str, call_context: CallContext) -> int:
        """How many calls may still be made to an organisation: today, and by this run.

        Args:
            call_context: For whom.
        """
        today = self.snapshot(tenant_id).day_remaining
        if call_context.max_calls is None:
            return today
        with self._usage.reading() as (counts, _):
            return max(0, min(today, call_context.max_calls - counts.spent(tenant_id, call_context)))

    def exhausted(self, tenant_id: str, problem: str, retry_after: float | None) -> None:
        """Take note of a 429, so that every process keeps still.

        Args:
            tenant_id: The organisation that was called.
            problem: `X-Rate-Limit-Problem`: minute, day, appminute; any other needs no note.
            retry_after: Seconds that Xero asks for; None if it does not say.
        """
        with self._usage.locked() as (counts, now):
            if problem == "day":
                counts.note(tenant_id, stopped_until=now + (_UNTOLD_DAY if retry_after is None else retry_after))
            elif problem in {"minute", "appminute"}:
                pause = MINUTE if retry_after is None else min(retry_after, MINUTE)
                # The refusal's header says that nothing is left, too; how long that holds is what Xero asks for here.
                counts.note(tenant_id if problem == "minute" else APP, paused_until=now + pause, minute_remaining=None)

    def snapshot(self, tenant_id: str) -> QuotaSnapshot:
        """How an organisation stands now; changes nothing."""
        with self._usage.reading() as (counts, now):
            return self._exact_snapshot(counts, tenant_id, now)

    def snapshots(self, tenants: Collection[str]) -> dict[str, QuotaSnapshot]:
        """How organisations stand now: asked for once, however many they are; changes nothing."""
        with self._usage.reading() as (counts, now):
            counted, nothing = counts.counted(now, tenants), Counted(0, 0, 0, Usage())
            # Only of an organisation with a day's calls the single call that ends its day has to be found.
            return {
                one: self._exact_snapshot(counts, one, now)
                if (known := counted.get(one, nothing)).kept >= self._rules.per_day
                else self._snapshot(known.usage, known.minute, known.day, now)
                for one in tenants
            }

    def _exact_snapshot(self, counts: UsageTransaction, tenant_id: str, now: float) -> QuotaSnapshot:
        minute, day = counts.calls_since(tenant_id, now - MINUTE, now - DAY)
        return self._snapshot(counts.usage(tenant_id, self._rules), minute, day, now)

    def _snapshot(self, usage: Usage, minute: int, day: int, now: float) -> QuotaSnapshot:
        heard = usage.heard_at or 0.0
        verdict = decide(self._rules, self._counted(usage), now)
        return QuotaSnapshot(
            calls_today=day,
            day_remaining=effective_remaining(
                self._rules.per_day - day, usage.day_left if now - heard <= DAY else None
            ),
            minute_remaining=effective_remaining(
                self._rules.per_minute - minute, usage.minute_left if now - heard <= MINUTE else None
            ),
            resume_at=datetime.fromtimestamp(verdict.resume_at, UTC) if isinstance(verdict, Stop) else None,
        )


def _day_is_over(tenant_id: str, resume_at: float) -> DailyLimitReached:
    at = datetime.fromtimestamp(resume_at, UTC)
    return DailyLimitReached(
        f"This organisation's calls of the day are used up. It may go on at {at:%Y-%m-%d %H:%M} UTC; "
        "what is already in the warehouse stays, and the next sync goes on from there.",
        resume_at=at,
        organisation=tenant_id,
    )


def _pid_alive(pid: int) -> bool:
    if os.name != "posix":
        return True  # asking would be a signal there; the lease decides
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
