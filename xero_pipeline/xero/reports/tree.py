"""How Xero lays a report out: a header row, and a tree of sections whose rows are cells of text.

Source: Xero's page "Reports", the examples of its OpenAPI description, and recorded answers of a demo company.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from xero_pipeline.calendar import month_end
from xero_pipeline.xero.values import is_list

_AMOUNT = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_FITS = re.compile(r"-?0*\d{1,15}(\.\d{1,4}0*)?", re.ASCII)
"""What a column of money holds."""
_DAY = re.compile(r"(\d{1,2}) ([A-Za-z]{3})[a-z]* (\d{4}|\d{2})", re.ASCII)
_MONTH = re.compile(r"([A-Za-z]{3})[a-z]*[ -](\d{4}|\d{2})", re.ASCII)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def column_labels(report: Mapping[str, Any]) -> tuple[str, ...]:
    """The labels of a report's value columns.

    Args:
        report: The `Reports[0]` object.

    Raises:
        ValueError: It has no header row.
    """
    for row in rows_of(report):
        if row.get("RowType") == "Header":
            return tuple(text_of(cell) for cell in cells_of(row)[1:])
    raise ValueError("the report has no header row")


def label_day(label: str) -> date | None:
    """The day in a column's label, such as `30 Nov 26` or `30 Nov 2026`; None if it is not a day.

    Args:
        label: As Xero shows it. Its months are English in every region.
    """
    found = _DAY.fullmatch(label.strip())
    return _day(*found.groups()) if found else None


def label_month(label: str) -> date | None:
    """The last day of the month in a column's label, such as `Nov 2026` or `Nov-26`; None if it is not a month.

    Args:
        label: As Xero shows it.
    """
    found = _MONTH.fullmatch(label.strip())
    first = _day("1", found[1], found[2]) if found else None
    return month_end(first) if first else None


def titled_day(report: Mapping[str, Any]) -> date | None:
    """The last day that the titles of a report name, such as `As at 30 November 2026`; None if they name none.

    Args:
        report: The `Reports[0]` object. Its first two titles are the report's and the organisation's name.
    """
    titles = " / ".join(str(title) for title in _list(report, "ReportTitles")[2:])
    days = [day for found in _DAY.finditer(titles) if (day := _day(*found.groups()))]
    return days[-1] if days else None


def rows_of(part: Mapping[str, Any]) -> list[Any]:
    """The rows of a report or of a section; a section may have none, or not even the key."""
    return _list(part, "Rows")


def cells_of(row: Mapping[str, Any]) -> list[Any]:
    """The cells of a row."""
    return _list(row, "Cells")


def kind_of(row: Mapping[str, Any]) -> str:
    """What a row is: Header, Section, Row or SummaryRow; one of a kind nobody knows is what it looks like.

    Args:
        row: A row of any kind.
    """
    kind = str(row.get("RowType") or "")
    if kind in {"Header", "Section", "Row", "SummaryRow"}:
        return kind
    # Noted as drift where the answer is kept. Without rows and cells it holds no figure, as a header does.
    return "Section" if rows_of(row) else "Row" if cells_of(row) else "Header"


def title_of(section: Mapping[str, Any]) -> str:
    """A section's title, empty where it has none."""
    return str(section.get("Title") or "").strip()


def flat(row: Mapping[str, Any], section: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The rows and totals of a section and of all below it, each with the title it stands under.

    Args:
        row: A row of any kind.
    """
    if kind_of(row) == "Section":
        for child in rows_of(row):
            yield from flat(child, title_of(row) or section)
    elif kind_of(row) in {"Row", "SummaryRow"}:
        yield section, row


def text_of(cell: Mapping[str, Any]) -> str:
    """What a cell shows, empty where it has no value."""
    value = cell.get("Value")
    return "" if value is None else str(value).strip()


def attribute(row: Mapping[str, Any], *names: str) -> str | None:
    """What a row's first cell is marked with, None if it is not.

    Args:
        row: A row with cells.
        *names: The attribute's possible names; their case does not matter.
    """
    wanted = {name.lower() for name in names}
    for found in _list(cells_of(row)[0], "Attributes") if cells_of(row) else ():
        if str(found.get("Id", "")).lower() in wanted:
            return str(found.get("Value", ""))
    return None


def amount_of(cell: Mapping[str, Any], label: str) -> Decimal:
    """The amount of a cell; 0 where it is empty.

    Args:
        label: Of its row, for the error.

    Raises:
        ValueError: It holds something else than a number, or one that no column of money holds.
    """
    text = text_of(cell)
    if not text:
        return Decimal(0)
    if not _AMOUNT.fullmatch(text):
        raise ValueError(f"the amount {text[:40]!r} of {label!r} is not a number")
    if not _FITS.fullmatch(text):
        raise ValueError(f"the amount {text[:40]!r} of {label!r} has more digits than an amount of money")
    return Decimal(text)


def _day(day: str, month: str, year: str) -> date | None:
    if month.lower() not in _MONTHS:
        return None
    try:
        return date(int(year) + (2000 if len(year) == 2 else 0), _MONTHS.index(month.lower()) + 1, int(day))
    except ValueError:
        return None


def _list(thing: Mapping[str, Any], key: str) -> list[Any]:
    found = thing.get(key)
    return found if is_list(found) else []
