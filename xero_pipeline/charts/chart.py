"""What a chart shows: figures under labels, and which variable of a style sheet each colour is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

Figures = Sequence[Decimal | None]
"""One for each label; None where there is none."""


@dataclass(frozen=True, slots=True)
class Label:
    """What stands under a column.

    Args:
        below: A second line, shown where it changes.
        full: The whole of it, where that is not text and second line.
        major: Whether it is shown where there is little room.
    """

    text: str
    below: str = ""
    full: str = ""
    major: bool = True

    def __str__(self) -> str:
        return self.full or f"{self.text} {self.below}".strip()


@dataclass(frozen=True, slots=True)
class Series:
    """Figures of one name.

    Args:
        colours: One for all of them, or one for each.
        negative: The colour of those below zero, where it is another.
        dash: Of a line, the lengths of its strokes and gaps; empty for one without gaps. Lines are told apart by it
            where there is no colour.
    """

    name: str
    figures: Figures
    colours: Sequence[str]
    negative: str = ""
    dash: str = ""

    def colour(self, place: int) -> str:
        """The colour of one figure."""
        if self.negative and (self.figures[place] or 0) < 0:
            return self.negative
        return self.colours[place % len(self.colours)]


@dataclass(frozen=True, slots=True)
class ColumnChart:
    """Columns and lines over labels from left to right.

    Args:
        title: What it shows, in a few words.
        stacks: Stand side by side over each label; the figures of one stand on each other.
        axis: What the labels are, where they do not say so themselves.
        with_amounts: Whether each column has its amount written beside it.
        steps: About how many lines the grid has.
        percent: Whether the figures are per cent; else they are amounts.
    """

    title: str
    labels: Sequence[Label]
    stacks: Sequence[Sequence[Series]] = ()
    lines: Sequence[Series] = ()
    axis: str = field(default="", kw_only=True)
    with_amounts: bool = field(default=False, kw_only=True)
    steps: int = field(default=5, kw_only=True)
    percent: bool = field(default=False, kw_only=True)

    def all_series(self) -> Iterator[Series]:
        """Columns, then lines."""
        for stack in self.stacks:
            yield from stack
        yield from self.lines

    @property
    def figures(self) -> Mapping[str, Figures]:
        """By name of the series."""
        return {series.name: series.figures for series in self.all_series()}


@dataclass(frozen=True, slots=True)
class BarChart:
    """Bars from left to right, one below the other, each with its name and its amount."""

    title: str
    names: Sequence[str]
    figures: Sequence[Decimal]
    colour: str


Chart = ColumnChart | BarChart


def month_labels(months: Sequence[date]) -> list[Label]:
    """Months, with the year below; the first of each quarter is the one that stays."""
    return [Label(f"{month:%b}", f"{month:%Y}", major=month.month in {1, 4, 7, 10}) for month in months]
