"""The tables in which all processes count their calls together."""

from __future__ import annotations

import sqlalchemy as sa


def quota_tables(metadata: sa.MetaData) -> tuple[sa.Table, ...]:
    """Declare the quota's tables. Instants in them are seconds since the epoch, as doubles.

    Args:
        metadata: What the tables become part of.

    Returns:
        `quota_calls` (one row per call of the last day), `quota_slots` (one per call under way), `quota_limits`
        (what Xero said last, one per organisation; the empty id stands for the app) and `run_calls` (what runs with
        a budget have spent).
    """
    return _calls(metadata), _slots(metadata), _limits(metadata), _runs(metadata)


def _calls(metadata: sa.MetaData) -> sa.Table:
    return sa.Table(
        "quota_calls",
        metadata,
        sa.Column("call_id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("tenant_id", sa.Text, nullable=False),
        sa.Column("at", sa.Double, nullable=False, comment="When the call was let out"),
        sa.Index("quota_calls_of_organisation", "tenant_id", "at"),
        sa.Index("quota_calls_of_app", "at"),
    )


def _slots(metadata: sa.MetaData) -> sa.Table:
    return sa.Table(
        "quota_slots",
        metadata,
        sa.Column("slot_id", sa.Text, primary_key=True),
        sa.Column("tenant_id", sa.Text, nullable=False, index=True),
        sa.Column("host", sa.Text, nullable=False, comment="Where the holder runs"),
        sa.Column("pid", sa.Integer, nullable=False, comment="The holder's process"),
        sa.Column("expires_at", sa.Double, nullable=False, comment="When a holder nobody can ask is given up"),
    )


def _limits(metadata: sa.MetaData) -> sa.Table:
    return sa.Table(
        "quota_limits",
        metadata,
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("heard_at", sa.Double, comment="When the headers below arrived"),
        sa.Column("minute_remaining", sa.Integer, comment="X-MinLimit-Remaining"),
        sa.Column("day_remaining", sa.Integer, comment="X-DayLimit-Remaining"),
        sa.Column("paused_until", sa.Double, nullable=False, default=0.0, comment="After a 429 of the minute"),
        sa.Column("stopped_until", sa.Double, nullable=False, default=0.0, comment="After a 429 of the day"),
    )


def _runs(metadata: sa.MetaData) -> sa.Table:
    return sa.Table(
        "run_calls",
        metadata,
        sa.Column("budget", sa.Text, primary_key=True, comment="The run, or the backfill or command of several"),
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("calls", sa.Integer, nullable=False),
        sa.Column("at", sa.Double, nullable=False, comment="When the latest of them was let out"),
    )
