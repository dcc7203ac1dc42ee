"""A chart as SVG: inside a page, whose style sheet has the colours, or as a picture that stands alone."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from xero_pipeline.charts.bars import bars
from xero_pipeline.charts.chart import Chart, ColumnChart
from xero_pipeline.charts.columns import HATCH, columns, legend
from xero_pipeline.charts.elements import SIZE

_INK = "#78828e"
"""Grey that is read on white as on near-black; a picture has no ground of its own."""

_COLOURS = {
    "ink": _INK,
    "soft": _INK,
    "line": f"{_INK}44",
    "card": "transparent",
    # Told apart by people who do not see red or green.
    "chart-1": "#2f7fb5",
    "chart-2": "#e0a13f",
    "chart-3": "#b5573f",
    "chart-4": "#2a9d8f",
    "chart-5": "#a05fb5",
    "chart-6": "#8d8d3a",
    "age-0": "#6e9dbf",
    "age-1": "#d9b56a",
    "age-2": "#dd9a45",
    "age-3": "#d87a4c",
    "age-4": "#c4503f",
    "age-5": "#a63a55",
}
_SIZE = f'font-size="{SIZE}"'
_FONT = f'font-family="system-ui, sans-serif" {_SIZE}'
"""Of a picture; in a page the letters are the page's."""
_WIDTH, _HEIGHT = 760, 280
_HATCH = (
    '<defs><pattern id="{name}" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<path d="M0 0V6" stroke="var(--card)" stroke-width="2.5"/></pattern></defs>'
)


def in_page(chart: Chart, name: str, description: str, width: int, height: int) -> str:
    """SVG to stand in a page; it says its figures where a pointer or the keyboard is.

    Args:
        name: Unique in the page.
        description: What it says, in a sentence, for people who do not see it.
    """
    is_columns = isinstance(chart, ColumnChart)
    drawn = "".join(columns(chart, width, height, with_tips=True) if is_columns else bars(chart, width, height))
    hatch = f"{name}-{HATCH}"
    pattern = _HATCH.format(name=hatch) if f"url(#{HATCH})" in drawn else ""
    drawn = drawn.replace(f"url(#{HATCH})", f"url(#{hatch})")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" {_SIZE} '
        f'role="{"group" if is_columns else "img"}" '
        f'aria-labelledby="{name}-t {name}-d"><title id="{name}-t">{escape(chart.title)}</title>'
        f'<desc id="{name}-d">{escape(description)}</desc>{pattern}{drawn}</svg>'
    )


def picture(chart: ColumnChart) -> str:
    """SVG for an `img`, readable on light and dark ground, with its legend."""
    names = [(series.name, series.colours[0]) for series in chart.all_series()]
    told, room = legend(names, _WIDTH) if len(names) > 1 else ([], 0)
    height = _HEIGHT + room
    drawn = "".join(columns(chart, _WIDTH, _HEIGHT, with_tips=False))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height:.0f}" '
        f'viewBox="0 0 {_WIDTH} {height:.0f}" {_FONT}><style>{_variables(_used(drawn + "".join(told)))}</style>'
        f'{"".join(told)}<g transform="translate(0 {room:.0f})">{drawn}</g></svg>'
    )


def _used(drawn: str) -> list[str]:
    return [name for name in _COLOURS if f"var(--{name})" in drawn]


def _variables(names: Iterable[str]) -> str:
    return f":root{{{';'.join(f'--{name}:{_COLOURS[name]}' for name in names)}}}"
