"""Elements of SVG, as text."""

from __future__ import annotations

from html import escape
from typing import Literal

SIZE = 12
"""Of all letters, in pixels."""

_WIDEST = 6.6
"""Of a letter of that size, on average: no font is at hand that could be measured."""


def var(colour: str) -> str:
    """A colour, by the variable of the style sheet that has it."""
    return f"var(--{colour})"


def text(
    x: float,
    y: float,
    words: str,
    *,
    anchor: Literal["start", "middle", "end"] = "start",
    colour: str = "soft",
    bold: bool = False,
) -> str:
    """Words, with their foot at a point."""
    more = ("" if anchor == "start" else f' text-anchor="{anchor}"') + (' font-weight="600"' if bold else "")
    return f'<text x="{at(x)}" y="{at(y)}" fill="{var(colour)}"{more}>{escape(words, quote=False)}</text>'


def rule(x: float, y: float, width: float, colour: str) -> str:
    """A thin line from left to right."""
    return f'<path d="M{at(x)} {at(round(y) + 0.5)}h{at(width)}" stroke="{var(colour)}"/>'


def box(x: float, y: float, width: float, height: float) -> str:
    """A filled rectangle, as a part of the `d` of a path."""
    return f"M{at(x)} {at(y)}h{at(width)}v{at(height)}h{at(-width)}z"


def filled(shape: str, colour: str) -> str:
    """A path of one colour."""
    return f'<path d="{shape}" fill="{var(colour)}"/>'


def at(number: float) -> str:
    """A number of pixels, to a tenth."""
    return f"{round(number, 1) + 0.0:g}"  # a zero never has a sign


def width_of(words: str) -> float:
    """About how wide some words are."""
    return _WIDEST * len(words)


def cut(words: str, width: float) -> str:
    """Words, cut off where they are too wide."""
    most = max(1, int(width / _WIDEST))
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"
