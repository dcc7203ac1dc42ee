"""The chart of accounts: codes, names, classes, tax and the accounts Xero itself posts to."""

from __future__ import annotations

from typing import Any

from xero_pipeline.simulator.workbench import Workbench

# Code, name, type, side of tax ("sales", "purchases", "none"), system account.
_ACCOUNTS = (
    ("200", "Sales", "REVENUE", "sales", ""),
    ("210", "Consulting Income", "REVENUE", "sales", ""),
    ("220", "Service Plans", "SALES", "sales", ""),
    ("260", "Other Revenue", "OTHERINCOME", "sales", ""),
    ("270", "Interest Income", "OTHERINCOME", "none", ""),
    ("310", "Cost of Goods Sold", "DIRECTCOSTS", "purchases", ""),
    ("320", "Subcontractors", "DIRECTCOSTS", "purchases", ""),
    ("330", "Freight Inwards", "DIRECTCOSTS", "purchases", ""),
    ("400", "Advertising", "EXPENSE", "purchases", ""),
    ("404", "Bank Fees", "EXPENSE", "none", ""),
    ("412", "Consulting & Accounting", "EXPENSE", "purchases", ""),
    ("416", "Depreciation", "DEPRECIATN", "none", ""),
    ("420", "Entertainment", "EXPENSE", "purchases", ""),
    ("433", "Insurance", "EXPENSE", "purchases", ""),
    ("445", "Light, Power, Heating", "EXPENSE", "purchases", ""),
    ("453", "Office Expenses", "EXPENSE", "purchases", ""),
    ("469", "Rent", "OVERHEADS", "purchases", ""),
    ("477", "Wages and Salaries", "EXPENSE", "none", ""),
    ("485", "Subscriptions", "EXPENSE", "purchases", ""),
    ("489", "Telephone & Internet", "EXPENSE", "purchases", ""),
    ("493", "Travel - National", "EXPENSE", "purchases", ""),
    ("497", "Bank Revaluations", "EXPENSE", "none", "BANKCURRENCYGAIN"),
    ("498", "Unrealised Currency Gains", "EXPENSE", "none", "UNREALISEDCURRENCYGAIN"),
    ("499", "Realised Currency Gains", "EXPENSE", "none", "REALISEDCURRENCYGAIN"),
    ("505", "Income Tax Expense", "EXPENSE", "none", ""),
    ("610", "Accounts Receivable", "CURRENT", "none", "DEBTORS"),
    ("620", "Prepayments", "CURRENT", "purchases", ""),
    ("710", "Office Equipment", "FIXED", "purchases", ""),
    ("711", "Less Accumulated Depreciation on Office Equipment", "FIXED", "none", ""),
    ("800", "Accounts Payable", "CURRLIAB", "none", "CREDITORS"),
    ("801", "Unpaid Expense Claims", "CURRLIAB", "none", "UNPAIDEXPCLM"),
    ("803", "Wages Payable", "CURRLIAB", "none", "WAGEPAYABLES"),
    ("805", "Accruals", "CURRLIAB", "purchases", ""),
    ("814", "Wages Clearing", "CURRLIAB", "none", ""),
    ("820", "{tax}", "CURRLIAB", "none", "GST"),
    ("825", "Payroll Tax Payable", "CURRLIAB", "none", ""),
    ("835", "Revenue Received in Advance", "CURRLIAB", "sales", ""),
    ("840", "Historical Adjustment", "CURRLIAB", "none", "HISTORICAL"),
    ("860", "Rounding", "CURRLIAB", "none", "ROUNDING"),
    ("877", "Tracking Transfers", "CURRLIAB", "none", "TRACKINGTRANSFERS"),
    ("900", "Loan", "TERMLIAB", "none", ""),
    ("960", "Retained Earnings", "EQUITY", "none", "RETAINEDEARNINGS"),
    ("970", "Owner A Funds Introduced", "EQUITY", "none", ""),
    ("980", "Owner A Drawings", "EQUITY", "none", ""),
    ("494", "Travel - International", "EXPENSE", "purchases", "ARCHIVED"),
    ("429", "General Expenses", "EXPENSE", "purchases", "ARCHIVED"),
)


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
    country = bench.country
    taxes = {"sales": country.sales_tax, "purchases": country.purchases_tax, "none": country.no_tax}
    for code, name, kind, side, system in _bank_rows(bench) + _ACCOUNTS:
        record = _account(bench, code, name.format(tax=country.tax_name), kind, taxes[side])
        if system == "ARCHIVED":
            record["Status"] = "ARCHIVED"
        elif system:
            record["SystemAccount"] = system
        bench.add("Accounts", record["AccountID"], record)


def _bank_rows(bench: Workbench) -> tuple[tuple[str, str, str, str, str], ...]:
    foreign = bench.country.foreign[0][0]
    return (
        ("090", "Business Bank Account", "BANK", "none", ""),
        ("091", "Business Savings Account", "BANK", "none", ""),
        ("092", f"{foreign} Account", "BANK", "none", ""),
        ("093", "Company Credit Card", "BANK", "none", ""),
        ("094", "Old Cheque Account", "BANK", "none", "ARCHIVED"),
    )


def _account(bench: Workbench, code: str, name: str, kind: str, tax_type: str) -> dict[str, Any]:
    record: dict[str, Any] = {
        "AccountID": bench.account_id(code),
        "Code": code,
        "Name": name,
        "Status": "ACTIVE",
        "Type": kind,
        "TaxType": tax_type,
        "Class": class_of(kind),
        "EnablePaymentsToAccount": code in {"805", "970", "980"},
        "ShowInExpenseClaims": kind == "EXPENSE" and code < "470",
        "ReportingCode": f"{class_of(kind)[:3]}.{code}",
        "ReportingCodeName": name,
        "HasAttachments": False,
        "UpdatedDateUTC": bench.founded(f"account/{code}"),
        "AddToWatchlist": code in {"200", "310", "477"},
    }
    if kind == "BANK":
        record["BankAccountNumber"] = f"0212340987{int(code):03d}000"
        record["BankAccountType"] = "CREDITCARD" if code == "093" else "BANK"
        record["CurrencyCode"] = bench.country.foreign[0][0] if code == "092" else bench.country.currency
    else:
        record["Description"] = f"{name} of {bench.name}"
    return record
