"""Margins by month, and the financial year beside others: the same lines on the web page and in Dagster."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from xero_pipeline.charts.chart import ColumnChart, Series, month_labels

Figures = Sequence[Decimal | None]

GROSS_MARGIN, NET_MARGIN = MARGINS = (("Gross margin", "chart-1 solid"), ("Net margin", "ink dashed"))
THIS_YEAR, LAST_YEAR, BUDGET = YEARS = (
    ("This year", "ink solid"),
    ("Last year", "chart-4 dashed"),
    ("Budget", "chart-5 dotted"),
)
_DASHES = {"dashed": "7 4", "dotted": "2 4"}
"""How a line is drawn, by the second word of its colour."""


def margins_chart(title: str, months: Sequence[date], gross: Figures, net: Figures) -> ColumnChart:
    """What is left of income after cost of sales, and after all costs, month by month.

    Args:
        gross: Shares of 1.
        net: Shares of 1.
    """
    lines = [series(GROSS_MARGIN, list(map(_percent, gross))), series(NET_MARGIN, list(map(_percent, net)))]
    return ColumnChart(title, month_labels(months), [], lines, percent=True)


def years_chart(title: str, months: Sequence[date], years: Sequence[Figures]) -> ColumnChart:
    """What a year has come to, month after month, beside others.

    Args:
        years: In the order of `YEARS`; one without figures has no line.
    """
    lines = [series(kind, known) for kind, known in zip(YEARS, years, strict=True) if _is_known(known)]
    return ColumnChart(title, month_labels(months), [], lines)


def _is_known(figures: Figures) -> bool:
    """Whether there is a figure among them."""
    return any(one is not None for one in figures)


def series(kind: tuple[str, str], figures: Figures) -> Series:
    """Figures by what they are called and how they are drawn."""
    name, how = kind
    colour, _, dash = how.partition(" ")
    return Series(name, figures, [colour], dash=_DASHES.get(dash, ""))


def _percent(share: Decimal | None) -> Decimal | None:
    return None if share is None else share * 100
