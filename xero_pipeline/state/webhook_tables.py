"""The tables of Xero's webhooks: what waits to be read, what has ever arrived, and how deliveries went."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.types import TypeEngine


def webhook_tables(metadata: sa.MetaData, instant: type[TypeEngine[datetime]]) -> None:
    """Declare them.

    Args:
        metadata: What the tables become part of.
        instant: The type of a moment in UTC.
    """
    sa.Table(
        "webhook_events",
        metadata,
        sa.Column(
            "tenant_id", sa.Text, primary_key=True, comment="Empty where it is of the app, not of an organisation"
        ),
        sa.Column("category", sa.Text, primary_key=True, comment="Xero's, such as INVOICE; ours may be unknown"),
        sa.Column("resource_id", sa.Text, primary_key=True, comment="Empty where only the list is to be read"),
        sa.Column("event_date", instant, primary_key=True),
        sa.Column("event_type", sa.Text, primary_key=True, comment="CREATE or UPDATE"),
        sa.Column("asset", sa.Text, comment="The table it is read with; none where nobody knows the category"),
        sa.Column("received_at", instant, nullable=False),
    )
    sa.Table(
        "webhook_categories",
        metadata,
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("category", sa.Text, primary_key=True),
        sa.Column("first_at", instant, nullable=False, comment="When its first event arrived"),
        sa.Column("last_at", instant, nullable=False, comment="When its last event arrived"),
        sa.Column("events", sa.Integer, nullable=False, comment="How many arrived, repeated ones too"),
        sa.Column("missed_at", instant, comment="When a poll last found a change that no event had told"),
    )
    sa.Table(
        "webhook_counts",
        metadata,
        sa.Column("what", sa.Text, primary_key=True, comment="What is counted, such as refused"),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.Column("at", instant, nullable=False, comment="When the last of them was"),
    )
