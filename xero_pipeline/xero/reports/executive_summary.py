"""Tidy rows out of the executive summary: key figures of a month beside those of the month before.

Its three columns are known by their place, and the variance by its percentages, whatever they are called.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Literal

from xero_pipeline.xero.reports.tree import cells_of, column_labels, flat, rows_of, text_of

_NUMBER = re.compile(r"(-?\d+(?:\.\d+)?)%?", re.ASCII)
_TENTH_OF_A_MIL = Decimal("0.0001")

Unit = Literal["currency", "percent", "days", "count", "ratio"]

# Of the lines whose unit the figures do not show.
_UNITS: Mapping[str, Unit] = {
    "number of invoices issued": "count",
    "average debtors days": "days",
    "average creditors days": "days",
    "current assets to liabilities": "ratio",
    "term assets to liabilities": "ratio",
}
# The same by section and line, from 0, for labels in another language; in the layout of Xero's OpenAPI example alone.
_UNITS_BY_PLACE: Mapping[tuple[int, int], Unit] = {
    (3, 0): "count",
    (5, 0): "days",
    (5, 1): "days",
    (5, 3): "ratio",
    (5, 4): "ratio",
}
_LINES_OF_SECTIONS = ((4, 6, 3, 2, 3, 4), (4, 6, 3, 2, 3, 5))

_Placed = tuple[str, Mapping[str, Any], Unit | None]


@dataclass(frozen=True, slots=True)
class ExecutiveSummaryRow:
    """A key figure of a month beside that of the month before.

    Args:
        line: What the figure is.
        unit: What it is counted in, None where Xero does not show it.
        this_month: As Xero writes it, with all its digits.
        this_month_value: As a number with 4 decimals, of 7.3% the 7.3; None where it is none.
        last_month: As Xero writes it.
        variance: As Xero writes it, a percentage.
        variance_value: As a number, in percent.
    """

    section: str
    line: str
    unit: Unit | None
    this_month: str
    this_month_value: Decimal | None
    last_month: str
    last_month_value: Decimal | None
    variance: str
    variance_value: Decimal | None
    position: int


def executive_summary_rows(report: Mapping[str, Any]) -> tuple[ExecutiveSummaryRow, ...]:
    """Every figure of an executive summary.

    Args:
        report: The `Reports[0]` object.

    Raises:
        ValueError: It has not the three columns of the month, the month before and their variance.
    """
    labels = column_labels(report)
    flaw = ValueError(f"the executive summary has the columns {', '.join(labels)}")
    if len(labels) != 3:
        raise flaw
    lines = tuple(_figure(position, *placed) for position, placed in enumerate(_placed(report), start=1))
    if labels[2].lower() != "variance" and not all(_is_share(line.variance) for line in lines):
        raise flaw
    return lines


def _is_share(text: str) -> bool:
    return not text or text.endswith("%")


def _placed(report: Mapping[str, Any]) -> list[_Placed]:
    """Every line with the title above it, and the unit that its place tells where no label is English."""
    sections = [lines for top in rows_of(report) if (lines := list(flat(top)))]
    labels = {text_of(cells_of(row)[0]).lower() for lines in sections for _, row in lines if cells_of(row)}
    by_place = tuple(map(len, sections)) in _LINES_OF_SECTIONS and labels.isdisjoint(_UNITS)
    return [
        (title, row, _UNITS_BY_PLACE.get((number, place)) if by_place else None)
        for number, lines in enumerate(sections)
        for place, (title, row) in enumerate(lines)
    ]


def _figure(position: int, section: str, row: Mapping[str, Any], by_place: Unit | None) -> ExecutiveSummaryRow:
    texts = [text_of(cell) for cell in cells_of(row)]
    if len(texts) != 4:
        raise ValueError(f"the line {''.join(texts[:1])!r} has {len(texts)} cells, not 4")
    line, now, before, variance = texts
    return ExecutiveSummaryRow(
        section=section,
        line=line,
        unit=_unit(_UNITS.get(line.lower()) or by_place, now, before),
        this_month=now,
        this_month_value=_number(now),
        last_month=before,
        last_month_value=_number(before),
        variance=variance,
        variance_value=_number(variance),
        position=position,
    )


def _unit(known: Unit | None, *figures: str) -> Unit | None:
    if any(figure.endswith("%") for figure in figures):
        return "percent"
    money = any(_number(figure) is not None and figure[-3:-2] == "." for figure in figures)
    return known or ("currency" if money else None)


def _number(text: str) -> Decimal | None:
    """What the text says as a number that a column can hold; the text itself is kept beside it."""
    found = _NUMBER.fullmatch(text)
    if found is None or len(found[1].partition(".")[0]) > 14:
        return None
    return Decimal(found[1]).quantize(_TENTH_OF_A_MIL, rounding=ROUND_HALF_EVEN)
