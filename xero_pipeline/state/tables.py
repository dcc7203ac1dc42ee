"""The tables of the state database: consents, organisations, what connects them, and the call budgets.

The state database is ours alone: tokens (encrypted), which organisation belongs to which consent, and what every
process must know of the others. What Xero sent lives in the warehouse, never here.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from xero_pipeline.state.machine_tables import machine_tables
from xero_pipeline.state.quota_tables import quota_tables
from xero_pipeline.state.webhook_tables import webhook_tables


class Instant(TypeDecorator[datetime]):
    """A moment in UTC. SQLite keeps no time zone, so it is put back on the way out."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an instant into UTC.

        Args:
            value: An instant with its time zone.

        Returns:
            The same instant; for SQLite without the zone it cannot keep.

        Raises:
            ValueError: The instant has no time zone, so nobody knows which moment is meant.
        """
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("An instant needs its time zone.")
        inside = value.astimezone(UTC)
        return inside.replace(tzinfo=None) if dialect.name == "sqlite" else inside

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give an instant back in UTC.

        Args:
            value: As the database kept it.
            dialect: Where it comes from.

        Returns:
            The instant in UTC.
        """
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


@cache
def state_metadata() -> sa.MetaData:
    """Assemble every table of the state database.

    Returns:
        The metadata; `state_metadata().tables["consents"]` is a table of it.
    """
    metadata = sa.MetaData()
    _consents(metadata)
    _organisations(metadata)
    _connections(metadata)
    _layout(metadata)
    quota_tables(metadata)
    machine_tables(metadata)
    _outbox_table(metadata)
    _postponed_table(metadata)
    _alert_notes(metadata)
    _signed_in(metadata)
    webhook_tables(metadata, Instant)
    return metadata


def state_table(name: str) -> sa.Table:
    """Give one table of the state database.

    Args:
        name: Its name, e.g. "consents".

    Returns:
        The table.
    """
    return state_metadata().tables[name]


def _consents(metadata: sa.MetaData) -> None:
    sa.Table(
        "consents",
        metadata,
        sa.Column("consent_id", sa.Text, primary_key=True, comment="Ours: one per time a person said yes"),
        sa.Column("client_id", sa.Text, nullable=False, comment="The app the consent was given to"),
        sa.Column("access_token", sa.Text, nullable=False, comment="iv:authTag:ciphertext in hex"),
        sa.Column("refresh_token", sa.Text, comment="iv:authTag:ciphertext in hex; none in custom connections"),
        sa.Column("expires_at", Instant, nullable=False, comment="When the access token ends"),
        sa.Column("scopes", sa.Text, nullable=False, comment="What was granted, with spaces between"),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("updated_at", Instant, nullable=False, comment="When the tokens were last replaced"),
        sa.Column("user_id", sa.Text, comment="Xero's id of the person who said yes; none where a token does not tell"),
    )


def _organisations(metadata: sa.MetaData) -> None:
    sa.Table(
        "organisations",
        metadata,
        sa.Column("tenant_id", sa.Text, primary_key=True, comment="Xero's id of the organisation"),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("connection_id", sa.Text, comment="Xero's id of the connection in use; none after a disconnect"),
        sa.Column("consent_id", sa.Text, sa.ForeignKey("consents.consent_id", ondelete="SET NULL"), index=True),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("connected_at", Instant, nullable=False),
    )


def _connections(metadata: sa.MetaData) -> None:
    sa.Table(
        "connections",
        metadata,
        sa.Column("tenant_id", sa.Text, primary_key=True, comment="Xero's id of the organisation"),
        sa.Column("consent_id", sa.Text, sa.ForeignKey("consents.consent_id", ondelete="CASCADE"), primary_key=True),
        sa.Column("connection_id", sa.Text, nullable=False, comment="Xero's id of the connection"),
        sa.Column("connected_at", Instant, nullable=False),
    )


def _layout(metadata: sa.MetaData) -> None:
    sa.Table(
        "layout",
        metadata,
        sa.Column("program", sa.Text, primary_key=True, comment="The version that last made or completed the tables"),
    )


def _outbox_table(metadata: sa.MetaData) -> sa.Table:
    """Declare the outbox. Instants in it are seconds since the epoch, as doubles.

    Args:
        metadata: What the table becomes part of.
    """
    return sa.Table(
        "call_outbox",
        metadata,
        sa.Column("call_id", sa.Text, primary_key=True, comment="The id of the call's slot, too"),
        sa.Column("tenant_id", sa.Text, nullable=False),
        sa.Column("at", sa.Double, nullable=False, comment="When the call was let out"),
        sa.Column("asset", sa.Text, comment="The table it was made for"),
        sa.Column("run_id", sa.Text, comment="Dagster's run"),
        sa.Column("endpoint", sa.Text, nullable=False),
        sa.Column("query", sa.Text, comment="The query string in plain text"),
        sa.Column("modified_since", sa.Double, comment="If-Modified-Since"),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("status", sa.Integer, comment="None until a whole answer came"),
        sa.Column("wire_bytes", sa.Integer, comment="None until the call ended"),
        sa.Column("seconds", sa.Double, comment="None until the call ended"),
        sa.Column("minute_left", sa.Integer, comment="X-MinLimit-Remaining"),
        sa.Column("day_left", sa.Integer, comment="X-DayLimit-Remaining"),
        sa.Column("app_minute_left", sa.Integer, comment="X-AppMinLimit-Remaining"),
    )


def _postponed_table(metadata: sa.MetaData) -> sa.Table:
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
        sa.Column("why", sa.Text, nullable=False, comment="budget: of the run; day: of the organisation; unavailable"),
        sa.Column("months", sa.Text, nullable=False, comment="Of a report: first days, with commas between"),
        sa.Column("config", sa.Text, nullable=False, comment="What it was asked for with, JSON"),
        sa.Column("max_calls", sa.Integer, comment="The bound of the run"),
        sa.Column("in_vain", sa.Integer, nullable=False, comment="How often it spent calls and came no further"),
        sa.Column("error", sa.Text, comment="Why it is put aside; none where it only waits for calls"),
        sa.Column("since", Instant, comment="Since when it is put aside"),
    )


def _alert_notes(metadata: sa.MetaData) -> None:
    sa.Table(
        "alert_notes",
        metadata,
        sa.Column("receiver", sa.Text, primary_key=True, comment="The place of its address in XERO_ALERTS"),
        sa.Column("event", sa.Text, primary_key=True, comment="What it was told; empty where it could not be reached"),
        sa.Column("count", sa.Integer, nullable=False, comment="How many there were"),
        sa.Column("label", sa.Text, nullable=False, comment="What it is called when it is over"),
        sa.Column("told_at", Instant, nullable=False),
    )


def _signed_in(metadata: sa.MetaData) -> None:
    sa.Table(
        "signed_in",
        metadata,
        sa.Column("cookie", sa.Text, primary_key=True, comment="SHA-256 of a browser's cookie"),
        sa.Column("password", sa.Text, nullable=False, comment="Digest of cookie and password together"),
        sa.Column("used_at", Instant, nullable=False, comment="When it was last used, give or take some minutes"),
    )
