"""Tidy rows out of the reports that are no statements: bank summary, trial balance, executive summary."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Literal

from xero_pipeline.xero.report_layout import (
    amount_of,
    attribute,
    cells_of,
    column_labels,
    flat,
    kind_of,
    rows_of,
    text_of,
)
from xero_pipeline.xero.report_rows import LineType

_BANK_COLUMNS = ("opening balance", "cash received", "cash spent", "closing balance")
_TRIAL_COLUMNS = ("debit", "credit", "ytd debit", "ytd credit")
_NUMBER = re.compile(r"(-?\d+(?:\.\d+)?)%?", re.ASCII)
_TENTH_OF_A_MIL = Decimal("0.0001")

Unit = Literal["currency", "percent", "days", "count", "ratio"]

# Of the lines whose unit the figures do not show; Xero's labels are English in every region.
_UNITS: Mapping[str, Unit] = {
    "number of invoices issued": "count",
    "average debtors days": "days",
    "average creditors days": "days",
    "current assets to liabilities": "ratio",
    "term assets to liabilities": "ratio",
}


@dataclass(frozen=True, slots=True)
class BankSummaryRow:
    """A bank account's line of a bank summary.

    Args:
        account_id: The bank account's id, None where Xero does not mark the line with it.
        account_name: Its name.
        opening_balance: At the beginning of the first day.
        cash_received: Within the period.
        cash_spent: Within the period, positive.
        closing_balance: At the end of the last day.
        position: From 1, in the order of the report.
    """

    account_id: str | None
    account_name: str
    opening_balance: Decimal
    cash_received: Decimal
    cash_spent: Decimal
    closing_balance: Decimal
    position: int


@dataclass(frozen=True, slots=True)
class TrialBalanceRow:
    """A line of a trial balance. A side that Xero leaves empty is 0.

    Args:
        section: The class of account it stands under, such as Revenue; empty for the total.
        line_type: `account`, or `total` for the last line.
        account_id: The account's id, None for the total.
        account_name: The label: the account's name with its code in brackets.
        debit: Of the month up to the day.
        credit: Likewise.
        ytd_debit: Of the financial year up to the day; of what is owned or owed the balance.
        ytd_credit: Likewise.
        position: From 1, in the order of the report.
    """

    section: str
    line_type: LineType
    account_id: str | None
    account_name: str
    debit: Decimal
    credit: Decimal
    ytd_debit: Decimal
    ytd_credit: Decimal
    position: int


@dataclass(frozen=True, slots=True)
class ExecutiveSummaryRow:
    """A key figure of a month beside that of the month before.

    Args:
        section: The title above it.
        line: What the figure is.
        unit: What it is counted in, None where Xero does not show it.
        this_month: As Xero writes it, with all its digits.
        this_month_value: As a number with 4 decimals, of 7.3% the 7.3; None where it is none.
        last_month: As Xero writes it.
        last_month_value: As a number.
        variance: As Xero writes it, a percentage.
        variance_value: As a number, in percent.
        position: From 1, in the order of the report.
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


def bank_summary_rows(report: Mapping[str, Any]) -> tuple[BankSummaryRow, ...]:
    """The bank accounts of a bank summary, without its total, which may add up different currencies.

    Args:
        report: The `Reports[0]` object.

    Raises:
        ValueError: A column is missing, or an amount is no number.
    """
    columns = _columns(report, _BANK_COLUMNS, "bank summary")
    found: list[BankSummaryRow] = []
    for top in rows_of(report):
        for _, row in flat(top):
            account_id = attribute(row, "accountID", "account")
            if kind_of(row) == "Row":
                name, amounts = _amounts(row, columns)
                found.append(BankSummaryRow(account_id, name, *amounts, position=len(found) + 1))
    return tuple(found)


def trial_balance_rows(report: Mapping[str, Any]) -> tuple[TrialBalanceRow, ...]:
    """Every line of a trial balance.

    Args:
        report: The `Reports[0]` object.

    Raises:
        ValueError: A column is missing, or an amount is no number.
    """
    columns = _columns(report, _TRIAL_COLUMNS, "trial balance")
    found: list[TrialBalanceRow] = []
    for top in rows_of(report):
        for section, row in flat(top):
            account_id = attribute(row, "account")
            name, amounts = _amounts(row, columns)
            kind: LineType = "total" if account_id is None else "account"
            found.append(TrialBalanceRow(section, kind, account_id, name, *amounts, position=len(found) + 1))
    return tuple(found)


def executive_summary_rows(report: Mapping[str, Any]) -> tuple[ExecutiveSummaryRow, ...]:
    """Every figure of an executive summary.

    Args:
        report: The `Reports[0]` object.

    Raises:
        ValueError: It has not the three columns of the month, the month before and their variance.
    """
    labels = column_labels(report)
    if len(labels) != 3 or labels[2].lower() != "variance":
        raise ValueError(f"the executive summary has the columns {', '.join(labels)}")
    lines = (_figure(section, row) for top in rows_of(report) for section, row in flat(top))
    return tuple(replace(line, position=position) for position, line in enumerate(lines, start=1))


def _figure(section: str, row: Mapping[str, Any]) -> ExecutiveSummaryRow:
    texts = [text_of(cell) for cell in cells_of(row)]
    if len(texts) != 4:
        raise ValueError(f"the line {''.join(texts[:1])!r} has {len(texts)} cells, not 4")
    line, now, before, variance = texts
    return ExecutiveSummaryRow(
        section=section,
        line=line,
        unit=_unit(line, now, before),
        this_month=now,
        this_month_value=_number(now),
        last_month=before,
        last_month_value=_number(before),
        variance=variance,
        variance_value=_number(variance),
        position=0,
    )


def _unit(line: str, *figures: str) -> Unit | None:
    if any(figure.endswith("%") for figure in figures):
        return "percent"
    money = any(_number(figure) is not None and figure[-3:-2] == "." for figure in figures)
    return _UNITS.get(line.lower()) or ("currency" if money else None)


def _number(text: str) -> Decimal | None:
    """What the text says as a number that a column can hold; the text itself is kept beside it."""
    found = _NUMBER.fullmatch(text)
    if found is None or len(found[1].partition(".")[0]) > 14:
        return None
    return Decimal(found[1]).quantize(_TENTH_OF_A_MIL, rounding=ROUND_HALF_EVEN)


def _columns(report: Mapping[str, Any], names: Sequence[str], what: str) -> list[int]:
    labels = [label.lower() for label in column_labels(report)]
    missing = [name for name in names if name not in labels]
    if missing:
        raise ValueError(f"the {what} has no column {', '.join(missing)}, but {', '.join(labels)}")
    return [labels.index(name) for name in names]


def _amounts(row: Mapping[str, Any], columns: Sequence[int]) -> tuple[str, list[Decimal]]:
    """The label of a row, and its amounts in some columns."""
    cells = cells_of(row)
    label = text_of(cells[0]) if cells else ""
    if len(cells) <= max(columns) + 1:
        raise ValueError(f"the line {label!r} has only {len(cells)} cells")
    return label, [amount_of(cells[column + 1], label) for column in columns]
