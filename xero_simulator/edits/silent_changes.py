"""Edits that Xero does not tell: nothing's UpdatedDateUTC moves, and what is deleted leaves no trace.

Source: Xero's pages of Invoices (due dates and the sent flag of part-paid documents) and Contacts (balances follow the
documents); for account codes of lines a renumbered account, as other connectors report it.
"""

from __future__ import annotations

import datetime as dt

from xero_simulator.company import Company
from xero_simulator.edits.working_copy import EditRefused, open_copy
from xero_simulator.values.days import wire_day, wire_day_string
from xero_simulator.workbench import Record


def rebook_line(company: Company, invoice_id: str, code: str) -> Record:
    """Book the first line of an invoice to another account.

    Args:
        code: The other account's code.
    """
    invoice = open_copy(company, "Invoices", invoice_id)
    account = {"AccountCode": company.bench.code(code), "AccountID": company.bench.account_id(code)}
    invoice["LineItems"][0] = invoice["LineItems"][0] | account
    company.revision += 1
    return invoice


def move_due_date(company: Company, invoice_id: str, due: dt.date) -> Record:
    """Let an invoice be due on another day; what its contact has overdue follows."""
    invoice = open_copy(company, "Invoices", invoice_id)
    invoice["DueDate"], invoice["DueDateString"] = wire_day(due), wire_day_string(due)
    company.revision += 1
    return invoice


def mark_sent(company: Company, invoice_id: str, *, sent: bool = True) -> Record:
    """Mark an invoice as sent to its contact, or not."""
    invoice = open_copy(company, "Invoices", invoice_id)
    invoice["SentToContact"] = sent
    company.revision += 1
    return invoice


def erase_draft(company: Company, wrapper: str, key: str) -> None:
    """Delete a draft: it is gone, no answer ever mentions it again.

    Args:
        wrapper: `Invoices`, `CreditNotes`, `ManualJournals`, `Quotes` or `PurchaseOrders`.

    Raises:
        EditRefused: It is no draft.
    """
    record = company.bench.tables[wrapper].get(key)
    if record is None or record["Status"] != "DRAFT":
        raise EditRefused("Only a draft can be deleted for good")
    company.bench.tables[wrapper].pop(key)
    company.revision += 1


def erase_contact(company: Company, contact_id: str) -> None:
    """Delete a contact that no document names: it is gone.

    Raises:
        EditRefused: A document names it.
    """
    documents = (record for rows in company.bench.tables.values() for record in rows.values())
    if any(_names(record.get("Contact"), contact_id) for record in documents):
        raise EditRefused("The contact has documents and can only be archived")
    company.bench.tables["Contacts"].pop(contact_id)
    company.revision += 1


def delete_contact_group(company: Company, group_id: str) -> None:
    """Delete a group of contacts: it is gone, also from its members."""
    company.bench.tables["ContactGroups"].pop(group_id)
    for key, contact in list(company.bench.tables["Contacts"].items()):
        left = [group for group in contact.get("ContactGroups", ()) if group["ContactGroupID"] != group_id]
        if len(left) < len(contact.get("ContactGroups", ())):
            open_copy(company, "Contacts", key)["ContactGroups"] = left
    company.revision += 1


def _names(contact: object, contact_id: str) -> bool:
    return isinstance(contact, dict) and contact.get("ContactID") == contact_id
