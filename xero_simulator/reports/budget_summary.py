"""The budget summary: the overall budget over coming periods."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

from xero_simulator.reports import layout
from xero_simulator.reports.layout import Amounts, Row
from xero_simulator.reports.request import BadReportRequest, ReportRequest
from xero_simulator.values.amounts import ZERO
from xero_simulator.values.days import add_months, month_start
from xero_simulator.workbench import Record

if TYPE_CHECKING:
    from xero_simulator.company_records import CompanyRecords


def budget_summary(company: CompanyRecords, request: ReportRequest) -> Row:
    """Write the report.

    Args:
        request: `date`, `periods` from 1 to 12, `timeframe` 1, 3 or 12 months.

    Raises:
        BadReportRequest: A parameter Xero refuses.
    """
    first = month_start(request.day("date") or request.today)
    periods = request.number("periods", 1, 12) or 12
    step = request.number("timeframe", 1, 12) or 1
    if step not in {1, 3, 12}:
        raise BadReportRequest("The timeframe parameter must be 1, 3 or 12")
    spans = [[add_months(first, step * number + month) for month in range(step)] for number in range(periods)]
    last = spans[-1][-1]
    titles = ["Overall Budget", "Budget Summary", company.name, f"{first:%B %Y} to {last:%B %Y}"]
    budget = next((row for row in company.records("Budgets") if row["Type"] == "OVERALL"), None)
    rows = [layout.header(["Account"])]
    if budget is not None:  # without one Xero's report has neither columns nor lines
        labels = ["Account", *(f"{span[-1]:%b-%y}" for span in spans)]
        rows = [layout.header(labels), *_rows(company, budget, spans)]
    return layout.report("Budget Summary", "BudgetSummary", titles, rows, request.today)


def _rows(company: CompanyRecords, budget: Record, spans: list[list[dt.date]]) -> list[Row]:
    income = _lines(company, budget, spans, "REVENUE", ())
    direct = _lines(company, budget, spans, "EXPENSE", ("DIRECTCOSTS",))
    running = _lines(company, budget, spans, "EXPENSE", ("EXPENSE", "OVERHEADS", "DEPRECIATN"))
    width, rows = len(spans), []
    totals = []
    for title, total, lines in (
        ("Income", "Total Income", income),
        ("Less Cost of Sales", "Total Cost of Sales", direct),
        ("Less Operating Expenses", "Total Expenses", running),
    ):
        totals.append(layout.total(total, lines, width))
        shown = [*(layout.account_row(line) for line in lines), layout.plain_row(totals[-1], "SummaryRow")]
        rows.append(layout.section(title, shown))
        if title == "Less Cost of Sales":
            gross = tuple(a - b for a, b in zip(totals[0].values, totals[1].values, strict=True))
            rows.append(layout.section("", [layout.plain_row(Amounts("Gross Profit", gross), "SummaryRow")]))
    net = tuple(a - b - c for a, b, c in zip(*(line.values for line in totals), strict=True))
    rows.append(layout.section("", [layout.plain_row(Amounts("Net Profit", net), "SummaryRow")]))
    return rows


def _lines(
    company: CompanyRecords, budget: Record, spans: list[list[dt.date]], wanted: str, types: tuple[str, ...]
) -> list[Amounts]:
    accounts = company.bench.tables["Accounts"]
    lines: list[Amounts] = []
    for line in budget["BudgetLines"]:
        account = accounts[line["AccountID"]]
        if account["Class"] == wanted and (not types or account["Type"] in types):
            months: dict[str, Decimal] = {entry["Period"]: entry["Amount"] for entry in line["BudgetBalances"]}
            values = tuple(sum((months.get(f"{month:%Y-%m}", ZERO) for month in span), ZERO) for span in spans)
            lines.append(Amounts(account["Name"], values, account["AccountID"]))
    return lines
