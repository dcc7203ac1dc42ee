"""Digests of answers: one that says what the last one said changes nothing. New columns, from the declarations."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alembic.operations import Operations

revision = "0003"
down_revision = "0002"
program = "0.4.0"


def upgrade(op: Operations) -> None:
    """Nothing that the declarations do not say."""
