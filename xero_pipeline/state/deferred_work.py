"""Work that is left for later: it did not fit into the calls of a run or a day, or Xero does not let us read it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa

from xero_pipeline.state.tables import state_table
from xero_pipeline.state.transaction import read_connection, write_transaction

Why = Literal["budget", "day", "wait", "unavailable"]

PAUSE = timedelta(hours=1)
"""How long what did not fit into a run's budget waits for the next run."""

LONGEST_PAUSE = timedelta(days=1)
"""What spends one budget after the other and comes no further, or is put aside, is asked for once a day in the end."""


@dataclass(frozen=True, slots=True)
class DeferredTask:
    """What is left to do of one asset of one organisation.

    Args:
        resume_at: When it goes on, in UTC.
        why: The run's budget was spent, or the organisation's day; Xero let it wait, and others of the run were not to
            wait with it; or Xero does not give it to us, or not readable.
        months: Of a report the first days of the months that are left; empty for a collection.
        config: The configuration of the asset it was asked for with, as JSON.
        max_calls: The bound of the run, which the next one has as well; None for no other than the setting's.
        in_vain: How often in a row it has spent calls and come no further.
        error: Why it is put aside, in words for people; None where it only waits for calls.
        since: Since when it is put aside.
    """

    tenant_id: str
    asset: str
    resume_at: datetime
    why: Why
    months: tuple[date, ...] = ()
    config: str = "{}"
    max_calls: int | None = None
    in_vain: int = 0
    error: str | None = None
    since: datetime | None = None

    @property
    def is_aside(self) -> bool:
        """Whether it is not read because it cannot be, not because calls are lacking."""
        return self.error is not None

    @property
    def description(self) -> str:
        """Of what is put aside, why, and what becomes of it."""
        return f"Put aside: {self.error} {self.retry_note}"

    @property
    def retry_note(self) -> str:
        """What becomes of what is put aside."""
        return (
            "Everything else goes on, and what came before stays. It is asked for again at "
            f"{self.resume_at:%Y-%m-%d %H:%M} UTC, with each sync, and at once after a new `connect`."
        )


def pause(in_vain: int) -> timedelta:
    """How long work waits that a run's budget has stopped, or that could not be read.

    Args:
        in_vain: How often in a row it has spent calls and come no further: each time doubles the pause, so that work
            that needs more than a budget in one piece neither goes round in circles nor stands before the rest.
    """
    return min(PAUSE * 2 ** min(in_vain, 10), LONGEST_PAUSE)


class DeferredWork:
    """The notes about it, in the state database.

    Args:
        engine: The state database, from `open_state`.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def note(self, left: DeferredTask, *, progressed: bool, tried: bool) -> DeferredTask:
        """Note that an asset goes on later, in place of an older note about it; months that this had are left, too.

        Args:
            left: What is left; all pauses but those that Xero named are found here. What was put aside before and now
                lacks calls stays put aside, for nobody knows better.
            progressed: Whether the next attempt has less to do than this one had.
            tried: Whether this attempt has spent calls.

        Returns:
            The note as it was kept.
        """
        table = state_table("postponed")
        with write_transaction(self._engine) as connection:
            mine = _is(left.tenant_id, left.asset)
            found = connection.execute(sa.select(table).where(*mine)).mappings().one_or_none()
            before = _row(dict(found)) if found else None
            values = _values(_after(before, left, progressed=progressed, tried=tried))
            connection.execute(sa.delete(table).where(*mine))
            connection.execute(sa.insert(table).values(values))
        return _row(values)

    def clear(self, tenant_id: str, asset: str, months: Sequence[date] = ()) -> None:
        """Forget what has been done.

        Args:
            months: Of a report the months that were done; those not yet done stay noted.
        """
        table = state_table("postponed")
        mine = _is(tenant_id, asset)
        with read_connection(self._engine) as connection:
            if connection.execute(sa.select(table.c.asset).where(*mine)).scalar() is None:
                return
        with write_transaction(self._engine) as connection:
            found = connection.execute(sa.select(table.c.months).where(*mine)).scalar()
            left = set(_months(found)) - set(months)
            if found and left:
                connection.execute(sa.update(table).where(*mine).values(months=_text(sorted(left))))
            else:
                connection.execute(sa.delete(table).where(*mine))

    def aside(self, asset: str | None = None) -> Sequence[DeferredTask]:
        """What is put aside of the organisations that are connected, by table."""
        table, organisations = state_table("postponed"), state_table("organisations")
        left = sa.select(organisations.c.tenant_id).where(organisations.c.status == "disconnected")
        found = sa.select(table).where(table.c.error.is_not(None), table.c.tenant_id.not_in(left))
        if asset is not None:
            found = found.where(table.c.asset == asset)
        with read_connection(self._engine) as connection:
            rows = connection.execute(found.order_by(table.c.asset, table.c.tenant_id)).mappings()
            return [_row(dict(row)) for row in rows]

    def list(self) -> Sequence[DeferredTask]:
        """All that is left to do, what goes on first at the top."""
        table = state_table("postponed")
        everything = sa.select(table).order_by(table.c.resume_at, table.c.tenant_id, table.c.asset)
        with read_connection(self._engine) as connection:
            return [_row(dict(row)) for row in connection.execute(everything).mappings()]


def ask_again(connection: sa.Connection, tenants: Collection[str], at: datetime) -> None:
    """Let what was put aside be asked for at once: a person has connected anew, who may be allowed more.

    Args:
        connection: In a transaction.
        at: Now, in UTC.
    """
    table = state_table("postponed")
    aside = table.c.tenant_id.in_(tenants), table.c.why == "unavailable"
    connection.execute(sa.update(table).where(*aside).values(resume_at=at, in_vain=0))


def _after(before: DeferredTask | None, left: DeferredTask, *, progressed: bool, tried: bool) -> DeferredTask:
    """The note to keep, of the one there was and the one to make."""
    was_aside, is_aside = before is not None and before.is_aside, left.is_aside
    spent = before.in_vain if before and was_aside == is_aside else 0
    if is_aside:
        error, since, in_vain = left.error, before.since if before and was_aside else left.since, spent + 1
    elif before and was_aside:
        error, since, in_vain = before.error, before.since, before.in_vain
    else:
        error, since, in_vain = None, None, 0 if progressed else spent + (left.why == "budget" and tried)
    resume_at = left.resume_at if left.why in {"day", "wait"} else left.resume_at - PAUSE + pause(max(0, in_vain - 1))
    months = tuple(sorted({*left.months, *(before.months if before else ())}))
    return replace(left, error=error, since=since, in_vain=in_vain, months=months, resume_at=resume_at)


def _is(tenant_id: str, asset: str) -> tuple[sa.ColumnElement[bool], ...]:
    table = state_table("postponed")
    return table.c.tenant_id == tenant_id, table.c.asset == asset


def _values(left: DeferredTask) -> dict[str, Any]:
    return {name: getattr(left, name) for name in DeferredTask.__dataclass_fields__} | {"months": _text(left.months)}


def _row(values: dict[str, Any]) -> DeferredTask:
    values["months"] = _months(values["months"])
    return DeferredTask(**values)


def _text(months: Sequence[date]) -> str:
    return ",".join(month.isoformat() for month in months)


def _months(text: str | None) -> tuple[date, ...]:
    return tuple(date.fromisoformat(day) for day in (text or "").split(",") if day)
