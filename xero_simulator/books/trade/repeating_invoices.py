"""Repeating invoices, and expenses of bills that are charged on to customers."""

from __future__ import annotations

import datetime as dt

from xero_simulator.books.lines import Part, build_lines, tax_way
from xero_simulator.books.lists.contacts import summary
from xero_simulator.books.plan import MonthPlan
from xero_simulator.books.trade.sales import Trade
from xero_simulator.values.amounts import money
from xero_simulator.values.days import add_months, event_ms, month_start, wire_day, wire_ms
from xero_simulator.workbench import Record, Workbench

_TEMPLATES = (
    ("ACCREC", "customer/1", "220", 49_000, "AUTHORISED", "MONTHLY", 1, "OFFOLLOWINGMONTH"),
    ("ACCREC", "customer/2", "210", 120_000, "DRAFT", "MONTHLY", 3, "DAYSAFTERINVOICEDATE"),
    ("ACCPAY", "supplier/1", "469", 640_000, "AUTHORISED", "MONTHLY", 1, "DAYSAFTERBILLDATE"),
    ("ACCPAY", "supplier/2", "485", 9_900, "DELETED", "WEEKLY", 2, "DAYSAFTERBILLDATE"),
)
_STATUSES = ("APPROVED", "DRAFT", "ONDRAFT", "BILLED", "VOIDED")


def add_repeating(bench: Workbench) -> None:
    """Write the templates of repeating invoices and bills."""
    first = month_start(bench.today)
    for place, (kind, contact_key, code, net, status, unit, period, due_type) in enumerate(_TEMPLATES):
        key = bench.id_of(f"repeating/{place}")
        way = tax_way(bench, "Exclusive", "sales" if kind == "ACCREC" else "purchases")
        lines = build_lines(bench, f"repeating/{place}", [Part(net, code, "Every time the same")], way)
        schedule: Record = {"Period": period, "Unit": unit, "DueDate": 20, "DueDateType": due_type}
        schedule["StartDate"] = wire_day(bench.config.first_month)
        schedule["NextScheduledDate"] = wire_day(add_months(first, period if unit == "MONTHLY" else 1))
        if place == 1:
            schedule["EndDate"] = wire_day(dt.date(bench.config.first_month.year + 6, 12, 31))
        record = {
            "RepeatingInvoiceID": key,
            "ID": key,
            "Type": kind,
            "Schedule": schedule,
            "Reference": "[Month]",
            "HasAttachments": place == 0,
            "ApprovedForSending": place == 0,
            "SendCopy": False,
            "MarkAsSent": place == 0,
            "IncludePDF": place == 0,
            "Contact": summary(bench, bench.tables["Contacts"][bench.id_of(f"contact/{contact_key}")]),
            "Status": status,
            "LineAmountTypes": way.amounts,
            "LineItems": [{**line, "RepeatingInvoiceID": key} for line in lines.items],
            "SubTotal": money(lines.net),
            "TotalTax": money(lines.tax),
            "Total": money(lines.total),
            "CurrencyCode": bench.country.currency,
            "BrandingThemeID": bench.id_of("theme/Standard"),
        }
        bench.add("RepeatingInvoices", key, record)


def write_linked(bench: Workbench, plan: MonthPlan, sales: Trade, bills: Trade) -> None:
    """Charge one bill line of the month on to a customer.

    Args:
        sales: The month's sales invoices that count.
        bills: The month's bills that count.
    """
    bill, sale, day = bills.at(0), sales.at(0), plan.last
    if bill is None or sale is None or day > bench.today:
        return
    source, target = bill.record, sale.record
    status = _STATUSES[plan.month.month % 5]
    key = bench.id_of(f"linked/{plan.month:%Y-%m}")
    record: Record = {
        "LinkedTransactionID": key,
        "SourceTransactionID": source["InvoiceID"],
        "SourceLineItemID": source["LineItems"][0]["LineItemID"],
        "ContactID": target["Contact"]["ContactID"],
        "Status": status,
        "Type": "BILLABLEEXPENSE",
        "UpdatedDateUTC": wire_ms(event_ms(day, key)),
        "SourceTransactionTypeCode": "ACCPAY",
    }
    if status in {"ONDRAFT", "BILLED"}:
        record["TargetTransactionID"] = target["InvoiceID"]
        record["TargetLineItemID"] = target["LineItems"][0]["LineItemID"]
    bench.add("LinkedTransactions", key, record)
