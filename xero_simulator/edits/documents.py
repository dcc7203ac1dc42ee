"""Changes that people make in the books while somebody reads them.

Every edit replaces the records it changes, so that a list read before stays as it was, moves UpdatedDateUTC to the
instant of the edit where Xero would, and raises the company's revision, which makes postings and reports follow.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from xero_simulator.books.lines import Part, build_lines, tax_way
from xero_simulator.books.trade.documents import Heading, invoice_record
from xero_simulator.books.trade.settlement import Settlement, pay
from xero_simulator.company import Company
from xero_simulator.edits.working_copy import EditRefused, mark, oldest_change, open_copy
from xero_simulator.values.amounts import ZERO, cents, divide_half_up, money
from xero_simulator.workbench import Record

_CREDIT_KEYS = {"CreditNotes": "CreditNoteID", "Prepayments": "PrepaymentID", "Overpayments": "OverpaymentID"}


def edit_invoice(company: Company, invoice_id: str | None, at: dt.datetime, *, add: int = 0) -> Record:
    """Change an invoice's reference and, while nothing has been paid, what its first line comes to.

    Args:
        invoice_id: Its id; None takes the one that was changed longest ago.
        add: Cents to add to the first line, in the invoice's currency.

    Returns:
        The invoice after the edit.

    Raises:
        EditRefused: Another amount was asked for, but something has been paid or credited.
    """
    key = invoice_id or oldest_change(company, "Invoices")
    invoice = open_copy(company, "Invoices", key)
    if add:
        _require_untouched(invoice)
        _add_to_first_line(invoice, add, company.bench.country.percent_of(invoice["LineItems"][0]["TaxType"]))
    invoice["Reference"] = f"Edited {at:%Y-%m-%d %H:%M:%S}"
    mark(company, at, invoice)
    return invoice


def add_invoice(
    company: Company,
    at: dt.datetime,
    *,
    kind: str = "ACCREC",
    net: int = 125_000,
    status: str = "AUTHORISED",
    day: dt.date | None = None,
    account: str = "",
    told: str = "Entered later",
) -> Record:
    """Write a new invoice or bill.

    Args:
        at: The instant it is entered.
        kind: `ACCREC` or `ACCPAY`.
        status: `AUTHORISED` or `DRAFT`.
        day: Its date, in whatever month; None for the last day of the books.
        account: The key of the account of its line; empty for the usual one.
        told: Its reference, and the description of its line.
    """
    bench = company.bench
    sales = kind == "ACCREC"
    contact = bench.tables["Contacts"][bench.id_of("contact/customer/0" if sales else "contact/supplier/0")]
    way = tax_way(bench, "Exclusive", "sales" if sales else "purchases")
    name = f"edit/{company.revision}/{kind}"
    number = f"INV-X-{company.revision:04d}" if sales else f"X{company.revision}"
    lines = build_lines(bench, name, [Part(net, account or ("200" if sales else "310"), told)], way)
    dated, currency = day or company.today, contact["DefaultCurrency"]
    head = Heading(name, kind, number, told, contact, dated, 20, currency, status)
    invoice = invoice_record(bench, head, lines, way)
    bench.add("Invoices", invoice["InvoiceID"], invoice)
    mark(company, at, invoice)
    return invoice


def void_invoice(company: Company, invoice_id: str, at: dt.datetime) -> Record:
    """Void an approved invoice, or delete a draft.

    Raises:
        EditRefused: Something has been paid or credited, or it is over already.
    """
    invoice = open_copy(company, "Invoices", invoice_id)
    _require_untouched(invoice)
    invoice["Status"] = "VOIDED" if invoice["Status"] == "AUTHORISED" else "DELETED"
    if invoice["Status"] == "VOIDED":
        invoice["AmountDue"] = ZERO
    mark(company, at, invoice)
    return invoice


def add_payment(company: Company, invoice_id: str, at: dt.datetime, *, amount: int | None = None) -> Record:
    """Pay an approved invoice or bill from the main bank account on the last day of the books.

    Args:
        amount: Cents in its currency; None pays all that is due.

    Raises:
        EditRefused: Nothing is due.
    """
    invoice = open_copy(company, "Invoices", invoice_id)
    if invoice["Status"] != "AUTHORISED":
        raise EditRefused(f"The invoice is {invoice['Status']}")
    whole = cents(invoice["AmountDue"])
    plan = Settlement(company.today, whole if amount is None else amount, "090", reference="Paid later")
    payment = pay(company.bench, invoice, plan, f"edit/{company.revision}/payment")
    if payment is None:
        raise EditRefused("Nothing is due")
    mark(company, at, invoice, payment)
    return payment


def delete_payment(company: Company, payment_id: str, at: dt.datetime) -> Record:
    """Delete a payment: it stays to be seen as deleted, and its document is open again.

    Raises:
        EditRefused: It is deleted already or part of a batch.
    """
    payment = open_copy(company, "Payments", payment_id)
    if payment["Status"] != "AUTHORISED" or "BatchPaymentID" in payment:
        raise EditRefused("The payment is deleted already or part of a batch")
    payment["Status"] = "DELETED"
    wrapper, target = _document(company, payment["Invoice"]["InvoiceID"])
    target["Payments"] = [entry for entry in target["Payments"] if entry["PaymentID"] != payment_id]
    if wrapper == "Invoices":
        target["AmountPaid"] -= payment["Amount"]
    _reopen(target, payment["Amount"])
    mark(company, at, payment, target)
    return payment


def remove_allocation(company: Company, wrapper: str, credit_id: str, at: dt.datetime | None) -> Record:
    """Take back the first allocation of a credit: in Xero it disappears without a trace.

    Args:
        wrapper: `CreditNotes`, `Prepayments` or `Overpayments`.
        at: The instant of the edit; None if neither side's UpdatedDateUTC moves.

    Raises:
        EditRefused: It has no allocation.
    """
    credit = open_copy(company, wrapper, credit_id)
    if not credit["Allocations"]:
        raise EditRefused("Nothing is allocated")
    allocation = credit["Allocations"].pop(0)
    invoice = open_copy(company, "Invoices", allocation["Invoice"]["InvoiceID"])
    entry = next(row for row in invoice[wrapper] if row[_CREDIT_KEYS[wrapper]] == credit_id)
    invoice[wrapper].remove(entry)
    invoice["AmountCredited"] -= allocation["Amount"]
    for record in (credit, invoice):
        _reopen(record, allocation["Amount"])
    if at is None:
        company.revision += 1
    else:
        mark(company, at, credit, invoice)
    return credit


def _document(company: Company, key: str) -> tuple[str, Record]:
    for wrapper in ("Invoices", *_CREDIT_KEYS):
        if key in company.bench.tables.get(wrapper, {}):
            return wrapper, open_copy(company, wrapper, key)
    raise EditRefused(f"There is no document {key}")


def _reopen(record: Record, amount: Decimal) -> None:
    key = "AmountDue" if "AmountDue" in record else "RemainingCredit"
    record[key] += amount
    if key == "RemainingCredit":
        record["AppliedAmount"] -= amount
    record["Status"] = "AUTHORISED"
    record.pop("FullyPaidOnDate", None)


def _require_untouched(invoice: Record) -> None:
    if invoice["AmountPaid"] or invoice["AmountCredited"] or invoice["Status"] in {"VOIDED", "DELETED", "PAID"}:
        raise EditRefused(f"Invoice {invoice['InvoiceNumber']} is {invoice['Status']} or partly settled")


def _add_to_first_line(invoice: Record, add: int, percent: int) -> None:
    """Make the first line larger and sum the invoice up again."""
    line = invoice["LineItems"][0]
    shown = cents(line["LineAmount"]) + add
    inclusive = invoice["LineAmountTypes"] == "Inclusive"
    tax = 0
    if line["TaxAmount"]:
        tax = divide_half_up(shown * percent, 100 + percent if inclusive else 100)
    changed = {"LineAmount": money(shown), "TaxAmount": money(tax), "Quantity": Decimal("1.0000")}
    changed["UnitAmount"] = Decimal(shown * 100).scaleb(-4)
    invoice["LineItems"][0] = {key: value for key, value in (line | changed).items() if key != "DiscountRate"}
    tax_total = sum((row["TaxAmount"] for row in invoice["LineItems"]), ZERO)
    shown_total = sum((row["LineAmount"] for row in invoice["LineItems"]), ZERO)
    invoice["TotalTax"] = tax_total
    invoice["Total"] = shown_total if inclusive else shown_total + tax_total
    invoice["SubTotal"] = invoice["Total"] - tax_total
    invoice["AmountDue"] = invoice["Total"]
