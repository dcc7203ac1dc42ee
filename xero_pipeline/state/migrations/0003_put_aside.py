"""What is put aside is noted beside what waits for calls; an older program would take it for that."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alembic.operations import Operations

revision = "0003"
down_revision = "0002"
program = "0.4.0"


def upgrade(op: Operations) -> None:
    """Nothing: new columns are added by themselves, and there are no such notes yet."""
