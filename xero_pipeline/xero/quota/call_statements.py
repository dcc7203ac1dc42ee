"""The statements of every call, each made once: SQLAlchemy spends four times what they take on putting one together."""

from __future__ import annotations

from functools import cache

import sqlalchemy as sa

from xero_pipeline.state.tables import state_table


@cache
def put_out() -> sa.Insert:
    """A call, as it goes out."""
    return sa.insert(state_table("call_outbox"))


@cache
def call_ended() -> sa.Update:
    """How the call `ended_call` ended."""
    calls = state_table("call_outbox")
    return sa.update(calls).where(calls.c.call_id == sa.bindparam("ended_call"))


@cache
def count_call() -> sa.Insert:
    """That a call goes out."""
    return sa.insert(state_table("quota_calls"))


@cache
def hold_slot() -> sa.Insert:
    """Its place among the calls at once."""
    return sa.insert(state_table("quota_slots"))


@cache
def leave_slot() -> sa.Delete:
    """Of the call `slot_id`."""
    slots = state_table("quota_slots")
    return sa.delete(slots).where(slots.c.slot_id == sa.bindparam("slot_id"))


@cache
def note_limits() -> sa.Update:
    """What Xero said of the organisation `of`."""
    limits = state_table("quota_limits")
    return sa.update(limits).where(limits.c.tenant_id == sa.bindparam("of"))


@cache
def counts() -> sa.Executable:
    """All that is counted for a call, in one question: each call asks it while every other waits."""
    calls, slots = state_table("quota_calls"), state_table("quota_slots")
    tenant_id = sa.bindparam("tenant_id", type_=sa.Text())
    latest = sa.select(calls.c.at).order_by(calls.c.at.desc()).limit(1)

    def edge(before: str, *whose: sa.ColumnElement[bool]) -> sa.Label[float]:
        place = sa.bindparam(before, type_=sa.Integer())
        return latest.where(*whose).offset(place).scalar_subquery().label(f"{before}_edge")

    mine = calls.c.tenant_id == tenant_id
    since = calls.c.at > sa.bindparam("heard_at", type_=calls.c.at.type)
    return sa.select(
        edge("minute", mine),
        edge("day", mine),
        edge("app"),
        sa.select(sa.func.count())
        .select_from(slots)
        .where(slots.c.tenant_id == tenant_id)
        .scalar_subquery()
        .label("in_flight"),
        sa.select(sa.func.count()).select_from(calls).where(mine, since).scalar_subquery().label("since"),
    )
