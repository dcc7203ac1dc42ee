"""The trial balance: every account's movement of the month and its balance, in debit and credit columns."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from xero_simulator.reports import layout
from xero_simulator.reports.balances import Balances
from xero_simulator.reports.cash_basis import cash_ledger
from xero_simulator.reports.layout import Row
from xero_simulator.reports.request import ReportRequest
from xero_simulator.reports.revaluation import revalued_ledger
from xero_simulator.values.amounts import ZERO
from xero_simulator.values.days import month_start

if TYPE_CHECKING:
    from xero_simulator.company_records import CompanyRecords

_CLASSES = (
    ("Revenue", "REVENUE"),
    ("Expenses", "EXPENSE"),
    ("Assets", "ASSET"),
    ("Liabilities", "LIABILITY"),
    ("Equity", "EQUITY"),
)
_DEBIT_CLASSES = frozenset({"EXPENSE", "ASSET"})


def trial_balance(company: CompanyRecords, request: ReportRequest) -> Row:
    """Write the report.

    Args:
        request: `date`, `paymentsOnly`.

    Raises:
        BadReportRequest: A parameter Xero refuses.
    """
    day = request.day("date") or request.today
    ledger = cash_ledger(company) if request.flag("paymentsOnly") else revalued_ledger(company)
    balances = Balances(company, ledger, day)
    rows = [layout.header(["Account", "Debit", "Credit", "YTD Debit", "YTD Credit"])]
    sums = [ZERO, ZERO, ZERO, ZERO]
    for title, wanted in _CLASSES:
        found = _section_rows(company, balances, wanted, sums)
        if found:
            rows.append(layout.section(title, found))
    total = ["Total", *(layout.figure(amount) for amount in sums)]
    summary: Row = {"RowType": "SummaryRow", "Cells": [{"Value": value} for value in total]}
    rows.append(layout.section("", [summary]))
    titles = ["Trial Balance", company.name, f"As at {layout.long_day(day)}"]
    return layout.report("Trial Balance", "TrialBalance", titles, rows, request.today)


def _section_rows(company: CompanyRecords, balances: Balances, wanted: str, sums: list[Decimal]) -> list[Row]:
    rows: list[Row] = []
    start = month_start(balances.day)
    for account in sorted(company.records("Accounts"), key=lambda row: row["Name"]):
        if account["Class"] != wanted:
            continue
        moved = balances.ledger.movement(account["AccountID"], start, balances.day)
        balance = balances.of(account)
        if not moved and not balance and not balances.ledger.active(account["AccountID"], start, balances.day):
            continue
        debits = wanted in _DEBIT_CLASSES
        cells = [*_debit_credit(moved, sums, 0, debits), *_debit_credit(balance, sums, 2, debits)]
        label = f"{account['Name']} ({account['Code']})" if "Code" in account else account["Name"]
        rows.append(layout.attributed_row([label, *cells], account["AccountID"], "account"))
        for cell in rows[-1]["Cells"][3:]:
            if not cell["Value"]:
                del cell["Value"]  # some of Xero's blank cells are empty text, some have no value at all
    return rows


def _debit_credit(amount: Decimal, sums: list[Decimal], place: int, debits: bool) -> tuple[str, str]:
    """An amount in the column it belongs to; the other stays blank."""
    if amount > 0 or (amount == 0 and debits):
        sums[place] += amount
        return layout.figure(amount), ""
    sums[place + 1] -= amount
    return "", layout.figure(-amount)
