"""What waits for calls and what is put aside, for `status`."""

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


def print_put_aside(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print it, if there is any.

    Args:
        rows: Organisations, each with its `name` and what is `put_aside`.
    """
    from xero_pipeline.cli.display import print_table

    lines = [
        (
            one["asset"],
            row["name"],
            one["error"],
            f"{one['since']:%Y-%m-%d}",
            f"{one['asked_again_at']:%Y-%m-%d %H:%M} UTC",
            len(one["months"]) or None,
        )
        for row in rows
        for one in row["put_aside"]
    ]
    if lines:
        columns = [(name, "left") for name in ("Asset", "Organisation", "Why", "Since", "Asked again at")]
        title = "Put aside, for it cannot be read: what came before stays, everything else goes on"
        print_table(title, [*columns, ("Months", "right")], lines)
