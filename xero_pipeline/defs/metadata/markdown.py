"""Tables and charts in Markdown, as Dagster's UI shows them."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from xero_pipeline.charts.drawing import picture

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from decimal import Decimal

    from xero_pipeline.charts.chart import ColumnChart


def markdown_table(header: Sequence[str], rows: Sequence[Sequence[object]], right: Collection[int] = ()) -> str:
    """Rows as a table.

    Args:
        rows: The cells; None is an empty one.
        right: Places of the columns that hold amounts.
    """
    sides = ["---:" if place in right else "---" for place in range(len(header))]
    lines = (list(map(_cell, header)), sides, *(list(map(_cell, row)) for row in rows))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def chart_as_markdown(chart: ColumnChart) -> str:
    """A chart as a picture, and under it the figures for whoever cannot see it, or wants to copy them."""
    drawn = base64.b64encode(picture(chart).encode()).decode()
    header = ["", *chart.figures]
    rows = [
        [label, *(_amount(figures[place]) for figures in chart.figures.values())]
        for place, label in enumerate(chart.labels)
    ]
    table = markdown_table(header, rows, right=range(1, len(header)))
    return f"**{chart.title}**\n\n![{chart.title}](data:image/svg+xml;base64,{drawn})\n\n{table}"


def _amount(figure: Decimal | None) -> str:
    return "" if figure is None else f"{figure:,.2f}"


def _cell(value: object) -> str:
    return "" if value is None else str(value).replace("|", "\\|").replace("\n", " ")
