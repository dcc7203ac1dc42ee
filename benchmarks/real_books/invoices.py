"""Invoices and bills as the seeds have them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from benchmarks.real_books.documents import days, instant
from benchmarks.real_books.seeds import Row, Seeds, day_of
from xero_simulator.values.days import wire_day, wire_day_string
from xero_simulator.workbench import Record


def invoices(seeds: Seeds) -> Iterator[Record]:
    """The invoices and bills, with their lines; nobody has paid them yet."""
    codes = {row["code"]: row["account_id"] for row in seeds.rows("account") if row["code"]}
    options = _options(seeds)
    for row in seeds.rows("invoice"):
        lines = [_line(line, codes, options) for line in seeds.invoice_lines[row["invoice_id"]]]
        record: Record = {
            "InvoiceID": row["invoice_id"],
            "Type": row["type"],
            "InvoiceNumber": row["invoice_number"],
            "Reference": row["reference"],
            "Status": row["status"],
            "LineAmountTypes": row["line_amount_types"],
            "Contact": {"ContactID": row["contact_id"]},
            **days(day_of(row["date"])),
            "DueDate": wire_day(day_of(row["due_date"])),
            "DueDateString": wire_day_string(day_of(row["due_date"])),
            "CurrencyCode": row["currency_code"],
            "CurrencyRate": Decimal(row["currency_rate"]),
            "SubTotal": Decimal(row["sub_total"]),
            "TotalTax": Decimal(row["total_tax"]),
            "Total": Decimal(row["total"]),
            "AmountDue": Decimal(row["amount_due"]),
            "AmountPaid": Decimal(row["amount_paid"]),
            "AmountCredited": Decimal(row["amount_credited"]),
            "LineItems": lines,
            "Payments": [],
            "CreditNotes": [],
            "Prepayments": [],
            "Overpayments": [],
            "HasAttachments": row["has_attachments"] == "true",
            "UpdatedDateUTC": instant(row["updated_date_utc"]),
        }
        if row["fully_paid_on_date"]:
            record["FullyPaidOnDate"] = wire_day(day_of(row["fully_paid_on_date"]))
        yield record


def _line(row: Row, codes: dict[str, str], options: dict[str, list[Record]]) -> Record:
    return {
        "LineItemID": row["line_item_id"],
        "Description": row["description"],
        "Quantity": Decimal(row["quantity"] or "1"),
        "UnitAmount": Decimal(row["unit_amount"] or "0"),
        "LineAmount": Decimal(row["line_amount"]),
        "TaxAmount": Decimal(row["tax_amount"]),
        "TaxType": row["tax_type"],
        "AccountCode": row["account_code"],
        "AccountID": codes[row["account_code"]],
        "Tracking": options.get(row["line_item_id"], []),
    }


def _options(seeds: Seeds) -> dict[str, list[Record]]:
    """By line the options it is tagged with, where the seeds have the option by that name."""
    named = {row["tracking_category_id"]: row["name"] for row in seeds.rows("tracking_category")}
    option = {row["tracking_option_id"]: row["name"] for row in seeds.rows("tracking_category_option")}
    ids = {
        (row["tracking_category_id"], option[row["tracking_option_id"]]): row["tracking_option_id"]
        for row in seeds.rows("tracking_category_has_option")
    }
    found: dict[str, list[Record]] = {}
    for row in seeds.rows("invoice_line_item_has_tracking_category"):
        key = (row["tracking_category_id"], row["option"])
        if key in ids:
            tag = {"Name": named[key[0]], "Option": key[1], "TrackingCategoryID": key[0], "TrackingOptionID": ids[key]}
            found.setdefault(row["line_item_id"], []).append(tag)
    return found
