"""A statement laid out in columns and rows: what a table on a terminal or a page shows, and a sheet of a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

Kind = Literal["text", "amount", "date", "count", "percent"]
Value = str | int | Decimal | date | None
"""What a cell holds; None for nothing. Of a percentage the share of 1."""
Role = Literal["heading", "line", "total"]


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """One column.

    Args:
        head: What stands above it.
        kind: What its cells hold.
        notes: What stands below its head: days, the currency.
    """

    head: str
    kind: Kind = "amount"
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row.

    Args:
        cells: One for each column; of a heading only the first.
        indent: How far its first cell is set in.
    """

    cells: tuple[Value, ...]
    role: Role = "line"
    indent: int = 0


@dataclass(frozen=True, slots=True)
class SheetBlock:
    """Rows that belong together: those of an account, or all.

    Args:
        title: What stands above them; may be empty.
    """

    rows: Sequence[SheetRow]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """All of it.

    Args:
        facts: What is told of it beside its title, each with a label.
        notes: What to know about its rows, a sentence each.
        name: What it is called in a workbook; by default as its title.
    """

    title: str
    facts: Sequence[tuple[str, str]]
    columns: Sequence[SheetColumn]
    blocks: Sequence[SheetBlock]
    notes: Sequence[str] = ()
    name: str = ""
