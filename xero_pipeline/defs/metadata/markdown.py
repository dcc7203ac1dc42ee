"""Tables in Markdown, as Dagster's UI shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


def markdown_table(header: Sequence[str], rows: Sequence[Sequence[object]], right: Collection[int] = ()) -> str:
    """Rows as a table.

    Args:
        rows: The cells; None is an empty one.
        right: Places of the columns that hold amounts.
    """
    sides = ["---:" if place in right else "---" for place in range(len(header))]
    lines = (list(map(_cell, header)), sides, *(list(map(_cell, row)) for row in rows))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(value: object) -> str:
    return "" if value is None else str(value).replace("|", "\\|").replace("\n", " ")
