"""Tidy rows out of a report's nested sections.

Source: Xero's page "Reports" and recorded answers of a demo company. A report is a tree of sections; amounts are text;
a row belongs to an account only if its first cell carries the account's id, whatever its label says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal

_AMOUNT = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_LABEL = re.compile(r"(\d{1,2}) ([A-Za-z]{3})[a-z]* (\d{4}|\d{2})", re.ASCII)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_BANK_COLUMNS = ("opening balance", "cash received", "cash spent", "closing balance")


@dataclass(frozen=True, slots=True)
class ProfitAndLossRow:
    """A line of a profit and loss of one month.

    Args:
        section: The title above it; empty for lines between the sections, such as Net Profit.
        line_type: `account` for an account's own amount, `total` for any sum.
        account_id: Of an account's line: its id, or `FXGROUPID` where Xero puts currency gains together.
        account_name: The label, of totals as well.
        amount: In base currency, with the sign Xero shows.
        position: From 1, in the order of the report.
    """

    section: str
    line_type: Literal["account", "total"]
    account_id: str | None
    account_name: str
    amount: Decimal
    position: int


@dataclass(frozen=True, slots=True)
class BankSummaryRow:
    """A bank account's line of a bank summary.

    Args:
        account_id: The bank account's id.
        account_name: Its name.
        opening_balance: At the beginning of the first day.
        cash_received: Within the period.
        cash_spent: Within the period, positive.
        closing_balance: At the end of the last day.
        position: From 1, in the order of the report.
    """

    account_id: str
    account_name: str
    opening_balance: Decimal
    cash_received: Decimal
    cash_spent: Decimal
    closing_balance: Decimal
    position: int


def column_labels(report: Mapping[str, Any]) -> tuple[str, ...]:
    """The labels of a report's value columns.

    Args:
        report: The `Reports[0]` object.

    Raises:
        ValueError: It has no header row.
    """
    for row in _list(report, "Rows"):
        if row.get("RowType") == "Header":
            return tuple(_text(cell) for cell in _list(row, "Cells")[1:])
    raise ValueError("the report has no header row")


def label_day(label: str) -> date | None:
    """The day in a column's label, such as `30 Nov 26` or `30 Nov 2026`; None if it is not a day.

    Args:
        label: As Xero shows it. Its months are English in every region.
    """
    found = _LABEL.fullmatch(label.strip())
    if found is None or found[2].lower() not in _MONTHS:
        return None
    year = int(found[3]) + (2000 if len(found[3]) == 2 else 0)
    try:
        return date(year, _MONTHS.index(found[2].lower()) + 1, int(found[1]))
    except ValueError:
        return None


def profit_and_loss_rows(report: Mapping[str, Any], column: int) -> tuple[ProfitAndLossRow, ...]:
    """The lines of one month, as a call for that month alone would show them.

    A call for several months lists an account in all of them as soon as it moved in one. So accounts without an amount
    are left out, and with them the total of a section in which no account is left; lines between the sections stay.

    Args:
        report: The `Reports[0]` object.
        column: Which value column, from 0.

    Raises:
        ValueError: A line has no such column, or its amount is no number.
    """
    lines = (line for row in _list(report, "Rows") for line in _lines(row, "", column)[0])
    return tuple(replace(line, position=position) for position, line in enumerate(lines, start=1))


def _lines(row: Mapping[str, Any], section: str, column: int) -> tuple[list[ProfitAndLossRow], bool]:
    """The lines of a row and of all below it, and whether an account is among them."""
    kind = row.get("RowType")
    if kind == "Header":
        return [], False
    if kind != "Section":
        line = _line(row, section, column)
        account = line.line_type == "account"
        return ([line] if line.amount or not account else []), account and line.amount != 0
    title = str(row.get("Title") or "").strip() or section
    below = [(_lines(child, title, column), child) for child in _list(row, "Rows")]
    lively = any(has_account for (_, has_account), _ in below)
    kept = [
        line
        for (lines, _), child in below
        for line in lines
        if lively or child.get("RowType") == "Section" or line.amount or not title
    ]
    return kept, lively


def _line(row: Mapping[str, Any], section: str, column: int) -> ProfitAndLossRow:
    cells = _list(row, "Cells")
    label = _text(cells[0]) if cells else ""
    account_id = _attribute(cells[0], "account") if cells else None
    if len(cells) <= column + 1:
        raise ValueError(f"the line {label!r} has no column {column + 1}")
    return ProfitAndLossRow(
        section=section,
        line_type="total" if account_id is None else "account",
        account_id=account_id,
        account_name=label,
        amount=_amount(cells[column + 1], label),
        position=0,
    )


def bank_summary_rows(report: Mapping[str, Any]) -> tuple[BankSummaryRow, ...]:
    """The bank accounts of a bank summary, without its total, which may add up different currencies.

    Args:
        report: The `Reports[0]` object.

    Raises:
        ValueError: A column is missing, or an amount is no number.
    """
    labels = [label.strip().lower() for label in column_labels(report)]
    missing = [name for name in _BANK_COLUMNS if name not in labels]
    if missing:
        raise ValueError(f"the bank summary has no column {', '.join(missing)}, but {', '.join(labels)}")
    columns = [labels.index(name) for name in _BANK_COLUMNS]
    rows = (row for top in _list(report, "Rows") for row in _flat(top))
    found = (line for row in rows if (line := _bank_line(row, columns)) is not None)
    return tuple(replace(line, position=position) for position, line in enumerate(found, start=1))


def _bank_line(row: Mapping[str, Any], columns: Sequence[int]) -> BankSummaryRow | None:
    cells = _list(row, "Cells")
    account_id = _attribute(cells[0], "accountID", "account") if cells else None
    if account_id is None:
        return None
    name = _text(cells[0])
    if len(cells) <= max(columns) + 1:
        raise ValueError(f"the line {name!r} has only {len(cells)} cells")
    amounts = [_amount(cells[column + 1], name) for column in columns]
    return BankSummaryRow(account_id, name, *amounts, position=0)


def _flat(row: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if row.get("RowType") == "Section":
        for child in _list(row, "Rows"):
            yield from _flat(child)
    elif row.get("RowType") == "Row":
        yield row


def _list(thing: Mapping[str, Any], key: str) -> list[Any]:
    found = thing.get(key)
    return found if isinstance(found, list) else []


def _text(cell: Mapping[str, Any]) -> str:
    return str(cell.get("Value") or "").strip()


def _attribute(cell: Mapping[str, Any], *names: str) -> str | None:
    wanted = {name.lower() for name in names}
    for attribute in _list(cell, "Attributes"):
        if str(attribute.get("Id", "")).lower() in wanted:
            return str(attribute.get("Value", ""))
    return None


def _amount(cell: Mapping[str, Any], label: str) -> Decimal:
    value = cell.get("Value")
    text = "" if value is None else str(value).strip()
    if not text:
        return Decimal(0)
    if not _AMOUNT.fullmatch(text):
        raise ValueError(f"the amount {text[:40]!r} of {label!r} is not a number")
    return Decimal(text)
