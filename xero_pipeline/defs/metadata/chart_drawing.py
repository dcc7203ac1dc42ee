"""Draws charts as small SVG pictures, readable in the light and the dark theme of Dagster's UI."""

from __future__ import annotations

import base64
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from xero_pipeline.defs.metadata.markdown import markdown_table

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

Kind = Literal["bars", "lines"]

_INK = "#78828e"
"""Grey that is read on white as on near-black; the picture has no ground of its own."""

_NAMES_A_ROW = 3

_COLOURS = ("#2a9d8f", "#e07f2f", "#4c78d0", "#a05fb5", "#c4485c", "#8d8d3a", "#78828e")
"""Told apart by people who do not see red or green."""


@dataclass(frozen=True, slots=True)
class Chart:
    """Figures to be drawn.

    Args:
        title: What they are, with the currency.
        kind: How they are drawn.
        labels: What stands under them, from left to right.
        series: By name a figure for each label; None where there is none.
    """

    title: str
    kind: Kind
    labels: Sequence[str]
    series: Mapping[str, Sequence[Decimal | None]]


def as_markdown(chart: Chart) -> str:
    """The chart as a picture, and under it the figures for whoever cannot see it, or wants to copy them."""
    picture = base64.b64encode(as_svg(chart).encode()).decode()
    header = ["", *chart.series]
    rows = [
        [label, *(_figure(figures[place]) for figures in chart.series.values())]
        for place, label in enumerate(chart.labels)
    ]
    table = markdown_table(header, rows, right=range(1, len(header)))
    return f"**{chart.title}**\n\n![{chart.title}](data:image/svg+xml;base64,{picture})\n\n{table}"


def as_svg(chart: Chart) -> str:
    """The chart as the text of an SVG picture."""
    import pygal

    _without_hook()
    drawing = {"bars": pygal.Bar, "lines": pygal.Line}[chart.kind](**_style(len(chart.series), len(chart.labels)))
    drawing.x_labels = list(chart.labels)
    for name, figures in chart.series.items():
        # A picture has no cents: whole units are more than a pixel can show.
        drawing.add(name, [None if figure is None else int(figure) for figure in figures])
    drawing.add_xml_filter(_bare)
    return drawing.render()


def _without_hook() -> None:
    """Take the library's own way of importing out again: we use none of its plugins, others would be asked it."""
    sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__module__ != "pygal"]


def _style(series: int, labels: int) -> dict[str, Any]:
    from pygal.style import Style

    style = Style(
        background="transparent",
        plot_background="transparent",
        foreground=_INK,
        foreground_strong=_INK,
        foreground_subtle=_INK,
        colors=_COLOURS,
        font_family="system-ui, sans-serif",
        label_font_size=12,
        major_label_font_size=12,
        legend_font_size=12,
        opacity="1",
        stroke_width="2",
        guide_stroke_color=f"{_INK}44",
        major_guide_stroke_color=f"{_INK}44",
        guide_stroke_dasharray="0",
        major_guide_stroke_dasharray="0",
    )
    # The library leaves no room for further rows of names.
    more = 20 * ((series - 1) // _NAMES_A_ROW)
    return {
        "style": style,
        "width": 760,
        "height": 280 + more,
        "explicit_size": True,
        "js": [],
        "disable_xml_declaration": True,
        "legend_at_bottom": True,
        "legend_at_bottom_columns": min(series, _NAMES_A_ROW),
        "legend_box_size": 12,
        "truncate_label": -1,
        "truncate_legend": 28,
        "min_scale": 3,
        "max_scale": 6,
        "margin": 8,
        "margin_right": 28,
        "margin_bottom": 8 + more,
        "spacing": 10,
        "dots_size": 2,
        # Each dot is some bytes in every materialisation: many lines do without.
        "show_dots": series * labels <= 48,
        "value_formatter": lambda value: f"{value:,.0f}",
    }


def _bare(root: Element) -> Element:
    """Without what only a picture with scripts needs: half of its size."""
    for parent in root.iter():
        for child in list(parent):
            name = child.tag.rpartition("}")[2] if isinstance(child.tag, str) else "comment"
            if name in ("desc", "title", "script", "comment"):
                parent.remove(child)
    return root


def _figure(figure: Decimal | None) -> str:
    return "" if figure is None else f"{figure:,.2f}"
