"""The tables in which several machines know of each other. Instants are seconds since 1970 by the database's clock."""

from __future__ import annotations

import sqlalchemy as sa


def machine_tables(metadata: sa.MetaData) -> tuple[sa.Table, sa.Table]:
    """Declare them.

    Args:
        metadata: What the tables become part of.

    Returns:
        `machines` (one row per machine) and `carried_runs` (one per run of Dagster that a worker carries).
    """
    machines = sa.Table(
        "machines",
        metadata,
        sa.Column("machine", sa.Text, primary_key=True, comment="Its host name"),
        sa.Column("program", sa.Text, nullable=False, comment="The version of xero_pipeline there"),
        sa.Column("layout", sa.Text, nullable=False, comment="The revisions of warehouse and state that it writes"),
        sa.Column("key_print", sa.Text, comment="Fingerprint of XERO_ENCRYPTION_KEY; never the key"),
        sa.Column("ahead", sa.Double, nullable=False, comment="Seconds by which its clock is ahead of the database's"),
        sa.Column("seen_at", sa.Double, nullable=False, comment="When it was last there"),
    )
    carried = sa.Table(
        "carried_runs",
        metadata,
        sa.Column("run_id", sa.Text, primary_key=True, comment="Dagster's run"),
        sa.Column("machine", sa.Text, nullable=False),
        sa.Column("pid", sa.Integer, nullable=False),
        sa.Column("seen_at", sa.Double, nullable=False, comment="When its process last said that it lives"),
        sa.Column("stop", sa.Boolean, comment="A person has asked it to stop"),
    )
    return machines, carried
