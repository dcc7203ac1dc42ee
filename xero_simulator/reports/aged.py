"""Aged receivables and payables of one contact: its open invoices or bills on a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from xero_simulator.books.double_entry.postings import POSTED
from xero_simulator.reports import layout
from xero_simulator.reports.layout import Row
from xero_simulator.reports.request import BadReportRequest, ReportRequest
from xero_simulator.values.amounts import ZERO, to_base
from xero_simulator.values.days import day_of_wire, month_end
from xero_simulator.workbench import Record

if TYPE_CHECKING:
    from xero_simulator.company_records import CompanyRecords

_Figures = tuple[Decimal, Decimal, Decimal, Decimal]
"""Total, paid, credited and due of one invoice, in base currency."""


def aged_receivables(company: CompanyRecords, request: ReportRequest) -> Row:
    """Write Aged Receivables By Contact; see `aged_report`."""
    return aged_report(company, request, "ACCREC")


def aged_payables(company: CompanyRecords, request: ReportRequest) -> Row:
    """Write Aged Payables By Contact; see `aged_report`."""
    return aged_report(company, request, "ACCPAY")


def aged_report(company: CompanyRecords, request: ReportRequest, kind: str) -> Row:
    """Write the report.

    Args:
        request: `contactId`, `date` up to which payments count, `fromDate` and `toDate` of the invoices.
        kind: `ACCREC` or `ACCPAY`.

    Raises:
        BadReportRequest: No contact, an unknown one, or a date that is none.
    """
    contact = company.bench.tables["Contacts"].get(request.text("contactId"))
    if contact is None:
        raise BadReportRequest("A valid contactId parameter is required")
    day = request.day("date") or month_end(request.today)
    first, last = request.day("fromDate"), request.day("toDate") or day
    invoices = [row for row in _invoices(company, contact, kind) if day_of_wire(row["Date"]) <= last]
    start = first or min((day_of_wire(row["Date"]) for row in invoices), default=last)
    figures = [(row, _figures(company, row, day)) for row in invoices]
    earlier = sum((line[3] for row, line in figures if day_of_wire(row["Date"]) < start), ZERO)
    shown = [(row, line) for row, line in figures if day_of_wire(row["Date"]) >= start and line[3]]
    receivable = kind == "ACCREC"
    name = "Aged Receivables By Contact" if receivable else "Aged Payables By Contact"
    titles = [
        "Invoices",
        contact["Name"],
        f"From {layout.long_day(start)} to {layout.long_day(last)}",
        f"Showing payments to {layout.long_day(day)}",
    ]
    rows = _rows(shown, earlier, start, day, "Number" if receivable else "Reference")
    return layout.report(name, name.replace(" ", ""), titles, rows, request.today)


def _invoices(company: CompanyRecords, contact: Record, kind: str) -> list[Record]:
    return [
        row
        for row in company.records("Invoices")
        if row["Type"] == kind and row["Status"] in POSTED and row["Contact"]["ContactID"] == contact["ContactID"]
    ]


def _figures(company: CompanyRecords, invoice: Record, day: dt.date) -> _Figures:
    rate = invoice["CurrencyRate"]
    payments = {entry["PaymentID"] for entry in invoice["Payments"]}
    paid = credited = ZERO
    for when, event, amount in company.open_amounts.events(invoice["InvoiceID"]):
        if when <= day and event in payments:
            paid += amount
        elif when <= day:
            credited += amount
    due = to_base(invoice["Total"] - paid - credited, rate)
    return to_base(invoice["Total"], rate), to_base(paid, rate), to_base(credited, rate), due


def _rows(
    shown: Sequence[tuple[Record, _Figures]], earlier: Decimal, start: dt.date, day: dt.date, column: str
) -> list[Row]:
    opening = [f"{start.isoformat()}T00:00:00", "Opening Balance", "", "", "", "", "", layout.figure(earlier)]
    sums = [sum((line[place] for _, line in shown), ZERO) for place in range(4)]
    closing = [*sums[:3], sums[3] + earlier]
    return [
        layout.header(["Date", column, "Due Date", "", "Total", "Paid", "Credited", "Due"]),
        layout.section("", [{"RowType": "Row", "Cells": [{"Value": value} for value in opening]}]),
        layout.section("", [*(_invoice_row(row, line, day) for row, line in shown), _summary("Total", sums)]),
        layout.section("", [_summary("Closing Balance", closing)]),
    ]


def _invoice_row(invoice: Record, figures: _Figures, day: dt.date) -> Row:
    late = (day - day_of_wire(invoice["DueDate"])).days
    values = [
        invoice["DateString"],
        invoice["InvoiceNumber"],
        invoice["DueDateString"],
        f"{late} days overdue" if late > 0 else "",
        *(layout.figure(amount) for amount in figures),
    ]
    return layout.attributed_row(values, invoice["InvoiceID"], "invoiceID")


def _summary(label: str, amounts: Sequence[Decimal]) -> Row:
    values = [label, "", "", "", *(layout.figure(amount) for amount in amounts)]
    return {"RowType": "SummaryRow", "Cells": [{"Value": value} for value in values]}
