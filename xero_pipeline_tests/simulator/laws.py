"""The laws of double entry, as sums over records and reports; each returns what it compares."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal

from xero_simulator.books.double_entry.open_amounts import document_key
from xero_simulator.books.double_entry.postings import POSTED
from xero_simulator.books.rates import rate_on
from xero_simulator.company import Company
from xero_simulator.config import BooksConfig
from xero_simulator.values.amounts import to_base
from xero_simulator.values.days import day_of_wire, month_end

ZERO = Decimal("0.00")


def unbalanced_journals(company: Company) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for posting in company.postings:
        sums[posting.journal_id] += posting.net_amount
    return {key: value for key, value in sums.items() if value}


def open_documents(company: Company, side: str, day: dt.date) -> Decimal:
    """What the documents of a side ('AR' or 'AP') say the control account should show, debit positive."""
    sign = 1 if side == "AR" else -1
    kinds = {
        "Invoices": {"ACCREC": 1} if side == "AR" else {"ACCPAY": 1},
        "CreditNotes": {"ACCRECCREDIT": -1} if side == "AR" else {"ACCPAYCREDIT": -1},
        "Overpayments": {"RECEIVE-OVERPAYMENT": -1} if side == "AR" else {"SPEND-OVERPAYMENT": -1},
    }
    total = ZERO
    for wrapper, factors in kinds.items():
        for record in company.records(wrapper):
            factor = factors.get(record["Type"])
            if factor and record["Status"] in POSTED and day_of_wire(record["Date"]) <= day:
                # Xero rounds every part on its own; a cent may stay (7 of 7 invoices of real journals).
                parts = [amount for when, _, amount in company.open_amounts.events(document_key(record)) if when <= day]
                cleared = sum((to_base(amount, record["CurrencyRate"]) for amount in parts), ZERO)
                total += sign * factor * (to_base(record["Total"], record["CurrencyRate"]) - cleared)
    return total


def stated_open_documents(company: Company, side: str) -> Decimal:
    """The same for the last day, from what the records themselves state."""
    sign = 1 if side == "AR" else -1
    invoice, note, over = (
        ("ACCREC", "ACCRECCREDIT", "RECEIVE-") if side == "AR" else ("ACCPAY", "ACCPAYCREDIT", "SPEND-")
    )
    total = ZERO
    for record in company.records("Invoices"):
        if record["Type"] == invoice and record["Status"] in POSTED:
            total += to_base(record["AmountDue"], record["CurrencyRate"])
    for wrapper, prefix in (("CreditNotes", note), ("Overpayments", over)):
        for record in company.records(wrapper):
            if record["Type"].startswith(prefix) and record["Status"] in POSTED:
                total -= to_base(record["RemainingCredit"], record["CurrencyRate"])
    return sign * total


def bank_balances_by_documents(company: Company) -> dict[str, Decimal]:
    """Every bank account's balance in its own currency, from the documents alone."""
    sums: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for movement in company.records("BankTransactions"):
        if movement["Status"] == "AUTHORISED":
            sign = 1 if movement["Type"].startswith("RECEIVE") else -1
            sums[movement["BankAccount"]["AccountID"]] += sign * movement["Total"]
    incoming = {"ACCRECPAYMENT", "APCREDITPAYMENT", "APOVERPAYMENTPAYMENT", "APPREPAYMENTPAYMENT"}
    for payment in company.records("Payments"):
        if payment["Status"] == "AUTHORISED":
            sign = 1 if payment["PaymentType"] in incoming else -1
            sums[payment["Account"]["AccountID"]] += sign * payment["BankAmount"]
    return dict(sums)


def bank_value(company: Company, account: dict, day: dt.date) -> Decimal:
    """What a bank account holds, at the rate of the day; of a day to come, at that of the books' last."""
    moved = (p.foreign_amount for p in company.postings if p.account_id == account["AccountID"] and p.date <= day)
    rate = rate_on(company.bench.country, account["CurrencyCode"], min(day, company.today))
    return to_base(sum(moved, ZERO), rate)


def bank_balances_by_postings(company: Company) -> dict[str, Decimal]:
    banks = {row["AccountID"] for row in company.records("Accounts") if row["Type"] == "BANK"}
    sums: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for posting in company.postings:
        if posting.account_id in banks:
            sums[posting.account_id] += posting.foreign_amount
    return dict(sums)


def rows_of(report: dict) -> list[tuple[str, str, list[str]]]:
    """Every line of a report: account id or '', label, values."""
    found = []
    for section in report["Rows"]:
        for row in section.get("Rows", []):
            cells = row["Cells"]
            attributes = {entry["Id"]: entry["Value"] for entry in cells[0].get("Attributes", [])}
            found.append(
                (attributes.get("account", ""), cells[0]["Value"], [cell.get("Value", "") for cell in cells[1:]])
            )
    return found


def value_of(report: dict, label: str, column: int = 0) -> Decimal:
    return next((Decimal(values[column]) for _, name, values in rows_of(report) if name == label), ZERO)


def month_ends(config: BooksConfig) -> list[dt.date]:
    return [min(month_end(month), config.today) for month in config.month_starts()]


def profit_and_loss(company: Company, month: dt.date, **params: str) -> dict:
    dates = {"fromDate": month.isoformat(), "toDate": month_end(month).isoformat()}
    return company.report("ProfitAndLoss", dates | {"standardLayout": "true"} | params, company.today)


def balance_sheet(company: Company, day: dt.date) -> dict:
    return company.report("BalanceSheet", {"date": day.isoformat(), "standardLayout": "true"}, company.today)
