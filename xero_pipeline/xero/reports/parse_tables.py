"""Tidy rows out of bank summary and trial balance.

A column is known by its label. Where that is not English, it is known by its place, if what stands there adds up as it
must: a guess that is wrong would be figures that are wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from xero_pipeline.xero.reports.parse_statements import LineType
from xero_pipeline.xero.reports.tree import (
    amount_of,
    attribute,
    cells_of,
    column_labels,
    flat,
    kind_of,
    rows_of,
    text_of,
)

_BANK_COLUMNS = ("opening balance", "cash received", "cash spent", "closing balance")
_TRIAL_COLUMNS = ("debit", "credit", "ytd debit", "ytd credit")
_Figures = Sequence[Decimal]


@dataclass(frozen=True, slots=True)
class BankSummaryRow:
    """A bank account's line of a bank summary.

    Args:
        account_id: The bank account's id, None where Xero does not mark the line with it.
        opening_balance: At the beginning of the first day.
        cash_spent: Within the period, positive.
        closing_balance: At the end of the last day.
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
        ytd_debit: Of the financial year up to the day; of what is owned or owed the balance.
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


def bank_summary_rows(report: Mapping[str, Any]) -> tuple[BankSummaryRow, ...]:
    """The bank accounts of a bank summary, without its total, which may add up different currencies.

    Args:
        report: The `Reports[0]` object.

    Raises:
        ValueError: A column is missing, or an amount is no number.
    """
    columns = _columns(report, _BANK_COLUMNS, "bank summary", _moves_to_its_close)
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
    columns = _columns(report, _TRIAL_COLUMNS, "trial balance", _balances)
    found: list[TrialBalanceRow] = []
    for top in rows_of(report):
        for section, row in flat(top):
            account_id = attribute(row, "account")
            name, amounts = _amounts(row, columns)
            kind: LineType = "total" if account_id is None else "account"
            found.append(TrialBalanceRow(section, kind, account_id, name, *amounts, position=len(found) + 1))
    return tuple(found)


def _columns(
    report: Mapping[str, Any], names: Sequence[str], what: str, adds_up: Callable[[Sequence[_Figures]], bool]
) -> list[int]:
    """Where the columns are: by their labels, or in the order that Xero documents where that adds up.

    Args:
        names: The English labels, in that order.
        what: The report, for the error.
        adds_up: Whether the figures of all accounts can be what the names say.
    """
    labels = [label.lower() for label in column_labels(report)]
    missing = [name for name in names if name not in labels]
    if not missing:
        return [labels.index(name) for name in names]
    in_order = list(range(len(names)))
    as_documented = len(labels) == len(names) and all(
        label == name or label not in names for label, name in zip(labels, names, strict=True)
    )
    if as_documented and adds_up([_amounts(row, in_order)[1] for row in _account_rows(report)]):
        return in_order
    raise ValueError(f"the {what} has no column {', '.join(missing)}, but {', '.join(labels)}")


def _account_rows(report: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [row for top in rows_of(report) for _, row in flat(top) if kind_of(row) == "Row"]


def _balances(accounts: Sequence[_Figures]) -> bool:
    debit, credit, ytd_debit, ytd_credit = (sum(side) for side in zip(*accounts, strict=True)) if accounts else (0,) * 4
    return debit == credit and ytd_debit == ytd_credit


def _moves_to_its_close(accounts: Sequence[_Figures]) -> bool:
    """Whether what came and went makes the closing balance; an account in another currency has its gains besides."""
    sound = [opening + received - spent == closing for opening, received, spent, closing in accounts]
    return 2 * sum(sound) >= len(sound)


def _amounts(row: Mapping[str, Any], columns: Sequence[int]) -> tuple[str, list[Decimal]]:
    """The label of a row, and its amounts in some columns."""
    cells = cells_of(row)
    label = text_of(cells[0]) if cells else ""
    if len(cells) <= max(columns) + 1:
        raise ValueError(f"the line {label!r} has only {len(cells)} cells")
    return label, [amount_of(cells[column + 1], label) for column in columns]
