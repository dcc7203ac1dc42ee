"""The layout an organisation made for itself, which Xero gives whenever it is not asked for the standard one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from xero_simulator.reports import layout
from xero_simulator.reports.layout import Row

_TITLES = {
    "Income": "Trading Income",
    "Less Operating Expenses": "Overheads",
    "Bank": "Cash at Bank",
    "Fixed Assets": "Equipment",
}
_TOTALS = {"Total Operating Expenses": "Total Overheads"} | {
    f"Total {before}": f"Total {after}" for before, after in _TITLES.items()
}
_GROUPS = {
    "Office Costs": {"Office Expenses", "Subscriptions", "Telephone & Internet", "Light, Power, Heating"},
    "People": {"Salaries", "Wages and Salaries", "Wages & Salaries", "Consulting", "Consulting & Accounting"},
    "Money in the Bank": {"Business Bank Account", "Business Savings Account"},
}
"""Accounts put together: one row that carries no account's id."""


def own_layout(sections: Sequence[Row]) -> list[Row]:
    """The same statement in sections and groups of one's own; every total stays what it was.

    Args:
        sections: In the standard layout, without the header.
    """
    return [layout.section(_own(_TITLES, section["Title"]), _grouped(section["Rows"])) for section in sections]


def _own(names: Mapping[str, str], name: str) -> str:
    return names.get(name, name)


def _grouped(rows: Sequence[Row]) -> list[Row]:
    """Accounts, then groups, then the total: a layout has its order, whichever accounts moved in a month."""
    group_of = {name: group for group, names in _GROUPS.items() for name in names}
    found: list[Row] = []
    totals: list[Row] = []
    groups: dict[str, Row] = {}
    for row in rows:
        label: str = row["Cells"][0]["Value"]
        group = group_of.get(label)
        if group is not None:
            empty = ({"Value": "0.00"} for _ in row["Cells"][1:])
            _add(groups.setdefault(group, {"RowType": "Row", "Cells": [{"Value": group}, *empty]}), row)
        else:
            place = totals if row["RowType"] == "SummaryRow" else found
            place.append(_renamed(row, _own(_TOTALS, label)))
    return [*found, *(groups[name] for name in _GROUPS if name in groups), *totals]


def _renamed(row: Row, label: str) -> Row:
    first, *amounts = row["Cells"]
    return {**row, "Cells": [{**first, "Value": label}, *amounts]}


def _add(group: Row, row: Row) -> None:
    for cell, more in zip(group["Cells"][1:], row["Cells"][1:], strict=True):
        cell["Value"] = layout.figure(Decimal(cell["Value"]) + Decimal(more["Value"]))
