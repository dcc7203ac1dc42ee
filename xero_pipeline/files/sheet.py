"""A statement laid out in columns and rows: what a table on a terminal or a page shows, and a sheet of a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from xero_pipeline.ledger.statements.periods import Period

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
        period: The days its amounts are of; None for those of the statement.
        is_change: What changed since other days: no journal lines add up to it.
    """

    head: str
    kind: Kind = "amount"
    notes: tuple[str, ...] = ()
    period: Period | None = None
    is_change: bool = False


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row.

    Args:
        cells: One for each column; of a heading only the first.
        indent: How far its first cell is set in.
        account_id: The account whose journal lines its amounts are made of, if it is one account.
        contact_id: The contact whose documents they are made of, if it is one.
        document_id: The document it stands for, or the payment or allocation, if it is one.
    """

    cells: tuple[Value, ...]
    role: Role = "line"
    indent: int = 0
    account_id: str | None = None
    contact_id: str | None = None
    document_id: str | None = None


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
