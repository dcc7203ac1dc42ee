"""A placed picture as SVG: plain text that every browser shows, on light and on dark pages."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from reference.placing import HEAD, ROW, height_of, placed, width_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reference.diagram import Box, Diagram

MARGIN = 16

# The picture has a ground of its own: where the page's theme and the reader's differ it can still be read.
_STYLE = """
    .ground { fill: #ffffff } .box { fill: #ffffff; stroke: #7a8794 } .head { fill: #e3eef8 }
    .other { fill: #f3f4f6; stroke: #a9b2bc }
    text { font: 12px ui-monospace, Menlo, Consolas, monospace; fill: #17212b }
    .name { font-weight: 600 } .key { font-weight: 600 } .more { fill: #5d6b78; font-style: italic }
    .line { fill: none; stroke: #54718c } .end { fill: #54718c; stroke: #54718c } .rule { stroke: #d5dce3 }
    @media (prefers-color-scheme: dark) {
      .ground { fill: #14181d } .box { fill: #1a2027; stroke: #6b7a89 } .head { fill: #24384c }
      .other { fill: #222930; stroke: #56626e } text { fill: #e6ebf0 } .more { fill: #9fb0c0 }
      .line { stroke: #8fb2d3 } .end { fill: #8fb2d3; stroke: #8fb2d3 } .rule { stroke: #323c46 }
    }
"""


def svg(diagram: Diagram) -> str:
    """The whole file."""
    places = placed(diagram)
    width, height = round(places.width) + 2 * MARGIN, round(places.height) + 2 * MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        'role="img" aria-labelledby="title desc">',
        f'  <title id="title">{escape(diagram.title)}</title>',
        f'  <desc id="desc">{escape(diagram.described)}</desc>',
        f"  <style>{_STYLE}  </style>",
        f'  <rect class="ground" width="{width}" height="{height}" rx="8"/>',
        f'  <g transform="translate({MARGIN} {MARGIN})">',
    ]
    parts += [f"    {_stroke(op, points)}" for line in places.lines for op, points in line]
    for box in diagram.boxes:
        x, y = places.boxes[box.name]
        parts += [f'    <g transform="translate({x:.1f} {y:.1f})">', *_box(box), "    </g>"]
    return "\n".join([*parts, "  </g>", "</svg>"]) + "\n"


def _box(box: Box) -> Iterator[str]:
    width, height = width_of(box), height_of(box)
    if box.more is None:
        yield f'      <rect class="other" width="{width}" height="{height}" rx="4"/>'
        yield f'      <text x="10" y="17">{box.name}</text>'
        return
    yield f'      <rect class="box" width="{width}" height="{height}" rx="4"/>'
    yield f'      <path class="head" d="M.5 {HEAD}V4.5a4 4 0 0 1 4-4H{width - 4.5}a4 4 0 0 1 4 4V{HEAD}Z"/>'
    yield f'      <text class="name" x="10" y="17">{box.name}</text>'
    for number, row in enumerate(box.rows):
        y = HEAD + ROW * number
        yield f'      <path class="rule" d="M.5 {y}H{width - 0.5}"/>'
        kind = "key" if row in box.keys else "reference"
        yield f'      <text class="{kind}" x="10" y="{y + 14}">{row}</text>'
    if box.more:
        y = HEAD + ROW * len(box.rows)
        yield f'      <path class="rule" d="M.5 {y}H{width - 0.5}"/>'
        yield f'      <text class="more" x="10" y="{y + 14}">{box.more} more</text>'


def _stroke(op: str, points: Sequence[tuple[float, float]]) -> str:
    places = [f"{x:.1f} {y:.1f}" for x, y in points]
    if op in {"b", "B"}:
        return f'<path class="line" d="M{places[0]}C{" ".join(places[1:])}"/>'
    return f'<path class="end" d="M{"L".join(places)}{"Z" if op in {"P", "p"} else ""}"/>'
