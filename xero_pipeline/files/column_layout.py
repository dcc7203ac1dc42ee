"""Lines under their headings, in one column or several, and what changed between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from xero_pipeline.files.sheet import SheetBlock, SheetColumn, SheetRow
from xero_pipeline.ledger.statements.changes import change_of, effect_of

if TYPE_CHECKING:
    from xero_pipeline.files.sheet import Value
    from xero_pipeline.ledger.statements.columns import SideBySide, StatementColumn
    from xero_pipeline.ledger.statements.lines import Line

_ONE = Decimal(1)


def side_by_side(found: SideBySide) -> tuple[Sequence[SheetColumn], Sequence[SheetBlock]]:
    """A statement with several columns."""
    judged = any(effect_of(line.section, line.account_name, _ONE) for line in found.lines)
    heads = [head for one in found.columns for head in _heads(one, judged=judged)]
    named = {line.section for line in found.lines if line.line_type == "account"}
    told = [
        (line.section if line.section in named else "", line, list(_beside(found, line, judged=judged)))
        for line in found.lines
    ]
    return [SheetColumn("", "text"), *heads], [SheetBlock(list(under_headings(told)))]


def _heads(column: StatementColumn, *, judged: bool) -> Iterator[SheetColumn]:
    """A column, and what changed since if it is compared with.

    Args:
        judged: Whether changes are good or bad for the profit.
    """
    yield SheetColumn(column.label, notes=(column.days,) if column.days else (), period=column.period)
    if column.is_compared:
        since = (f"on {column.label.casefold()}",)
        yield SheetColumn("Change", notes=since, is_change=True)
        yield SheetColumn("%", "percent", since, is_change=True)
        if judged:
            yield SheetColumn("Effect", "text", ("on profit",), is_change=True)


def _beside(found: SideBySide, line: Line, *, judged: bool) -> Iterator[Value]:
    """The cells of a line; nothing is said of a zero."""
    for place, (column, amount) in enumerate(zip(found.columns, line.amounts, strict=True)):
        yield amount or None
        if column.is_compared:
            change = change_of(line, place)
            yield from (change.amount or None, change.share or None)
            if judged:
                yield change.effect


def under_headings(lines: Iterable[tuple[str, Any, Sequence[Value]]]) -> Iterator[SheetRow]:
    """Lines with their headings and amounts, with a row for each heading."""
    above = ""
    for heading, line, amounts in lines:
        if heading and heading != above:
            yield SheetRow((heading.strip(), *(None for _ in amounts)), "heading")
        above = heading
        role, indent = ("total", 0) if line.line_type == "total" else ("line", 1)
        yield SheetRow((line.account_name, *amounts), role, indent, line.account_id)
