"""An answer as a table, on the terminal or for a page: with its sums, and without what every row says."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from xero_pipeline.cli.output.formats import readable
from xero_pipeline.queries.rows import RowStream

if TYPE_CHECKING:
    from xero_pipeline.queries.catalogue import BuiltInQuery

Row = tuple[Any, ...]
_ORGANISATION = ["organisation", "base_currency"]
"""What each row of a built-in query begins with."""


def show(answer: RowStream, ready: BuiltInQuery | None, told: str, limit: int | None, *, as_markdown: bool) -> bool:
    """Show an answer as a table.

    Args:
        ready: The built-in query that was asked, if it was one: it knows a title and which columns are summed up.
        told: Of when it tells.
        limit: At most so many rows; None for all.
        as_markdown: For a page.

    Returns:
        Whether there are more rows.
    """
    from xero_pipeline.cli.output.console import print_table

    rows, more = answer.first(limit)
    names, numeric = list(answer.names), list(answer.numeric)
    # Of one organisation there is no need to say in each row that it is that one; sums of several mean nothing.
    first = len(_ORGANISATION) if ready and names[: len(_ORGANISATION)] == _ORGANISATION else 0
    whose: set[Row] = {row[:first] for row in rows} if first else set()
    total = (
        _total(names, rows, ready.totals, first) if ready and len(whose) == 1 and len(rows) > 1 and not more else None
    )
    cells = [[readable(value) for value in row] for row in rows] + ([total] if total else [])
    if len(whose) == 1:
        names, numeric, cells = names[first:], numeric[first:], [row[first:] for row in cells]
    if ready:
        names = [name.replace("_", " ").capitalize() for name in names]
    if as_markdown:
        _write_markdown(names, cells, numeric)
        return more
    of_one = whose.pop() if len(whose) == 1 else ()
    title = ", ".join(filter(None, [ready.title, *of_one, told])) if ready else ""
    sides = [(name, "right" if right else "left") for name, right in zip(names, numeric, strict=True)]
    print_table(title, sides, cells, last_is_total=total is not None)
    return more


def _total(names: Sequence[str], rows: Sequence[Row], summed: Sequence[str], first: int) -> list[str] | None:
    """The last row: sums below the columns that have one, the word below the first other.

    Args:
        first: The place of the first column that is shown.
    """
    if not summed:
        return None
    sums = {
        name: sum(value for value in column if value is not None)
        for name, column in zip(names, zip(*rows, strict=True), strict=True)
        if name in summed
    }
    word = next(place for place, name in enumerate(names) if place >= first and name not in summed)
    return [readable(sums[name]) if name in sums else "Total" * (place == word) for place, name in enumerate(names)]


def _write_markdown(names: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[bool]) -> None:
    for line in [names, ["---:" if right else "---" for right in numeric], *rows]:
        sys.stdout.write("| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in line) + " |\n")
