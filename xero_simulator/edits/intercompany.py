"""What companies sell to each other: a contact that is another company, and documents that each side enters."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from xero_simulator.books.lines import Part, build_lines, tax_way
from xero_simulator.books.trade.documents import Heading, credit_note_record, invoice_record
from xero_simulator.books.trade.settlement import Settlement, allocate, pay
from xero_simulator.company import Company
from xero_simulator.edits.working_copy import open_copy
from xero_simulator.workbench import Record

_CODES = {"ACCREC": "200", "ACCRECCREDIT": "200", "ACCPAY": "310", "ACCPAYCREDIT": "310"}
_DUE_DAYS = 20


@dataclass(frozen=True, slots=True)
class Entry:
    """A document as one side enters it.

    Args:
        kind: ACCREC, ACCPAY, ACCRECCREDIT or ACCPAYCREDIT.
        number: What both sides call it.
        day: Its date.
        currency: One of those that the company uses.
        amount: Cents in that currency; no tax is charged.
    """

    kind: str
    number: str
    day: dt.date
    currency: str
    amount: int


def add_company_as_contact(company: Company, name: str) -> Record:
    """Enter another company among the contacts, by its name alone."""
    bench = company.bench
    like = bench.tables["Contacts"][bench.id_of("contact/customer/0")]
    kept = {key: value for key, value in like.items() if key not in {"TaxNumber", "CompanyNumber", "AccountNumber"}}
    contact = {**kept, "ContactID": bench.id_of(f"contact/company/{name}"), "Name": name}
    company.revision += 1
    return bench.add("Contacts", contact["ContactID"], contact)


def enter(company: Company, contact: Record, entry: Entry) -> Record:
    """Enter a document with another company."""
    bench = company.bench
    name = f"company/{entry.kind}/{entry.number}"
    side = "sales" if entry.kind.startswith("ACCREC") else "purchases"
    way = tax_way(bench, "NoTax", side)
    lines = build_lines(bench, name, [Part(entry.amount, _CODES[entry.kind], "Between companies")], way)
    heading = Heading(name, entry.kind, entry.number, "", contact, entry.day, _DUE_DAYS, entry.currency, "AUTHORISED")
    company.revision += 1
    if entry.kind.endswith("CREDIT"):
        note = credit_note_record(bench, heading, lines, way)
        return bench.add("CreditNotes", note["CreditNoteID"], note)
    invoice = invoice_record(bench, heading, lines, way)
    return bench.add("Invoices", invoice["InvoiceID"], invoice)


def settle(company: Company, document: Record, day: dt.date, amount: int) -> None:
    """Pay some cents of a document from the main bank account.

    Args:
        amount: In the document's currency.
    """
    copy = open_copy(company, "Invoices", document["InvoiceID"])
    pay(
        company.bench,
        copy,
        Settlement(day, amount, "090", reference="Between companies"),
        f"pay/{day}/{copy['InvoiceID']}",
    )
    company.revision += 1


def credit(company: Company, note: Record, document: Record, day: dt.date, amount: int) -> None:
    """Set a credit note off against a document.

    Args:
        amount: Cents in their currency.
    """
    copy = open_copy(company, "CreditNotes", note["CreditNoteID"])
    allocate(company.bench, copy, open_copy(company, "Invoices", document["InvoiceID"]), day, amount)
    company.revision += 1
