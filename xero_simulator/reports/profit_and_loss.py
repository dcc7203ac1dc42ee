"""The profit and loss: income, cost of sales, other income and expenses over one or more periods."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from xero_simulator.books.double_entry.ledger import Ledger
from xero_simulator.books.double_entry.legs import Posting
from xero_simulator.reports import layout
from xero_simulator.reports.cash_basis import cash_ledger, cash_postings
from xero_simulator.reports.layout import Amounts, Row
from xero_simulator.reports.own_layout import own_layout
from xero_simulator.reports.request import BadReportRequest, ReportRequest
from xero_simulator.reports.revaluation import revalued_ledger
from xero_simulator.values.amounts import ZERO
from xero_simulator.values.days import add_months, month_end, month_start
from xero_simulator.workbench import Record

if TYPE_CHECKING:
    from xero_simulator.company_records import CompanyRecords

_SECTIONS = (
    ("Income", "Total Income", ("REVENUE", "SALES")),
    ("Less Cost of Sales", "Total Cost of Sales", ("DIRECTCOSTS",)),
    ("Plus Other Income", "Total Other Income", ("OTHERINCOME",)),
    ("Less Operating Expenses", "Total Operating Expenses", ("EXPENSE", "OVERHEADS", "DEPRECIATN")),
)
_FX_ACCOUNTS = frozenset({"BANKCURRENCYGAIN", "REALISEDCURRENCYGAIN", "UNREALISEDCURRENCYGAIN"})
_FX_APART = frozenset({"AU", "US"})
"""Where each of them has its own line (Xero's page of the report, and its Demo CompanyRecords of Australia)."""
_FX_LABEL = "Foreign Currency Gains and Losses"


@dataclass(frozen=True, slots=True)
class ReportColumn:
    """One column of the report.

    Args:
        last: Its last day.
        ledger: What it is summed from.
    """

    label: str
    first: dt.date
    last: dt.date
    ledger: Ledger


def profit_and_loss(company: CompanyRecords, request: ReportRequest) -> Row:
    """Write the report.

    Args:
        request: `fromDate`, `toDate`, `periods`, `timeframe`, tracking filters, `paymentsOnly`, `standardLayout`.

    Raises:
        BadReportRequest: More than 365 days, or another parameter Xero refuses.
    """
    first = request.day("fromDate") or month_start(request.day("toDate") or request.today)
    last = request.day("toDate") or month_end(first)
    if last < first:
        raise BadReportRequest("The fromDate must be earlier than the toDate")
    if (last - first).days > 365:
        raise BadReportRequest("The fromDate and toDate parameters must be with 365 days of each other")
    columns = _columns(company, request, first, last)
    statement = statement_lines(company, columns)
    titles = ["Profit & Loss", company.name, f"{layout.long_day(first)} to {layout.long_day(last)}"]
    body = _rows(statement, len(columns))
    if not request.flag("standardLayout"):
        body = own_layout(body)
    rows = [layout.header(["", *(column.label for column in columns)]), *body]
    return layout.report("Profit and Loss", "ProfitAndLoss", titles, rows, request.today)


def comparison_periods(first: dt.date, last: dt.date, count: int, step: int) -> list[tuple[dt.date, dt.date]]:
    """The period and the earlier ones it is compared with, newest first.

    Each earlier period starts on the same day of an earlier month and has as many days as the asked one, cut at the
    end of its month: from a 31-day month whole months come out, from a shorter one the longer months lose days.

    Args:
        first: First day of the asked period.
        last: Its last day.
        count: How many earlier periods.
        step: Months between two periods.
    """
    days = (last - first).days
    found = [(first, last)]
    span = (last.year - first.year) * 12 + last.month - first.month
    for number in range(1, count + 1):
        start = add_months(first, -step * number)
        limit = month_end(add_months(month_start(start), max(span, 0)))
        found.append((start, min(start + dt.timedelta(days=days), limit)))
    return found


def _columns(company: CompanyRecords, request: ReportRequest, first: dt.date, last: dt.date) -> list[ReportColumn]:
    count = request.number("periods", 1, 11) or 0
    on_cash = request.flag("paymentsOnly")
    basis = cash_postings(company) if on_cash else company.postings
    chosen = [option for option in (request.text("trackingOptionID"), request.text("trackingOptionID2")) if option]
    category = request.text("trackingCategoryID")
    if category and not chosen:
        whole = Ledger if on_cash else partial(revalued_ledger, company)
        return _tracking_columns(company, basis, category, whole, first, last)
    if chosen:
        ledger = Ledger(posting for posting in basis if all(option in posting.tracking for option in chosen))
    else:
        ledger = cash_ledger(company) if on_cash else revalued_ledger(company)
    periods = comparison_periods(first, last, count, request.step_months())
    return [ReportColumn(layout.short_day(end), start, end, ledger) for start, end in periods]


def _tracking_columns(
    company: CompanyRecords,
    basis: Sequence[Posting],
    category_id: str,
    whole: Callable[[Iterable[Posting]], Ledger],
    first: dt.date,
    last: dt.date,
) -> list[ReportColumn]:
    """One column an option, then what carries none, then all.

    Args:
        whole: The ledger of what carries no option.
    """
    category = company.bench.tables.get("TrackingCategories", {}).get(category_id)
    if category is None:
        raise BadReportRequest("The TrackingCategoryID is not valid")
    options = {option["TrackingOptionID"]: option["Name"] for option in category["Options"]}
    pick = [(name, Ledger(one for one in basis if key in one.tracking)) for key, name in options.items()]
    pick.append(("Unassigned", whole(one for one in basis if not options.keys() & set(one.tracking))))
    pick.append(("Total", whole(basis)))
    return [ReportColumn(name, first, last, ledger) for name, ledger in pick]


def statement_lines(company: CompanyRecords, columns: Sequence[ReportColumn]) -> list[tuple[str, str, list[Amounts]]]:
    """The account lines of every section: title, title of its total, lines with activity in any column."""
    accounts = company.records("Accounts")
    grouped = _FX_ACCOUNTS if company.bench.country.code not in _FX_APART else frozenset[str]()
    found: list[tuple[str, str, list[Amounts]]] = []
    for title, total_title, types in _SECTIONS:
        sign = 1 if types[0] in {"DIRECTCOSTS", "EXPENSE"} else -1
        lines: list[Amounts] = []
        group: list[Amounts] = []
        for account in accounts:
            if account["Type"] not in types:
                continue
            line = _line(account, columns, sign)
            if line is not None:
                (group if account.get("SystemAccount") in grouped else lines).append(line)
        if group:
            lines.append(Amounts(_FX_LABEL, layout.total("", group, len(columns)).values, layout.FX_GROUP))
        found.append((title, total_title, sorted(lines, key=lambda line: line.label)))
    return found


def _line(account: Record, columns: Sequence[ReportColumn], sign: int) -> Amounts | None:
    key = account["AccountID"]
    if not any(column.ledger.active(key, column.first, column.last) for column in columns):
        return None
    values = tuple(sign * column.ledger.movement(key, column.first, column.last) for column in columns)
    return Amounts(account["Name"], values, key) if any(values) else None


def _rows(statement: Sequence[tuple[str, str, list[Amounts]]], columns: int) -> list[Row]:
    rows: list[Row] = []
    totals: list[Amounts] = []
    for place, (title, total_title, lines) in enumerate(statement):
        totals.append(layout.total(total_title, lines, columns))
        if lines:
            shown = [layout.account_row(line) for line in lines]
            rows.append(layout.section(title, [*shown, layout.plain_row(totals[-1], "SummaryRow")]))
        if place == 1:
            gross = _difference("Gross Profit", totals[0], totals[1])
            rows.append(layout.section("", [layout.plain_row(gross)]))
    profit = _difference("Net Profit", layout.total("", [totals[0], totals[2]], columns), totals[1], totals[3])
    rows.append(layout.section("", [layout.plain_row(profit)]))
    return rows


def _difference(label: str, plus: Amounts, *minus: Amounts) -> Amounts:
    values = tuple(value - sum((line.values[place] for line in minus), ZERO) for place, value in enumerate(plus.values))
    return Amounts(label, values)
