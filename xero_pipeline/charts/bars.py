"""Draws bars from left to right, one below the other."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from xero_pipeline.charts.chart import BarChart
from xero_pipeline.charts.elements import box, cut, filled, text, width_of
from xero_pipeline.charts.scale import Scale, whole

_FILL = 0.65
_NAMES = 0.38
"""The share of the width that names may take."""


def bars(chart: BarChart, width: float, height: float) -> Iterator[str]:
    """The elements of the chart."""
    names = [cut(name, width * _NAMES) for name in chart.names]
    left = max(map(width_of, names), default=0.0) + 10
    amounts = [whole(figure) for figure in chart.figures]
    right = width - max(map(width_of, amounts), default=0.0) - 10
    most = max(chart.figures, default=Decimal(0))
    scale = Scale(0, float(most) or 1, 1, left, right)
    step = height / max(1, len(names))
    yield filled(
        "".join(
            box(left, step * (place + (1 - _FILL) / 2), scale.at(max(figure, Decimal(0))) - left, step * _FILL)
            for place, figure in enumerate(chart.figures)
        ),
        chart.colour,
    )
    for place, (name, amount, figure) in enumerate(zip(names, amounts, chart.figures, strict=True)):
        foot = step * (place + 0.5) + 4
        yield text(left - 8, foot, name, anchor="end")
        yield text(scale.at(max(figure, Decimal(0))) + 6, foot, amount, colour="ink")
