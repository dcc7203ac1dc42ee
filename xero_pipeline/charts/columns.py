"""Draws columns and lines over labels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape

from xero_pipeline.charts.chart import ColumnChart, Series
from xero_pipeline.charts.elements import at, box, filled, rule, text, var, width_of
from xero_pipeline.charts.scale import Scale, cents, per_cent, scale_of, short, whole

LEFT = 54
"""Room for the amounts of the grid: charts that stand below each other have their left edges in line."""

_LINE = 16
_MOST_LABELS = 13
_FILL = 0.76
"""How much of the room over a label the columns take."""

_MOST_POINTS = 60
HATCHED = frozenset({"chart-3"})
"""Colours that are as dark as another one of their chart: strokes tell them apart where there is no colour."""
HATCH = "hatch"
"""The pattern of these strokes, which the picture has to bring."""


@dataclass(frozen=True, slots=True)
class _Plot:
    chart: ColumnChart
    scale: Scale
    width: float

    @property
    def step(self) -> float:
        return (self.width - LEFT - 6) / max(1, len(self.chart.labels))

    def middle(self, place: int) -> float:
        return LEFT + self.step * (place + 0.5)


def columns(chart: ColumnChart, width: float, height: float, *, with_tips: bool) -> Iterator[str]:
    """The elements of the chart.

    Args:
        with_tips: Whether each label says its figures while a pointer or the keyboard is at it, as in a page.
    """
    lines = (2 if any(label.below for label in chart.labels) else 1) + bool(chart.axis)
    beside = 12 if chart.with_amounts else 0
    bottom = height - _LINE * lines - 6
    lowest = bottom - (beside if any(figure < 0 for figure in _amounts(chart)) else 0)
    plot = _Plot(chart, scale_of(_amounts(chart), lowest, 8 + beside, chart.steps), width)
    yield from _grid(plot)
    yield from _columns(plot, with_hatches=with_tips)
    # The first stands before the others.
    for series in reversed(chart.lines):
        yield from _line(plot, series)
    yield from _labels(plot, bottom)
    if chart.axis:
        yield text(plot.middle(0) + plot.step * (len(chart.labels) - 1) / 2, height - 4, chart.axis, anchor="middle")
    if with_tips:
        for place in range(len(chart.labels)):
            yield _tip(plot, place, bottom)


def _amounts(chart: ColumnChart) -> Iterator[Decimal]:
    """Where columns and lines end, over every label."""
    for place in range(len(chart.labels)):
        for stack in chart.stacks:
            figures = [series.figures[place] or Decimal(0) for series in stack]
            yield sum((one for one in figures if one > 0), Decimal(0))
            yield sum((one for one in figures if one < 0), Decimal(0))
        for series in chart.lines:
            yield series.figures[place] or Decimal(0)


def _grid(plot: _Plot) -> Iterator[str]:
    for tick in plot.scale.ticks:
        y = plot.scale.at(tick)
        yield rule(LEFT, y, plot.width - LEFT, "line" if tick else "soft")
        yield text(LEFT - 8, y + 4, short(tick) + (" %" if plot.chart.percent else ""), anchor="end")


def _columns(plot: _Plot, *, with_hatches: bool) -> Iterator[str]:
    """All columns of a colour are one path."""
    shapes: dict[str, str] = {}
    amounts: list[str] = []
    across = plot.step * _FILL / max(1, len(plot.chart.stacks))
    for place in range(len(plot.chart.labels)):
        for number, stack in enumerate(plot.chart.stacks):
            x = plot.middle(place) - plot.step * _FILL / 2 + across * number
            ends = {True: Decimal(0), False: Decimal(0)}
            for series in stack:
                figure = series.figures[place] or Decimal(0)
                begin, up = ends[figure > 0], figure > 0
                ends[up] = begin + figure
                y, foot = plot.scale.at(ends[up]), plot.scale.at(begin)
                shape = box(x + 0.4, min(y, foot), across - 0.8, abs(foot - y)) if figure else ""
                shapes[series.colour(place)] = shapes.get(series.colour(place), "") + shape
                if plot.chart.with_amounts:
                    over = y - 5 if figure >= 0 else y + 14
                    amounts.append(text(plot.middle(place), over, whole(figure), anchor="middle", colour="ink"))
    for colour, shape in shapes.items():
        if shape:
            yield filled(shape, colour)
            if with_hatches and colour in HATCHED:
                yield f'<path d="{shape}" fill="url(#{HATCH})"/>'
    yield from amounts


def _line(plot: _Plot, series: Series) -> Iterator[str]:
    path, points, begins = "", "", True
    for place, figure in enumerate(series.figures):
        if figure is None:
            begins = True
            continue
        spot = f"{at(plot.middle(place))} {at(plot.scale.at(figure))}"
        path += f"{'M' if begins else 'L'}{spot}"
        points += f"M{spot}h0"
        begins = False
    colour = var(series.colours[0])
    dash = f' stroke-dasharray="{series.dash}"' if series.dash else ""
    yield f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2" stroke-linejoin="round"{dash}/>'
    if len(plot.chart.lines) * len(series.figures) <= _MOST_POINTS:
        # A rim of the page's own colour: points stand out from the columns behind.
        for stroke, width in ((var("card"), 9), (colour, 7)):
            yield f'<path d="{points}" stroke="{stroke}" stroke-width="{width}" stroke-linecap="round"/>'


def _labels(plot: _Plot, bottom: float) -> Iterator[str]:
    chart = plot.chart
    has_room = len(chart.labels) <= _MOST_LABELS and plot.step >= 30
    before = ""
    for place, label in enumerate(chart.labels):
        if not (has_room or label.major):
            continue
        yield text(plot.middle(place), bottom + _LINE, label.text, anchor="middle")
        if label.below != before:
            yield text(plot.middle(place), bottom + 2 * _LINE - 1, label.below, anchor="middle")
        before = label.below


def _tip(plot: _Plot, place: int, bottom: float) -> str:
    """What a pointer over a label brings up: a box with its figures."""
    told = [(series.name, series.figures[place]) for series in plot.chart.all_series()]
    written = per_cent if plot.chart.percent else cents
    rows = [(name, written(figure)) for name, figure in told if figure is not None]
    width = max((width_of(name) + width_of(amount) for name, amount in rows), default=0) + 32
    left = min(max(plot.middle(place) - width / 2, 1), plot.width - width - 1)
    height = 18 * (len(rows) + 1) + 8
    lines = [text(left + 10, 19, str(plot.chart.labels[place]), colour="ink", bold=True)]
    for number, (name, amount) in enumerate(rows, start=1):
        lines.append(text(left + 10, 19 + 18 * number, name))
        lines.append(text(left + width - 10, 19 + 18 * number, amount, anchor="end", colour="ink"))
    column = f'<path class="under" d="{box(plot.middle(place) - plot.step / 2, 0, plot.step, bottom)}"/>'
    ground = (
        f'<rect x="{at(left)}" y="1" width="{at(width)}" height="{height}" rx="6" fill="{var("card")}" '
        f'stroke="{var("line")}"/>'
    )
    says = escape(f"{plot.chart.labels[place]}: " + "; ".join(f"{name} {amount}" for name, amount in rows))
    # Of a chart one label can be reached by the keyboard; from there, arrows lead to the others (page.js).
    reached = 0 if place == len(plot.chart.labels) - 1 else -1
    return (
        f'<g class="place" tabindex="{reached}" role="img" aria-label="{says}">{column}'
        f'<g class="tip">{ground}{"".join(lines)}</g></g>'
    )


def legend(series: Sequence[tuple[str, str]], width: float) -> tuple[list[str], float]:
    """What the colours stand for, in rows, and how high these are together.

    Args:
        series: Names and colours.
    """
    found: list[str] = []
    x, y = float(LEFT), 12.0
    for name, colour in series:
        room = width_of(name) + 36
        if x > LEFT and x + room > width:
            x, y = LEFT, y + 20
        found.append(filled(box(x, y - 9, 10, 10), colour))
        found.append(text(x + 15, y, name))
        x += room
    return found, y + 12
