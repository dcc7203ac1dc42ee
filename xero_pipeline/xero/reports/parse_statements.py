"""Tidy rows out of statements: profit and loss, balance sheet, budget.

A statement is a tree of sections with an amount for every column. A row belongs to an account only if its first cell
carries the account's id, whatever its label says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Literal

from xero_pipeline.xero.reports.tree import (
    amount_of,
    attribute,
    cells_of,
    column_labels,
    flat,
    kind_of,
    rows_of,
    text_of,
    title_of,
)

LineType = Literal["account", "group", "total"]

BELOW = " > "
"""Between the titles of sections that lie one in the other."""


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A line of a statement of one month.

    Args:
        section: The title above it; empty for lines between the sections, such as Net Profit.
        line_type: `account` for an account's own amount, `group` for accounts that an organisation's own layout puts
            together in one line, `total` for any other sum.
        account_id: Of an account's line: its id. Xero has ids of its own where it puts currency gains together, such
            as `FXGROUPID`, and on the line of the current year's earnings, which no account holds.
        account_name: The label, of totals as well.
        amount: In base currency, with the sign Xero shows.
    """

    section: str
    line_type: LineType
    account_id: str | None
    account_name: str
    amount: Decimal
    position: int


@dataclass(frozen=True, slots=True)
class TrackingCategory:
    """A category by which a profit and loss is split into columns.

    Args:
        options: The id of each option whose name no other option of the category has.
    """

    category_id: str
    name: str
    options: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TrackingRow:
    """A line of one column of a profit and loss by tracking category.

    Args:
        option_position: The column, from 1, in the order of the report.
        tracking_option_id: The option, where the column's label names exactly one.
        tracking_option: The column's label; besides the options Xero has `Unassigned` and `Total`.
        section: As of a `StatementRow`, like all that follow.
        position: From 1 in every column.
    """

    tracking_category_id: str
    tracking_category: str
    option_position: int
    tracking_option_id: str | None
    tracking_option: str
    section: str
    line_type: LineType
    account_id: str | None
    account_name: str
    amount: Decimal
    position: int


def statement_rows(report: Mapping[str, Any], column: int) -> tuple[StatementRow, ...]:
    """The lines of one column, as a call for that column alone would show them.

    A call for several columns lists an account in all of them as soon as it moved in one. So accounts without an
    amount are left out, and with them the total of a section in which no account is left; lines between the sections
    stay.

    Args:
        report: The `Reports[0]` object.
        column: Which value column, from 0.

    Raises:
        ValueError: A line has no such column, or its amount is no number.
    """
    return _numbered(line for row in rows_of(report) for line in _lines(row, _Place(), column)[0])


def balance_sheet_rows(report: Mapping[str, Any], column: int) -> tuple[StatementRow, ...]:
    """The lines of one day of a balance sheet, as `statement_rows`, with all titles above a line: `Assets > Bank`.

    Xero does not put one section into another here: an empty one with a title opens a group, and its total in a section
    without a title closes it: one of that name, or in another language one that is the sum of what stands between.

    Args:
        report: The `Reports[0]` object.
        column: Which value column, from 0.

    Raises:
        ValueError: A line has no such column, or its amount is no number.
    """
    placed = _grouped(rows_of(report))
    return _numbered(line for place, row in placed for line in _lines(row, place, column)[0])


