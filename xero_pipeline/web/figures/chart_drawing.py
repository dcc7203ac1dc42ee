"""Charts drawn: from a specification to SVG that stands in a page."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from xero_pipeline.web.figures.charts import config

WIDE, NARROW = 560, 340
"""Widths in pixels: a chart shrunk to a telephone could not be read, so there is one for each."""
_ROLES = re.compile(r' (?:role|aria-[a-z]+)="[^"]*"')


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chart in both widths."""

    title: str
    wide: Markup
    narrow: Markup


def draw(name: str, spec: Callable[[bool], Mapping[str, Any]], title: str, description: str, height: int) -> Drawn:
    """Draw a chart.

    Args:
        spec: From `charts`; told whether the chart will be narrow.
        title: What it shows, in a few words.
        description: What it says, in a sentence, for people who do not see it.
    """
    wide, narrow = (
        _svg(f"{name}-{width}", spec(width == NARROW), title, description, width, height) for width in (WIDE, NARROW)
    )
    return Drawn(title, wide, narrow)


def _svg(name: str, spec: Mapping[str, Any], title: str, description: str, width: int, height: int) -> Markup:
    import vl_convert

    sized = {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": width,
        "height": height,
        "autosize": {"type": "fit", "contains": "padding"},
        "padding": 4,
        "config": config(),
        **spec,
    }
    drawn = vl_convert.vegalite_to_svg(sized)
    box = re.search(r'viewBox="([^"]+)"', drawn)
    inside = drawn[drawn.index(">") + 1 :]
    # The picture is one image to a screen reader; its parts have nothing to say beside the table.
    return Markup(  # noqa: S704 - drawn by us; the texts in it are escaped by the library, these two here
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box[1] if box else f"0 0 {width} {height}"}" '
        f'role="img" aria-labelledby="{name}-t {name}-d"><title id="{name}-t">{escape(title)}</title>'
        f'<desc id="{name}-d">{escape(description)}</desc>{_ROLES.sub("", inside)}'
    )
