"""Every report, every call, drift and quarantine: all of it new tables and columns, which the declarations add."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alembic.operations import Operations

revision = "0002"
down_revision = "0001"
program = "0.2.0"


def upgrade(op: Operations) -> None:
    """Nothing that the declarations do not say."""
