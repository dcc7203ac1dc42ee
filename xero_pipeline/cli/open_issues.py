"""The open issues of organisations, on the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def print_issues(organisations: Sequence[Mapping[str, Any]]) -> None:
    """Print every open issue with what to do; nothing where there is none.

    Args:
        organisations: As `status --json` has them.
    """
    from xero_pipeline.cli.display import print_table

    rows = [
        (one["name"], issue["message"], issue["remedy"].replace("`", ""))
        for one in organisations
        for issue in one["issues"]
    ]
    if rows:
        print_table("Open issues", [("Organisation", "left"), ("Issue", "left"), ("What to do", "left")], rows)
