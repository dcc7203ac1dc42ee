"""What waits for calls, for `status`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def print_waiting(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print it, if there is any.

    Args:
        rows: Organisations, each with its `name` and what is `waiting`.
    """
    from xero_pipeline.cli.display import print_table

    because = {"budget": "the calls of the run were made", "day": "the calls of the day were made"}
    lines = [
        (
            one["asset"],
            row["name"],
            f"{one['resume_at']:%Y-%m-%d %H:%M} UTC",
            because[one["why"]],
            len(one["months"]) or None,
        )
        for row in rows
        for one in row["waiting"]
    ]
    if lines:
        columns = [(name, "left") for name in ("Asset", "Organisation", "Goes on at", "Because")]
        print_table("Waiting for calls", [*columns, ("Months left", "right")], lines)