def tracking_rows(report: Mapping[str, Any], category: TrackingCategory) -> tuple[TrackingRow, ...]:
    """Every column of a profit and loss by tracking category, each like a profit and loss of its own.

    Args:
        report: The `Reports[0]` object.
        category: What its columns are options of.

    Raises:
        ValueError: It is not laid out as documented.
    """
    labels = column_labels(report)
    once = {label for label in labels if labels.count(label) == 1}
    return tuple(
        TrackingRow(
            tracking_category_id=category.category_id,
            tracking_category=category.name,
            option_position=column + 1,
            tracking_option_id=category.options.get(label) if label in once else None,
            tracking_option=label,
            section=line.section,
            line_type=line.line_type,
            account_id=line.account_id,
            account_name=line.account_name,
            amount=line.amount,
            position=line.position,
        )
        for column, label in enumerate(labels)
        for line in statement_rows(report, column)
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a row stands.

    Args:
        whole_path: Whether all titles above it are told, not only the nearest.
        top: Whether it is at the top of the report.
        between: Whether its section holds no accounts but stands between those that do.
    """

    section: str = ""
    whole_path: bool = False
    top: bool = True
    between: bool = True

    def below(self, title: str) -> _Place:
        path = f"{self.section}{BELOW}{title}" if self.whole_path and self.section and title else title or self.section
        return _Place(path, self.whole_path, top=False, between=not path or (self.top and not title))


def _numbered(lines: Iterator[StatementRow]) -> tuple[StatementRow, ...]:
    return tuple(replace(line, position=position) for position, line in enumerate(lines, start=1))


def _grouped(sections: Sequence[Mapping[str, Any]]) -> Iterator[tuple[_Place, Mapping[str, Any]]]:
    """Every section with the groups that are open where it stands."""
    groups: list[tuple[str, int]] = []
    for number, section in enumerate(sections):
        yield _Place(BELOW.join(title for title, _ in groups), whole_path=True), section
        if title_of(section) and not rows_of(section):
            end = _end_of_group(sections, number)
            groups += [(title_of(section), end)] if end is not None else []
        groups = [(title, end) for title, end in groups if end > number]


def _end_of_group(sections: Sequence[Mapping[str, Any]], start: int) -> int | None:
    """Where the total of a group stands that an empty section opens: known by its label, else by its amounts."""
    later = [number for number in range(start + 1, len(sections)) if not title_of(sections[number])]
    label = f"total {title_of(sections[start])}".lower()
    named = [number for number in later if any(label == text.lower() for text, _ in _totals(sections[number]))]
    if named:
        return named[0]
    for number in later:
        sums = _sums(sections[start + 1 : number])
        if sums and any(amounts == sums for _, amounts in _totals(sections[number])):
            return number
    return None


def _totals(section: Mapping[str, Any]) -> list[tuple[str, list[Decimal]]]:
    """The lines of a section without a title, each with its amounts."""
    return [(text_of(cells_of(row)[0]), _amounts(row)) for row in rows_of(section) if cells_of(row)]


def _sums(sections: Sequence[Mapping[str, Any]]) -> list[Decimal]:
    """What the lines of some sections come to, their own totals left out; nothing where there are none."""
    lines = [_amounts(row) for one in sections if title_of(one) for _, row in flat(one) if kind_of(row) == "Row"]
    return [sum(column, Decimal(0)) for column in zip(*lines, strict=False)]


def _amounts(row: Mapping[str, Any]) -> list[Decimal]:
    label, *cells = cells_of(row)
    return [amount_of(cell, text_of(label)) for cell in cells]


def _lines(row: Mapping[str, Any], place: _Place, column: int) -> tuple[list[StatementRow], bool]:
    """The lines of a row and of all below it, and whether an account is among them."""
    kind = kind_of(row)
    if kind == "Header":
        return [], False
    if kind != "Section":
        line = _line(row, place, column)
        total = line.line_type == "total"
        return ([line] if line.amount or total else []), not total and line.amount != 0
    inside = place.below(title_of(row))
    below = [(_lines(child, inside, column), child) for child in rows_of(row)]
    lively = any(has_account for (_, has_account), _ in below)
    kept = [
        line
        for (lines, _), child in below
        for line in lines
        if lively or kind_of(child) == "Section" or line.amount or inside.between
    ]
    return kept, lively


def _line(row: Mapping[str, Any], place: _Place, column: int) -> StatementRow:
    cells = cells_of(row)
    label = text_of(cells[0]) if cells else ""
    account_id = attribute(row, "account")
    if len(cells) <= column + 1:
        raise ValueError(f"the line {label!r} has no column {column + 1}")
    sum_of_all = place.between or kind_of(row) != "Row"
    return StatementRow(
        section=place.section,
        line_type="account" if account_id is not None else "total" if sum_of_all else "group",
        account_id=account_id,
        account_name=label,
        amount=amount_of(cells[column + 1], label),
        position=0,
    )
