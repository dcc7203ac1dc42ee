"""Edits of everything that is no invoice: contacts, items, accounts, bank transactions, transfers, journals.

Those that Xero does not show afterwards (items, accounts, tracking options, transfers) leave no trace here either.
"""

from __future__ import annotations

import datetime as dt

from xero_simulator.company import Company
from xero_simulator.edits.working_copy import EditRefused, mark, open_copy
from xero_simulator.values.days import wire_day
from xero_simulator.workbench import Record


def edit_contact(company: Company, contact_id: str, at: dt.datetime, *, name: str) -> Record:
    """Rename a contact; documents written before keep the old name, as their summaries are their own."""
    contact = open_copy(company, "Contacts", contact_id)
    contact["Name"] = name
    mark(company, at, contact)
    return contact


def archive_contact(company: Company, contact_id: str, at: dt.datetime, *, merged_into: str = "") -> Record:
    """Archive a contact, or merge it into another one.

    Args:
        merged_into: Id of the contact that takes its place.
    """
    contact = open_copy(company, "Contacts", contact_id)
    contact["ContactStatus"] = "ARCHIVED"
    if merged_into:
        contact["MergedToContactID"] = merged_into
    mark(company, at, contact)
    return contact


def rename_account(company: Company, account_id: str, at: dt.datetime, *, name: str) -> Record:
    """Rename an account."""
    account = open_copy(company, "Accounts", account_id)
    account["Name"] = name
    mark(company, at, account)
    return account


def delete_account(company: Company, account_id: str) -> None:
    """Delete an account that was never used: it is gone.

    Raises:
        EditRefused: Something was posted to it.
    """
    if any(posting.account_id == account_id for posting in company.postings):
        raise EditRefused("The account has been used and can only be archived")
    company.bench.tables["Accounts"].pop(account_id)
    company.revision += 1


def delete_item(company: Company, item_id: str) -> None:
    """Delete an item: it is gone, no answer ever mentions it again."""
    company.bench.tables["Items"].pop(item_id)
    company.revision += 1


def delete_tracking_option(company: Company, category_id: str, option_id: str) -> None:
    """Delete an option of a tracking category: it is gone."""
    category = open_copy(company, "TrackingCategories", category_id)
    category["Options"] = [option for option in category["Options"] if option["TrackingOptionID"] != option_id]
    company.revision += 1


def delete_bank_transaction(company: Company, transaction_id: str, at: dt.datetime) -> Record:
    """Delete a plain spend or receive money: it stays to be seen as deleted.

    Raises:
        EditRefused: It is deleted, part of a transfer, or opened an advance.
    """
    movement = open_copy(company, "BankTransactions", transaction_id)
    if movement["Status"] != "AUTHORISED" or "-" in movement["Type"]:
        raise EditRefused("The transaction is deleted, a transfer's half, or an advance")
    movement["Status"] = "DELETED"
    mark(company, at, movement)
    return movement


def delete_transfer(company: Company, transfer_id: str, at: dt.datetime) -> Record:
    """Delete a bank transfer and its halves; the transfer itself has no instant that would tell.

    Raises:
        EditRefused: It is deleted already.
    """
    transfer = open_copy(company, "BankTransfers", transfer_id)
    if transfer.get("Status") == "DELETED":
        raise EditRefused("The transfer is deleted already")
    transfer["Status"] = "DELETED"
    ids = (transfer["FromBankTransactionID"], transfer["ToBankTransactionID"])
    halves = [open_copy(company, "BankTransactions", key) for key in ids]
    for half in halves:
        half["Status"] = "DELETED"
    mark(company, at, *halves)
    return transfer


def void_journal(company: Company, journal_id: str, at: dt.datetime) -> Record:
    """Void a manual journal.

    Raises:
        EditRefused: It is not posted.
    """
    journal = open_copy(company, "ManualJournals", journal_id)
    if journal["Status"] != "POSTED":
        raise EditRefused("Only a posted journal can be voided")
    journal["Status"] = "VOIDED"
    mark(company, at, journal)
    return journal


def lock_books(company: Company, until: dt.date | None, *, end_of_year: bool = False) -> Record:
    """Lock the books up to a day, or lift the lock; advisers may still change what lies before a period's lock.

    Args:
        until: The last locked day; None lifts the lock.
        end_of_year: The lock of the financial year instead of that of the period.
    """
    (key,) = company.bench.tables["Organisations"]
    organisation = open_copy(company, "Organisations", key)
    name = "EndOfYearLockDate" if end_of_year else "PeriodLockDate"
    organisation.pop(name, None)
    if until is not None:
        organisation[name] = wire_day(until)
    company.revision += 1
    return organisation
