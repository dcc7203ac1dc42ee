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


class Instant(TypeDecorator[datetime]):
    """A moment in UTC. SQLite keeps no time zone, so it is put back on the way out."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an instant into UTC.

        Args:
            value: An instant with its time zone.
            dialect: Where it goes.

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
    from xero_pipeline.xero.call_outbox import outbox_table
    from xero_pipeline.xero.postponed import postponed_table
    from xero_pipeline.xero.quota_tables import quota_tables

    metadata = sa.MetaData()
    _consents(metadata)
    _organisations(metadata)
    _connections(metadata)
    _layout(metadata)
    quota_tables(metadata)
    outbox_table(metadata)
    postponed_table(metadata)
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
