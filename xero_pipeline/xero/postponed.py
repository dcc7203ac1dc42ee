"""Work that did not fit into a run's calls or into the day: what, of whom, and when it goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa

from xero_pipeline.xero.errand import PAUSE
from xero_pipeline.xero.state import immediate
from xero_pipeline.xero.state_tables import Instant, state_table

Why = Literal["budget", "day"]

LONGEST_PAUSE = timedelta(days=1)
"""What spends one budget after the other and comes no further is asked for once a day in the end."""


@dataclass(frozen=True, slots=True)
class Postponed:
    """What is left to do of one asset of one organisation.

    Args:
        tenant_id: The organisation.
        asset: The table.
        resume_at: When it goes on, in UTC.
        why: The run's budget was spent, or the organisation's day.
        months: Of a report the first days of the months that are left; empty for a collection.
        config: The configuration of the asset it was asked for with, as JSON.
        max_calls: The bound of the run, which the next one has as well; None for no other than the setting's.
        in_vain: How often in a row it has spent calls and come no further.
    """

    tenant_id: str
    asset: str
    resume_at: datetime
    why: Why
    months: tuple[date, ...] = ()
    config: str = "{}"
    max_calls: int | None = None
    in_vain: int = 0


def pause(in_vain: int) -> timedelta:
    """How long work waits that a run's budget has stopped.

    Args:
        in_vain: How often in a row it has spent calls and come no further: each time doubles the pause, so that work
            that needs more than a budget in one piece neither goes round in circles nor stands before the rest.
    """
    return min(PAUSE * 2 ** min(in_vain, 10), LONGEST_PAUSE)


class PostponedWork:
    """The notes about it, in the state database.

    Args:
        engine: The state database, from `open_state`.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def note(self, left: Postponed, *, progressed: bool, tried: bool) -> Postponed:
        """Note that an asset goes on later, in place of an older note about it; months that this had are left, too.

        Args:
            left: What is left; the pause after a spent budget is found here.
            progressed: Whether the next attempt has less to do than this one had.
            tried: Whether this attempt has spent calls.

        Returns:
            The note as it was kept.
        """
        table = state_table("postponed")
        with immediate(self._engine) as connection:
            mine = _is(left.tenant_id, left.asset)
            found = connection.execute(sa.select(table.c.in_vain, table.c.months).where(*mine)).one_or_none()
            before, noted = found or (0, "")
            in_vain = 0 if progressed else before + (left.why == "budget" and tried)
            months = sorted({*left.months, *_months(noted)})
            values = _values(left) | {"in_vain": in_vain, "months": _text(months)}
            if left.why == "budget":
                values["resume_at"] = left.resume_at - PAUSE + pause(max(0, in_vain - 1))
            connection.execute(sa.delete(table).where(*mine))
            connection.execute(sa.insert(table).values(values))
        return _row(values)

    def clear(self, tenant_id: str, asset: str, months: Sequence[date] = ()) -> None:
        """Forget what has been done.

        Args:
            tenant_id: The organisation.
            asset: The table.
            months: Of a report the months that were done; those not yet done stay noted.
        """
        table = state_table("postponed")
        mine = _is(tenant_id, asset)
        with self._engine.connect() as connection:
            if connection.execute(sa.select(table.c.asset).where(*mine)).scalar() is None:
                return
        with immediate(self._engine) as connection:
            found = connection.execute(sa.select(table.c.months).where(*mine)).scalar()
            left = set(_months(found)) - set(months)
            if found and left:
                connection.execute(sa.update(table).where(*mine).values(months=_text(sorted(left))))
            else:
                connection.execute(sa.delete(table).where(*mine))

    def list(self) -> Sequence[Postponed]:
        """All that is left to do, what goes on first at the top."""
        table = state_table("postponed")
        everything = sa.select(table).order_by(table.c.resume_at, table.c.tenant_id, table.c.asset)
        with self._engine.connect() as connection:
            return [_row(dict(row)) for row in connection.execute(everything).mappings()]


def postponed_table(metadata: sa.MetaData) -> sa.Table:
    """Declare the table.

    Args:
        metadata: What it becomes part of.
    """
    return sa.Table(
        "postponed",
        metadata,
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("asset", sa.Text, primary_key=True, comment="The table that is not complete"),
        sa.Column("resume_at", Instant, nullable=False, comment="When it goes on"),
        sa.Column("why", sa.Text, nullable=False, comment="budget: of the run; day: of the organisation"),
        sa.Column("months", sa.Text, nullable=False, comment="Of a report: first days, with commas between"),
        sa.Column("config", sa.Text, nullable=False, comment="What it was asked for with, JSON"),
        sa.Column("max_calls", sa.Integer, comment="The bound of the run"),
        sa.Column("in_vain", sa.Integer, nullable=False, comment="How often it spent calls and came no further"),
    )


def _is(tenant_id: str, asset: str) -> tuple[sa.ColumnElement[bool], ...]:
    table = state_table("postponed")
    return table.c.tenant_id == tenant_id, table.c.asset == asset


def _values(left: Postponed) -> dict[str, Any]:
    return {name: getattr(left, name) for name in Postponed.__dataclass_fields__} | {"months": _text(left.months)}


def _row(values: dict[str, Any]) -> Postponed:
    values["months"] = _months(values["months"])
    return Postponed(**values)


def _text(months: Sequence[date]) -> str:
    return ",".join(month.isoformat() for month in months)


def _months(text: str | None) -> tuple[date, ...]:
    return tuple(date.fromisoformat(day) for day in (text or "").split(",") if day)
