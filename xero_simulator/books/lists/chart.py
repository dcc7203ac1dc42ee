"""The chart of accounts: codes, names, classes, tax and the accounts Xero itself posts to.

The charts in `charts` are those Xero gives a new organisation: of New Zealand, the United Kingdom, Australia and the
United States, and the one for all other countries (`GLOBAL`). Codes, names and types are facts from organisations'
own lists and exports in public: for the United Kingdom an export of 5 June 2018, for the United States an export of
17 November 2020 and the templates that copy it, for `GLOBAL` the fixtures of fylein/fyle-xero-api.

`key` is what the writers of documents call an account: its code in New Zealand's chart; empty where the code is the
same. Consulting Income, Service Plans, Subcontractors and Freight Inwards are this company's own, and so is what
`_OF_ASSETS` adds. Sales count as `SALES` once and rent as `OVERHEADS`, so that every type occurs.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from importlib import resources
from typing import Any

from xero_simulator.workbench import Workbench


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account of a chart.

    Args:
        tax: Side of its tax: `sales`, `purchases` or `none`.
        system: What Xero itself uses it for.
        status: `ARCHIVED`, or empty.
        key: What the writers call it, if not by its code.
    """

    code: str
    name: str
    type: str
    tax: str
    system: str = ""
    status: str = ""
    key: str = ""


_OF_ASSETS = (
    AccountRow("266", "Gain on Disposal of Assets", "OTHERINCOME", "none"),
    AccountRow("417", "Amortisation", "EXPENSE", "none"),
    AccountRow("419", "Loss on Disposal of Assets", "EXPENSE", "none"),
    AccountRow("717", "Website", "FIXED", "purchases"),
    AccountRow("718", "Less Accumulated Amortisation on Website", "FIXED", "none"),
)
"""What an organisation adds that lets Xero keep its register of fixed assets."""


def class_of(account_type: str) -> str:
    """Xero's account class for an account type."""
    if account_type in {"BANK", "CURRENT", "FIXED", "INVENTORY", "NONCURRENT", "PREPAYMENT"}:
        return "ASSET"
    if account_type in {"CURRLIAB", "LIABILITY", "TERMLIAB", "PAYG"}:
        return "LIABILITY"
    if account_type in {"REVENUE", "SALES", "OTHERINCOME"}:
        return "REVENUE"
    return "EQUITY" if account_type == "EQUITY" else "EXPENSE"


def add_accounts(bench: Workbench) -> None:
    """Open the ledger accounts and the bank accounts of the organisation."""
    rows = [*_bank_rows(bench), *_chart(bench.country.chart), *(_OF_ASSETS if bench.habits.assets else ())]
    for row in rows:
        record = _account(bench, row)
        bench.add("Accounts", record["AccountID"], record)


def _chart(name: str) -> list[AccountRow]:
    text = resources.files("xero_simulator.books.lists").joinpath("charts", f"{name}.csv").read_text(encoding="utf-8")
    return [AccountRow(**row) for row in csv.DictReader(text.splitlines())]


def _bank_rows(bench: Workbench) -> tuple[AccountRow, ...]:
    foreign = bench.country.foreign[0][0]
    return (
        AccountRow("090", "Business Bank Account", "BANK", "none"),
        AccountRow("091", "Business Savings Account", "BANK", "none"),
        AccountRow("092", f"{foreign} Account", "BANK", "none"),
        AccountRow("093", "Company Credit Card", "BANK", "none"),
        AccountRow("094", "Old Cheque Account", "BANK", "none", status="ARCHIVED"),
    )


def _account(bench: Workbench, row: AccountRow) -> dict[str, Any]:
    country, key = bench.country, row.key or row.code
    taxes = {"sales": country.sales_tax, "purchases": country.purchases_tax, "none": country.no_tax}
    record: dict[str, Any] = {
        "AccountID": bench.account_id(key),
        "Code": row.code,
        "Name": row.name,
        "Status": row.status or "ACTIVE",
        "Type": row.type,
        "TaxType": taxes[row.tax],
        "Class": class_of(row.type),
        "EnablePaymentsToAccount": key in {"805", "970", "980"},
        "ShowInExpenseClaims": row.type == "EXPENSE" and key < "470",
        "ReportingCode": f"{class_of(row.type)[:3]}.{row.code}",
        "ReportingCodeName": row.name,
        "HasAttachments": key == "090",
        "CreatedDateUTC": bench.founded(f"account/{key}"),
        "UpdatedDateUTC": bench.founded(f"account/{key}"),
        "AddToWatchlist": key in {"200", "310", "477"},
    }
    if row.system:
        record["SystemAccount"] = row.system
    if row.type == "BANK":
        record["BankAccountNumber"] = f"0212340987{int(row.code):03d}000"
        record["BankAccountType"] = "CREDITCARD" if row.code == "093" else "BANK"
        record["CurrencyCode"] = country.foreign[0][0] if row.code == "092" else country.currency
    else:
        record["Description"] = f"{row.name} of {bench.name}"
    return record
