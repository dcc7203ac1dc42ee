"""A table beside a chart: its values as they are, for files, and as people read them, for the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from xero_pipeline.files.drawn_statement import plain
from xero_pipeline.files.sheet import Kind, Sheet, SheetBlock, SheetColumn, SheetRow, Value
from xero_pipeline.web.formatting import count, money, percent

TEXT: Kind = "text"
AMOUNT: Kind = "amount"
COUNT: Kind = "count"
SHARE: Kind = "percent"
DAY: Kind = "date"
Values = Sequence[Value]


@dataclass(frozen=True, slots=True)
class DataTable:
    """A table of what a chart shows; the first column names the row, all others are numbers.

    Args:
        columns: What stands above each, and what its cells hold; a day stands for its month.
        values: By row.
        sums: Rows below them.
    """

    caption: str
    columns: Sequence[tuple[str, Kind]]
    values: Sequence[Values]
    sums: Sequence[Values] = ()

    @property
    def headers(self) -> Sequence[str]:
        """What stands above the columns."""
        return [head for head, _ in self.columns]

    @property
    def rows(self) -> Sequence[Sequence[str]]:
        """As people read them."""
        return [self._shown(values) for values in self.values]

    @property
    def totals(self) -> Sequence[Sequence[str]]:
        """Likewise, of the sums."""
        return [self._shown(values) for values in self.sums]

    def sheet(self, name: str, facts: Sequence[tuple[str, str]], note: str) -> Sheet:
        """As a sheet of a workbook.

        Args:
            name: What the sheet is called.
            facts: What is told above it.
            note: What to know about its figures.
        """
        columns = [SheetColumn(head, kind) for head, kind in self.columns]
        lines = [SheetRow(tuple(values)) for values in self.values]
        sums = [SheetRow(tuple(values), "total") for values in self.sums]
        return Sheet(self.caption, facts, columns, [SheetBlock([*lines, *sums])], [note] if note else (), name)

    @property
    def records(self) -> Sequence[Mapping[str, Value]]:
        """For programs: every value by the head of its column, without the sums."""
        return [
            {head: _exact(value, kind) for value, (head, kind) in zip(values, self.columns, strict=True)}
            for values in self.values
        ]

    def _shown(self, values: Values) -> Sequence[str]:
        return [_shown(value, kind) for value, (_, kind) in zip(values, self.columns, strict=True)]


def _shown(value: Value, kind: Kind) -> str:
    if value is None:
        return "–"
    if isinstance(value, date):
        return f"{value:%b %Y}"
    if isinstance(value, Decimal):
        return percent(value) if kind == SHARE else money(value)
    return count(value) if isinstance(value, int) else value


def _exact(value: Value, kind: Kind) -> Value:
    """Amounts as they are; shares, which are quotients, to a hundredth of a percent."""
    return round(value, 4) if kind == SHARE and isinstance(value, Decimal) else plain(value)
