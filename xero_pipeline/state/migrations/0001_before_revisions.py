"""Consents, organisations and call budgets, as states from before there were revisions have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alembic.operations import Operations

revision = "0001"
down_revision = None
program = "0.1.0"


def upgrade(op: Operations) -> None:
    """Nothing: such a state is taken for this revision."""
