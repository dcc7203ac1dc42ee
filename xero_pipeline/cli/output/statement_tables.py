"""How a statement looks on the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from xero_pipeline.cli.output.console import print_table, profit_and_loss, say

if TYPE_CHECKING:
    from xero_pipeline.files.drawn_statement import DrawnStatement
    from xero_pipeline.files.sheet import Sheet, SheetBlock, SheetColumn, SheetRow, Value


def print_statement(statement: DrawnStatement) -> None:
    """Print a statement as people read it."""
    from xero_pipeline.files.statement_layouts import sheet_of
    from xero_pipeline.ledger.statements.columns import SideBySide

    asked = statement.request
    days = () if isinstance(statement.rows, SideBySide) else (statement.days,)
    known = (f"as known on {asked.known_on}",) if asked.known_on else ()
    basis = ("cash basis",) if asked.basis == "cash" else ()
    told = ", ".join([statement.organisation, *days, statement.currency, *basis, *known])
    _print(f"{statement.title}: {told}", sheet_of(statement))


def _print(title: str, sheet: Sheet) -> None:
    for block in sheet.blocks:
        if not block.title and not sheet.columns[0].head:
            profit_and_loss(title, _lines(block, sheet.columns), [_head(one) for one in sheet.columns[1:]])
        else:
            columns = [(_head(one), "left" if one.kind in {"text", "date"} else "right") for one in sheet.columns]
            rows = [_cells(row, sheet.columns) for row in block.rows]
            last = bool(block.rows) and block.rows[-1].role == "total"
            print_table(f"{title}: {block.title}" if block.title else title, columns, rows, last_is_total=last)
    for note in sheet.notes:
        say(note)


def _head(column: SheetColumn) -> str:
    return "\n".join([column.head, *column.notes] if column.head else column.notes)


def _lines(block: SheetBlock, columns: Sequence[SheetColumn]) -> list[Mapping[str, Any]]:
    """Each line with the heading above it."""
    found: list[Mapping[str, Any]] = []
    section = ""
    for row in block.rows:
        if row.role == "heading":
            section = str(row.cells[0])
            continue
        amounts = [_shown(value, column) for value, column in zip(row.cells[1:], columns[1:], strict=True)]
        found.append({"section": section, "line_type": row.role, "account_name": row.cells[0], "amounts": amounts})
    return found


def _cells(row: SheetRow, columns: Sequence[SheetColumn]) -> list[object]:
    first, *others = (_shown(value, column) for value, column in zip(row.cells, columns, strict=True))
    return [f"{'  ' * row.indent}{first}" if row.indent else first, *others]


def _shown(value: Value, column: SheetColumn) -> object:
    if value is None:
        return ""
    return f"{value * 100:.1f}" if column.kind == "percent" and isinstance(value, Decimal) else value
