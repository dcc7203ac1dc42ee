"""The executive summary: a month's key figures beside those of the month before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from xero_simulator.reports import layout
from xero_simulator.reports.balances import Balances
from xero_simulator.reports.bank_summary import bank_accounts, cash_flows
from xero_simulator.reports.layout import Row
from xero_simulator.reports.profit_and_loss import ReportColumn, statement_lines
from xero_simulator.reports.request import ReportRequest
from xero_simulator.reports.revaluation import revalued_ledger
from xero_simulator.values.amounts import ZERO
from xero_simulator.values.days import add_months, month_end, month_start

if TYPE_CHECKING:
    from xero_simulator.company_records import CompanyRecords

_Figures = dict[str, Decimal | str]
_LAYOUT = (
    ("Cash", ("Cash received", "Cash spent", "Cash surplus (deficit)", "Closing bank balance")),
    ("Profitability", ("Income", "Direct costs", "Gross profit (loss)", "Other Income", "Expenses", "Profit (loss)")),
    ("Balance Sheet", ("Debtors", "Creditors", "Net assets")),
    ("Income", ("Number of invoices issued", "Average value of invoices")),
    ("Performance", ("Gross profit margin", "Net profit margin", "Return on investment (p.a.)")),
    (
        "Position",
        ("Average debtors days", "Average creditors days", "Short term cash forecast", "Current assets to liabilities"),
    ),
)
_SIDES = frozenset({"ASSET", "LIABILITY"})
_COUNTS = frozenset({"Number of invoices issued"})
_RAW = frozenset({"Average debtors days", "Average creditors days", "Current assets to liabilities"})


def executive_summary(company: CompanyRecords, request: ReportRequest) -> Row:
    """Write the report.

    Args:
        request: `date`.

    Raises:
        BadReportRequest: The date is none.
    """
    month = month_start(request.day("date") or request.today)
    months = (month, add_months(month, -1))
    figures = [_figures(company, start) for start in months]
    body = [layout.header(["", *(f"{start:%b %Y}" for start in months), "Variance"])]
    for title, labels in _LAYOUT:
        body.append(layout.section(title, [_row(label, figures) for label in labels]))
    titles = ["Executive Summary", company.name, f"For the month of {month:%B %Y}"]
    return layout.report("Executive Summary", "ExecutiveSummary", titles, body, request.today)


def _row(label: str, figures: Sequence[_Figures]) -> Row:
    now, before = (column[label] for column in figures)
    cells = [label, _text(label, now), _text(label, before), _variance(now, before)]
    return {"RowType": "Row", "Cells": [{"Value": value} for value in cells]}


def _text(label: str, value: Decimal | str) -> str:
    if isinstance(value, str):
        return value
    if label in _COUNTS or (label in _RAW and not value):
        return str(int(value))
    return str(value) if label in _RAW else layout.figure(value)


def _variance(now: Decimal | str, before: Decimal | str) -> str:
    if isinstance(now, str) or isinstance(before, str) or not before:
        return "0.0%"
    return _percent((now - before) / abs(before))


def _percent(share: Decimal) -> str:
    return f"{(share * 100).quantize(Decimal('0.1'))}%"


def _figures(company: CompanyRecords, first: dt.date) -> _Figures:
    last = month_end(first)
    statement = statement_lines(company, [ReportColumn("", first, last, revalued_ledger(company))])
    income, direct, other, expenses = (layout.total("", lines, 1).values[0] for _, _, lines in statement)
    found: _Figures = _cash(company, first, last)
    found |= {"Income": income, "Direct costs": direct, "Gross profit (loss)": income - direct}
    profit = income - direct + other - expenses
    found |= {"Other Income": other, "Expenses": expenses, "Profit (loss)": profit}
    found |= {
        "Gross profit margin": _percent((income - direct) / income) if income else "",
        "Net profit margin": _percent(profit / income) if income else "",
    }
    found |= _issued(company, first, last)
    found |= _position(company, last, income, direct + expenses, profit)
    return found


def _cash(company: CompanyRecords, first: dt.date, last: dt.date) -> _Figures:
    received, spent = cash_flows(company)
    keys = [row["AccountID"] for row in bank_accounts(company)]
    incoming = sum((received.movement(key, first, last) for key in keys), ZERO)
    outgoing = -sum((spent.movement(key, first, last) for key in keys), ZERO)
    closing = sum((company.ledger.balance(key, last) for key in keys), ZERO)
    return {
        "Cash received": incoming,
        "Cash spent": outgoing,
        "Cash surplus (deficit)": incoming - outgoing,
        "Closing bank balance": closing,
    }


def _issued(company: CompanyRecords, first: dt.date, last: dt.date) -> _Figures:
    values = [
        posting.net_amount
        for posting in company.postings
        if posting.source_type == "ACCREC" and first <= posting.date <= last and posting.account_id == _debtors(company)
    ]
    count = len(values)
    average = (sum(values, ZERO) / count).quantize(ZERO) if count else ZERO
    return {"Number of invoices issued": Decimal(count), "Average value of invoices": average}


def _debtors(company: CompanyRecords) -> str:
    return company.bench.account_id("610")


def _position(company: CompanyRecords, day: dt.date, income: Decimal, costs: Decimal, profit: Decimal) -> _Figures:
    balances = Balances(company, revalued_ledger(company), day)
    accounts = company.records("Accounts")
    held = {account["AccountID"]: balances.of(account) for account in accounts if account["Class"] in _SIDES}
    net = sum(held.values(), ZERO)
    debtors, creditors = held[_debtors(company)], -held[company.bench.account_id("800")]
    current = sum((held[row["AccountID"]] for row in accounts if row["Type"] in {"BANK", "CURRENT"}), ZERO)
    owed = -sum((held[row["AccountID"]] for row in accounts if row["Type"] == "CURRLIAB"), ZERO)
    return {
        "Debtors": debtors,
        "Creditors": creditors,
        "Net assets": net,
        "Return on investment (p.a.)": _percent(profit * 12 / net) if net else "0.0%",
        "Average debtors days": debtors * day.day / income if income else ZERO,
        "Average creditors days": creditors * day.day / costs if costs else ZERO,
        "Short term cash forecast": debtors - creditors,
        "Current assets to liabilities": current / owed if owed else ZERO,
    }
