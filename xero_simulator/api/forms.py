"""The forms a record takes: whole on pages, without its lines in unpaged lists, with rounded unit amounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from xero_simulator.api.catalogue import Collection

_CENT = Decimal("0.01")
_UNIT_FIELDS = ("UnitAmount", "UnitPrice")
# What `summaryOnly=true` leaves out, by collection.
_SUMMARY_DROPS: dict[str, tuple[str, ...]] = {
    "Invoices": ("Payments", "HasAttachments", "CISDeduction"),
    "Contacts": ("Balances", "HasAttachments", "ContactPersons", "PaymentTerms", "BatchPayments"),
}


@dataclass(frozen=True, slots=True)
class Form:
    """How a record is presented.

    Attributes:
        whole: With everything, as pages and single reads carry it.
        summary: As `summaryOnly=true` has it.
        rounded: Unit amounts with two decimals.
        open_only: Without archived children (tracking options).
        months: First and last budget month, each `YYYY-MM` or empty for no bound.
    """

    whole: bool = True
    summary: bool = False
    rounded: bool = False
    open_only: bool = False
    months: tuple[str, str] = ("", "")


STORED = Form()


def present(collection: Collection, record: Mapping[str, Any], form: Form) -> Mapping[str, Any]:
    """The record in a form; the original stays as it is."""
    shown = dict(record)
    if not form.whole:
        for name in collection.left_out:
            shown.pop(name, None)
    if (not form.whole or form.summary) and collection.lines is not None:
        shown[collection.lines] = []
    if form.summary:
        for name in _SUMMARY_DROPS.get(collection.wrapper, ()):
            shown.pop(name, None)
    if form.open_only and "Options" in shown:
        shown["Options"] = [option for option in shown["Options"] if option.get("Status") != "ARCHIVED"]
    if form.months != ("", "") and "BudgetLines" in shown:
        shown["BudgetLines"] = [_within(line, *form.months) for line in shown["BudgetLines"]]
    return {name: _rounded(value) for name, value in shown.items()} if form.rounded else shown


def _within(line: Mapping[str, Any], first: str, last: str) -> dict[str, Any]:
    balances = [
        balance
        for balance in line.get("BudgetBalances", ())
        if (not first or balance["Period"] >= first) and (not last or balance["Period"] <= last)
    ]
    return {**line, "BudgetBalances": balances}


def _rounded(value: Any) -> Any:
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    if isinstance(value, dict):
        return {name: _cents(item) if name in _UNIT_FIELDS else _rounded(item) for name, item in value.items()}
    return value


def _cents(value: Any) -> Any:
    return value.quantize(_CENT, rounding=ROUND_HALF_UP) if isinstance(value, Decimal) else value
