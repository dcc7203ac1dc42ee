"""The balance sheet: what is owned, what is owed, and the difference, on one or more days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from xero_simulator.books.double_entry.ledger import Ledger
from xero_simulator.reports import layout
from xero_simulator.reports.balances import Balances
from xero_simulator.reports.cash_basis import cash_ledger, cash_postings
from xero_simulator.reports.layout import Amounts, Row
from xero_simulator.reports.own_layout import own_layout
from xero_simulator.reports.request import ReportRequest
from xero_simulator.reports.revaluation import revalued_ledger
from xero_simulator.values.days import add_months, month_end, month_start

if TYPE_CHECKING:
    from xero_simulator.company_records import CompanyRecords

_ASSETS = (
    ("Bank", ("BANK",)),
    ("Current Assets", ("CURRENT", "INVENTORY", "PREPAYMENT")),
    ("Fixed Assets", ("FIXED",)),
    ("Non-current Assets", ("NONCURRENT",)),
)
_LIABILITIES = (
    ("Current Liabilities", ("CURRLIAB", "LIABILITY", "PAYG")),
    ("Non-current Liabilities", ("TERMLIAB",)),
)
_NOBODY = "abababab-abab-abab-abab-abababababab"  # as organisations of today show it; the specification has zeros
_CURRENT_YEAR = "Current Year Earnings"


def balance_sheet(company: CompanyRecords, request: ReportRequest) -> Row:
    """Write the report.

    Without `periods` the second column is the same month end a year before.

    Args:
        request: `date`, `periods`, `timeframe`, `trackingOptionID1`, `trackingOptionID2`, `paymentsOnly`,
            `standardLayout`.

    Raises:
        BadReportRequest: A parameter Xero refuses.
    """
    day = month_end(request.day("date") or request.today)
    columns = [Balances(company, _ledger(company, request), column) for column in _days(request, day)]
    titles = ["Balance Sheet", company.name, f"As at {layout.long_day(day)}"]
    labels = ["", *(layout.middle_day(column.day) for column in columns)]
    body = _rows(company, columns)
    rows = [layout.header(labels), *(body if request.flag("standardLayout") else own_layout(body))]
    return layout.report("Balance Sheet", "BalanceSheet", titles, rows, request.today)


def _days(request: ReportRequest, day: dt.date) -> list[dt.date]:
    periods = request.number("periods", 1, 11)
    if periods is None:
        return [day, month_end(add_months(month_start(day), -12))]
    step = request.step_months()
    return [month_end(add_months(month_start(day), -step * number)) for number in range(periods + 1)]


def _ledger(company: CompanyRecords, request: ReportRequest) -> Ledger:
    options = {request.text("trackingOptionID1"), request.text("trackingOptionID2")} - {""}
    cash = request.flag("paymentsOnly")
    if not options:
        return cash_ledger(company) if cash else revalued_ledger(company)
    basis = cash_postings(company) if cash else company.postings
    return Ledger(posting for posting in basis if options <= set(posting.tracking))


def _rows(company: CompanyRecords, columns: Sequence[Balances]) -> list[Row]:
    width = len(columns)
    assets, asset_rows = _side(company, columns, _ASSETS, 1)
    liabilities, liability_rows = _side(company, columns, _LIABILITIES, -1)
    total_assets = layout.total("Total Assets", assets, width)
    total_liabilities = layout.total("Total Liabilities", liabilities, width)
    net = tuple(a - b for a, b in zip(total_assets.values, total_liabilities.values, strict=True))
    return [
        layout.section("Assets", []),
        *asset_rows,
        layout.section("", [layout.plain_row(total_assets, "SummaryRow")]),
        layout.section("Liabilities", []),
        *liability_rows,
        layout.section("", [layout.plain_row(total_liabilities, "SummaryRow")]),
        layout.section("", [layout.plain_row(Amounts("Net Assets", net))]),
        _equity(company, columns),
    ]


def _side(
    company: CompanyRecords, columns: Sequence[Balances], groups: Sequence[tuple[str, tuple[str, ...]]], sign: int
) -> tuple[list[Amounts], list[Row]]:
    everything: list[Amounts] = []
    rows: list[Row] = []
    for title, types in groups:
        lines = _lines(company, columns, types, sign)
        if lines:
            everything.extend(lines)
            summary = layout.plain_row(layout.total(f"Total {title}", lines, len(columns)), "SummaryRow")
            rows.append(layout.section(title, [*(layout.account_row(line) for line in lines), summary]))
    return everything, rows


def _lines(company: CompanyRecords, columns: Sequence[Balances], types: tuple[str, ...], sign: int) -> list[Amounts]:
    lines: list[Amounts] = []
    for account in company.records("Accounts"):
        if account["Type"] in types:
            values = tuple(sign * column.of(account) for column in columns)
            if any(values):
                lines.append(Amounts(account["Name"], values, account["AccountID"]))
    return sorted(lines, key=lambda line: line.label)


def _equity(company: CompanyRecords, columns: Sequence[Balances]) -> Row:
    lines = _lines(company, columns, ("EQUITY",), -1)
    earnings = Amounts(_CURRENT_YEAR, tuple(column.current_year_earnings for column in columns), _NOBODY)
    if any(earnings.values):
        lines = sorted([*lines, earnings], key=lambda line: line.label)
    rows = [layout.account_row(line) for line in lines]
    for line, row in zip(lines, rows, strict=True):
        if line.account_id == _NOBODY:
            _add_year(row, columns)
    summary = layout.plain_row(layout.total("Total Equity", lines, len(columns)), "SummaryRow")
    return layout.section("Equity", [*rows, summary])


def _add_year(row: Row, columns: Sequence[Balances]) -> None:
    """The amounts of this row say which days they cover, in the American way."""
    for cell, column in zip(row["Cells"][1:], columns, strict=True):
        days = (("fromDate", column.year_start), ("toDate", column.day))
        extra = [{"Value": f"{day.month}/{day.day}/{day.year}", "Id": name} for name, day in days]
        cell["Attributes"] = [*cell["Attributes"], *extra]
