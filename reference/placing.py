"""Where the boxes of a picture stand and how its lines run: Graphviz says so; nothing of its own drawing is used."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reference.diagram import Box, Diagram

HEAD = 26
ROW = 19
FOOT = 19
_LETTER = 7.25
_LEAST = 96


@dataclass(frozen=True, slots=True)
class Placed:
    """A picture with places; y grows downward, all in pixels.

    Args:
        boxes: By name: left and upper edge.
        lines: Each as the operations of Graphviz: its letter, and points.
    """

    width: float
    height: float
    boxes: dict[str, tuple[float, float]]
    lines: tuple[tuple[tuple[str, tuple[tuple[float, float], ...]], ...], ...]


def width_of(box: Box) -> int:
    """How wide a box is: letters are counted, so that no machine's fonts change a picture."""
    longest = max([len(box.name) * 1.08, *(len(row) + 3 for row in box.rows)])
    return max(_LEAST, round(longest * _LETTER) + 20)


def height_of(box: Box) -> int:
    """How high a box is."""
    return HEAD + ROW * len(box.rows) + (FOOT if box.more else 0)


def placed(diagram: Diagram) -> Placed:
    """Ask Graphviz."""
    import pygraphviz

    graph = pygraphviz.AGraph(directed=True, strict=False)
    graph.graph_attr.update(rankdir="LR", nodesep="0.22", ranksep="0.6", splines="spline", fontsize="1")
    graph.node_attr.update(shape="plain", fontsize="1")
    for box in diagram.boxes:
        graph.add_node(box.name, label=_label(box))
    for line in diagram.lines:
        if line.owned:
            ends = {"tailport": "head:e", "headport": f"{line.column}:w", "arrowtail": "tee", "arrowhead": "crow"}
            graph.add_edge(line.to, line.table, dir="both", **ends)
        else:
            ends = {"tailport": f"{line.column}:e", "headport": "head:w", "arrowtail": "crow", "arrowhead": "tee"}
            graph.add_edge(line.table, line.to, dir="both", **ends)
    answer = graph.draw(format="json", prog="dot")
    assert answer is not None
    return _read(json.loads(answer), diagram)


def _label(box: Box) -> str:
    """A table of empty cells as large as what will be drawn there."""
    wide = f'fixedsize="true" width="{width_of(box)}"'
    cells = [f'<td {wide} height="{HEAD}" port="head"></td>']
    cells += [f'<td {wide} height="{ROW}" port="{row}"></td>' for row in box.rows]
    cells += [f'<td {wide} height="{FOOT}"></td>'] if box.more else []
    rows = "".join(f"<tr>{cell}</tr>" for cell in cells)
    return f'<<table border="0" cellborder="0" cellspacing="0" cellpadding="0">{rows}</table>>'


def _read(answer: dict[str, Any], diagram: Diagram) -> Placed:
    left, below, right, above = (float(number) for number in answer["bb"].split(","))
    centres = {entry["name"]: [float(part) for part in entry["pos"].split(",")] for entry in answer["objects"]}
    boxes = {
        box.name: (
            centres[box.name][0] - left - width_of(box) / 2,
            above - centres[box.name][1] - height_of(box) / 2,
        )
        for box in diagram.boxes
    }

    def strokes(edge: dict[str, Any]) -> tuple[tuple[str, tuple[tuple[float, float], ...]], ...]:
        found = [step for part in ("_draw_", "_hdraw_", "_tdraw_") for step in edge.get(part, ())]
        return tuple(
            (step["op"], tuple((x - left, above - y) for x, y in step["points"])) for step in found if "points" in step
        )

    return Placed(right - left, above - below, boxes, tuple(strokes(edge) for edge in answer.get("edges", ())))
