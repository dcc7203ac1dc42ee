"""The pieces every report is laid out of: rows, cells, headers, display dates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from xero_simulator.values.amounts import CENT
from xero_simulator.values.days import wire_ms

Cell = dict[str, Any]
Row = dict[str, Any]

FX_GROUP = "FXGROUPID"
"""What stands for an account id on the one row into which Xero folds the currency accounts."""


@dataclass(frozen=True, slots=True)
class Amounts:
    """One line of a statement: a label, an account if it is one, and an amount for every column.

    Args:
        values: One amount a column, with the sign the report shows.
        account_id: The account, empty on lines that are none.
    """

    label: str
    values: tuple[Decimal, ...]
    account_id: str = ""


def figure(amount: Decimal) -> str:
    """An amount as reports write it: two decimals, a point, no separators."""
    return str(abs(amount).quantize(CENT) if amount == 0 else amount.quantize(CENT))


def header(labels: Sequence[str]) -> Row:
    """The row of column titles."""
    return {"RowType": "Header", "Cells": [{"Value": label} for label in labels]}


def account_row(line: Amounts) -> Row:
    """A row of one account; every cell carries the account's id."""
    values = [line.label, *(figure(value) for value in line.values)]
    return attributed_row(values, line.account_id, "account")


def attributed_row(values: Sequence[str], identity: str, name: str) -> Row:
    """A row whose every cell carries the same attribute."""
    attributes = {"Value": identity, "Id": name}
    return {"RowType": "Row", "Cells": [{"Value": value, "Attributes": [attributes]} for value in values]}


def plain_row(line: Amounts, kind: str = "Row") -> Row:
    """A row without attributes: a total, or a line such as Net Profit.

    Args:
        line: Its label and amounts.
        kind: `Row` or `SummaryRow`.
    """
    cells: list[Cell] = [{"Value": line.label}, *({"Value": figure(value)} for value in line.values)]
    return {"RowType": kind, "Cells": cells}


def section(title: str, rows: Sequence[Row]) -> Row:
    """A section with its rows."""
    return {"RowType": "Section", "Title": title, "Rows": list(rows)}


def total(label: str, lines: Sequence[Amounts], columns: int) -> Amounts:
    """The sum of lines, column by column."""
    values = tuple(sum((line.values[column] for line in lines), Decimal("0.00")) for column in range(columns))
    return Amounts(label, values)


def report(name: str, kind: str, titles: Sequence[str], rows: Sequence[Row], today: dt.date) -> Row:
    """The report around its rows.

    Args:
        kind: ReportType, also used as the ReportID.
    """
    noon = int(dt.datetime.combine(today, dt.time(1), dt.UTC).timestamp()) * 1000
    return {
        "ReportID": kind,
        "ReportName": name,
        "ReportType": kind,
        "ReportTitles": list(titles),
        "ReportDate": long_day(today),
        "UpdatedDateUTC": wire_ms(noon).replace("+0000", ""),
        "Fields": [],
        "Rows": list(rows),
    }


def long_day(day: dt.date) -> str:
    """A day as titles write it: 5 February 2026."""
    return f"{day.day} {day:%B %Y}"


def short_day(day: dt.date) -> str:
    """A day as the profit and loss heads its columns: 5 Feb 26."""
    return f"{day.day} {day:%b %y}"


def middle_day(day: dt.date) -> str:
    """A day as the balance sheet heads its columns: 5 Feb 2026."""
    return f"{day.day} {day:%b %Y}"
