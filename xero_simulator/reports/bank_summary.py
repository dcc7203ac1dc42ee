"""The bank summary: opening balance, money in, money out and closing balance of every bank account."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from xero_simulator.books.double_entry.ledger import Ledger
from xero_simulator.reports import layout
from xero_simulator.reports.layout import Amounts, Row
from xero_simulator.reports.request import BadReportRequest, ReportRequest
from xero_simulator.values.days import month_end, month_start
from xero_simulator.workbench import Record

if TYPE_CHECKING:
    from xero_simulator.company_records import CompanyRecords


def bank_summary(company: CompanyRecords, request: ReportRequest) -> Row:
    """Write the report, all accounts in base currency.

    Args:
        request: `fromDate`, `toDate`.

    Raises:
        BadReportRequest: More than 365 days, or a date that is none.
    """
    first = request.day("fromDate") or month_start(request.day("toDate") or request.today)
    last = request.day("toDate") or month_end(first)
    if (last - first).days > 365:
        raise BadReportRequest("The fromDate and toDate parameters must be with 365 days of each other")
    lines = [line for line in (_line(company, row, first, last) for row in bank_accounts(company)) if line]
    rows = [_account_row(line) for line in lines]
    rows.append(layout.plain_row(layout.total("Total", lines, 4), "SummaryRow"))
    labels = ["Bank Accounts", "Opening Balance", "Cash Received", "Cash Spent", "Closing Balance"]
    titles = ["Bank Summary", company.name, f"From {layout.long_day(first)} to {layout.long_day(last)}"]
    body = [layout.header(labels), layout.section("", rows)]
    return layout.report("Bank Summary", "BankSummary", titles, body, request.today)


def bank_accounts(company: CompanyRecords) -> list[Record]:
    """The organisation's bank accounts, the archived ones included."""
    return [row for row in company.records("Accounts") if row["Type"] == "BANK"]


def cash_flows(company: CompanyRecords) -> tuple[Ledger, Ledger]:
    """What came into and went out of the bank accounts, each summed by account and day."""

    def make() -> tuple[Ledger, Ledger]:
        banks = {row["AccountID"] for row in bank_accounts(company)}
        moves = [posting for posting in company.postings if posting.account_id in banks]
        received = Ledger(posting for posting in moves if posting.net_amount > 0)
        return received, Ledger(posting for posting in moves if posting.net_amount < 0)

    return company.keep("cash flows", make)


def _line(company: CompanyRecords, account: Record, first: dt.date, last: dt.date) -> Amounts | None:
    received, spent = cash_flows(company)
    key = account["AccountID"]
    opening = company.ledger.balance(key, first - dt.timedelta(days=1))
    incoming, outgoing = received.movement(key, first, last), -spent.movement(key, first, last)
    closing = company.ledger.balance(key, last)
    if account["Status"] == "ARCHIVED" and not (opening or incoming or outgoing):
        return None
    return Amounts(account["Name"], (opening, incoming, outgoing, closing), key)


def _account_row(line: Amounts) -> Row:
    """Only the name and the two middle amounts carry the account's id, under two different names."""
    row = layout.plain_row(line)
    for place, name in ((0, "accountID"), (2, "account"), (3, "account")):
        row["Cells"][place]["Attributes"] = [{"Value": line.account_id, "Id": name}]
    return row
