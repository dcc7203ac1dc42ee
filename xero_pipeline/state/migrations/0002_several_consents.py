"""An organisation may be reached by several consents: what it was reached by until now becomes the first of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from alembic.operations import Operations

revision = "0002"
down_revision = "0001"
program = "0.2.0"


def upgrade(op: Operations) -> None:
    """Make the table of connections, and enter those there are."""
    schema = op.get_context().version_table_schema
    consents = f"{schema}.consents" if schema else "consents"
    op.create_table(
        "connections",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("consent_id", sa.Text, sa.ForeignKey(f"{consents}.consent_id", ondelete="CASCADE"), primary_key=True),
        sa.Column("connection_id", sa.Text, nullable=False),
        sa.Column("connected_at", sa.DateTime(timezone=True), nullable=False),
        schema=schema,
    )
    organisations, connections = (f"{schema}.{name}" if schema else name for name in ("organisations", "connections"))
    op.execute(
        f"INSERT INTO {connections} (tenant_id, consent_id, connection_id, connected_at) "
        f"SELECT tenant_id, consent_id, connection_id, connected_at FROM {organisations} "
        "WHERE consent_id IS NOT NULL AND connection_id IS NOT NULL"
    )
