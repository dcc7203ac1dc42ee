"""The calls that the warehouse has not been told of yet.

A call is written down in the transaction that lets it out, and completed in the one that gives its slot back: no
process can make a call, or die in one, without a record of it. Whoever has finished an asset's work carries what has
ended into the warehouse; doing so twice does no harm there, so nothing is deleted here before it has arrived.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from xero_pipeline.state.tables import state_table
from xero_pipeline.state.transaction import read_connection, write_transaction
from xero_pipeline.xero.http.response import CallRecord
from xero_pipeline.xero.quota import call_statements
from xero_pipeline.xero.quota.call_context import CallContext

AT_ONCE = 1_000
"""How many calls are carried in one go; SQLite takes no more than some ten thousand values in a statement."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A call as it goes out.

    Args:
        endpoint: Below `/api.xro/2.0/`.
        query: The query string in plain text, such as `page=2&pageSize=1000`.
        modified_since: What was asked for with If-Modified-Since; None for everything.
        attempt: 1 for the first, more for a repetition.
        call_context: What it is made for.
    """

    endpoint: str
    query: str = ""
    modified_since: datetime | None = None
    attempt: int = 1
    call_context: CallContext = field(default_factory=CallContext)


def new_call_id(at: float) -> str:
    """An id that sorts by time, so that a stretch of days is a stretch of ids.

    Args:
        at: When the call goes out, in seconds since the epoch.
    """
    return f"{first_call_id(at)}{uuid.uuid4().hex[12:]}"


def first_call_id(at: float) -> str:
    """The beginning of the ids of an instant: it sorts before all calls from then on.

    Args:
        at: Seconds since the epoch.
    """
    return f"{int(at * 1000):012x}"


class CallOutbox:
    """Reads the outbox, and empties it of what has arrived.

    Args:
        engine: The state database, from `open_state`.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def ended(self, at_most: int = AT_ONCE) -> list[dict[str, Any]]:
        """The oldest calls that are over, answered or not: their slots were given back, or nobody holds them any more.

        Returns:
            As the warehouse's `api_calls` calls its columns; instants in UTC.
        """
        calls, slots = state_table("call_outbox"), state_table("quota_slots")
        over = sa.select(calls).where(calls.c.call_id.not_in(sa.select(slots.c.slot_id)))
        with read_connection(self._engine) as connection:
            rows = connection.execute(over.order_by(calls.c.call_id).limit(at_most)).mappings().all()
        return [{**row, "at": _instant(row["at"]), "modified_since": _instant(row["modified_since"])} for row in rows]

    def waiting(self, tenant_id: str) -> list[dict[str, Any]]:
        """The calls of an organisation that have not arrived in the warehouse, those under way among them.

        Returns:
            Of each its id, asset and run.
        """
        calls = state_table("call_outbox")
        mine = sa.select(calls.c.call_id, calls.c.asset, calls.c.run_id).where(calls.c.tenant_id == tenant_id)
        with read_connection(self._engine) as connection:
            return [dict(row) for row in connection.execute(mine).mappings()]

    def drop(self, call_ids: Sequence[str]) -> None:
        """Forget calls that have arrived in the warehouse. One that is gone already is no error.

        Args:
            call_ids: At most `AT_ONCE`.
        """
        calls = state_table("call_outbox")
        with write_transaction(self._engine) as connection:
            connection.execute(sa.delete(calls).where(calls.c.call_id.in_(call_ids)))


def put(connection: sa.Connection, call_id: str, tenant_id: str, at: float, outgoing: Outgoing) -> None:
    """Write down a call that goes out now, in the transaction that lets it.

    Args:
        connection: In that transaction.
        call_id: From `new_call_id`.
        at: Seconds since the epoch.
    """
    since = outgoing.modified_since
    values = {
        "call_id": call_id,
        "tenant_id": tenant_id,
        "at": at,
        "asset": outgoing.call_context.asset,
        "run_id": outgoing.call_context.run_id,
        "endpoint": outgoing.endpoint,
        "query": outgoing.query or None,
        "modified_since": since.timestamp() if since else None,
        "attempt": outgoing.attempt,
    }
    connection.execute(call_statements.put_out(), values)


def complete(connection: sa.Connection, call_id: str, call: CallRecord) -> None:
    """Write down how a call ended, in the transaction that gives its slot back.

    Args:
        connection: In that transaction.
        call_id: As it was put in.
    """
    facts: Mapping[str, object] = {
        "ended_call": call_id,
        "status": call.status,
        "wire_bytes": call.wire_bytes,
        "seconds": call.seconds,
        "minute_left": call.limits.minute_remaining,
        "day_left": call.limits.day_remaining,
        "app_minute_left": call.limits.app_minute_remaining,
    }
    connection.execute(call_statements.call_ended(), facts)


def _instant(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
