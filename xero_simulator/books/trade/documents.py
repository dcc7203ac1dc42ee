"""Sales invoices, bills and their credit notes as records."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from xero_simulator.attachments.written import has_files
from xero_simulator.books.lines import Lines, TaxWay
from xero_simulator.books.lists.contacts import summary
from xero_simulator.books.lists.settings import theme_id
from xero_simulator.books.rates import rate_on
from xero_simulator.values.amounts import ZERO, money
from xero_simulator.values.days import event_ms, wire_day, wire_day_string, wire_ms, wire_ms_string
from xero_simulator.workbench import Record, Workbench


@dataclass(frozen=True, slots=True)
class Heading:
    """The head of an invoice, a bill or a credit note.

    Args:
        name: Its own name, from which its id comes.
        number: Its number; bills may have the same one twice.
        due: Days until it is due.
        status: DRAFT, SUBMITTED or AUTHORISED.
    """

    name: str
    kind: str
    number: str
    reference: str
    contact: Record
    day: dt.date
    due: int
    currency: str
    status: str


def invoice_record(bench: Workbench, head: Heading, lines: Lines, way: TaxWay) -> Record:
    """Write a sales invoice or a bill."""
    key = bench.id_of(head.name)
    record: Record = {
        "Type": head.kind,
        "InvoiceID": key,
        "InvoiceNumber": head.number,
        "Reference": head.reference,
        "Payments": [],
        "CreditNotes": [],
        "Prepayments": [],
        "Overpayments": [],
        "AmountDue": money(lines.total),
        "AmountPaid": ZERO,
        "AmountCredited": ZERO,
        "SentToContact": head.kind == "ACCREC" and head.status == "AUTHORISED",
        "CurrencyRate": rate_on(bench.country, head.currency, head.day),
        "IsDiscounted": False,
        "HasAttachments": has_files(key),
        "HasErrors": False,
    }
    _add_discount(record, lines)
    _add_body(bench, record, head, lines, way)
    _add_due(bench, record, head)
    return record


def _add_due(bench: Workbench, record: Record, head: Heading) -> None:
    """Add when an invoice or a bill is due, and what is sent or planned with it."""
    due = head.day + dt.timedelta(days=head.due)
    record["DueDateString"] = wire_day_string(due)
    record["DueDate"] = wire_day(due)
    some = record["InvoiceID"] < "2"
    if head.kind == "ACCREC":
        record["BrandingThemeID"] = theme_id(bench)
        if some:
            record["ExpectedPaymentDate"] = wire_day(due + dt.timedelta(days=7))
            record["Url"] = f"https://shop.example/orders/{head.number}"
    elif some:
        record["PlannedPaymentDate"] = wire_day(due)


def credit_note_record(bench: Workbench, head: Heading, lines: Lines, way: TaxWay) -> Record:
    """Write a credit note of either kind.

    Args:
        head: Its head; the due days are not used.
        lines: Its lines, positive.
    """
    key = bench.id_of(head.name)
    record: Record = {
        "CreditNoteID": key,
        "CreditNoteNumber": head.number,
        "ID": key,
        "Payments": [],
        "CurrencyRate": rate_on(bench.country, head.currency, head.day),
        "Type": head.kind,
        "Reference": head.reference,
        "RemainingCredit": money(lines.total),
        "AppliedAmount": ZERO,
        "Allocations": [],
        "SentToContact": head.kind == "ACCRECCREDIT",
        "HasAttachments": has_files(key),
        "HasErrors": False,
    }
    _add_body(bench, record, head, lines, way)
    if head.kind == "ACCRECCREDIT":
        record["BrandingThemeID"] = theme_id(bench)
    return record


def _add_body(bench: Workbench, record: Record, head: Heading, lines: Lines, way: TaxWay) -> None:
    """What every kind of document has: contact, date, lines, sums, instant of the last change."""
    instant = event_ms(head.day, head.name)
    record["Contact"] = summary(bench, head.contact)
    record["DateString"] = wire_day_string(head.day)
    record["Date"] = wire_day(head.day)
    record["Status"] = head.status
    record["LineAmountTypes"] = way.amounts
    record["LineItems"] = lines.items
    record["SubTotal"] = money(lines.net)
    record["TotalTax"] = money(lines.tax)
    record["Total"] = money(lines.total)
    record["UpdatedDateUTC"] = wire_ms(instant)
    record["UpdatedDateUTCString"] = wire_ms_string(instant)
    record["CurrencyCode"] = head.currency


def _add_discount(record: Record, lines: Lines) -> None:
    """Sum up what the lines' discounts took off."""
    discounts = [
        line["Quantity"] * line["UnitAmount"] - line["LineAmount"] for line in lines.items if "DiscountRate" in line
    ]
    if discounts:
        record["IsDiscounted"] = True
        record["TotalDiscount"] = sum(discounts, ZERO).quantize(ZERO)
