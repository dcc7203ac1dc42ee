from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from xero_pipeline_tests.simulator.books.test_laws import check_laws
from xero_pipeline_tests.simulator.laws import profit_and_loss, value_of
from xero_simulator.books import build_company
from xero_simulator.company import Company
from xero_simulator.config import BooksConfig
from xero_simulator.edits import documents, records
from xero_simulator.values.days import wire_ms

TODAY = dt.date(2026, 11, 22)
NOW = dt.datetime(2026, 11, 22, 14, 3, 7, 250_000, tzinfo=dt.UTC)
STAMP = wire_ms(int(NOW.timestamp() * 1000))


@pytest.fixture
def company() -> Company:
    return build_company(BooksConfig(today=TODAY, invoices=240, months=6), 0)


def first(company: Company, wrapper: str, **wanted: str) -> dict:
    return next(row for row in company.records(wrapper) if all(row.get(key) == value for key, value in wanted.items()))


def untouched(company: Company, kind: str = "ACCREC") -> dict:
    return next(
        row
        for row in company.records("Invoices")
        if row["Type"] == kind and row["Status"] == "AUTHORISED" and row["AmountDue"] == row["Total"]
    )


def test_an_edited_amount_moves_the_profit_and_the_stamp_and_keeps_the_laws(company: Company) -> None:
    invoice = untouched(company)
    month = dt.date.fromisoformat(invoice["DateString"][:10]).replace(day=1)
    before = value_of(profit_and_loss(company, month), "Total Income")
    after = documents.edit_invoice(company, invoice["InvoiceID"], NOW, add=50_000)
    assert after["UpdatedDateUTC"] == STAMP
    assert after["UpdatedDateUTCString"] == "2026-11-22T14:03:07Z"
    moved = value_of(profit_and_loss(company, month), "Total Income") - before
    assert Decimal(350) < moved <= Decimal(820)
    assert after["LineItems"][0]["LineItemID"] == invoice["LineItems"][0]["LineItemID"]
    check_laws(company)


def test_a_list_read_before_an_edit_stays_as_it_was(company: Company) -> None:
    page = company.records("Invoices")
    invoice = untouched(company)
    documents.edit_invoice(company, invoice["InvoiceID"], NOW, add=100)
    held = next(row for row in page if row["InvoiceID"] == invoice["InvoiceID"])
    assert held["Total"] == invoice["Total"]
    assert held["UpdatedDateUTC"] != STAMP


def test_without_an_id_the_record_of_the_first_page_is_edited(company: Company) -> None:
    oldest = min(company.records("Invoices"), key=lambda row: (int(row["UpdatedDateUTC"][6:-7]), row["InvoiceID"]))
    assert documents.edit_invoice(company, None, NOW)["InvoiceID"] == oldest["InvoiceID"]
    assert company.revision == 1


@pytest.mark.parametrize("kind", ["ACCREC", "ACCPAY"])
def test_an_added_invoice_can_be_paid_in_parts_reopened_and_voided(company: Company, kind: str) -> None:
    invoice = documents.add_invoice(company, NOW, kind=kind)
    check_laws(company)
    payment = documents.add_payment(company, invoice["InvoiceID"], NOW, amount=10_000)
    check_laws(company)
    documents.add_payment(company, invoice["InvoiceID"], NOW)
    assert company.bench.tables["Invoices"][invoice["InvoiceID"]]["Status"] == "PAID"
    check_laws(company)
    for paid in [row for row in company.records("Payments") if row["Invoice"]["InvoiceID"] == invoice["InvoiceID"]]:
        documents.delete_payment(company, paid["PaymentID"], NOW)
    assert company.bench.tables["Payments"][payment["PaymentID"]]["Status"] == "DELETED"
    check_laws(company)
    assert documents.void_invoice(company, invoice["InvoiceID"], NOW)["Status"] == "VOIDED"
    check_laws(company)


def test_a_foreign_payment_can_be_deleted_without_breaking_a_law(company: Company) -> None:
    payment = next(
        row
        for row in company.records("Payments")
        if row["Invoice"]["CurrencyCode"] == "USD" and row["Status"] == "AUTHORISED" and "BatchPaymentID" not in row
    )
    documents.delete_payment(company, payment["PaymentID"], NOW)
    check_laws(company)


@pytest.mark.parametrize("wrapper", ["CreditNotes", "Prepayments", "Overpayments"])
def test_a_removed_allocation_disappears_and_both_sides_are_open_again(company: Company, wrapper: str) -> None:
    credit = next(row for row in company.records(wrapper) if row["Allocations"])
    amount = credit["Allocations"][0]["Amount"]
    key = credit["Allocations"][0]["Invoice"]["InvoiceID"]
    due = company.bench.tables["Invoices"][key]["AmountDue"]
    after = documents.remove_allocation(company, wrapper, credit["ID"], NOW)
    assert after["RemainingCredit"] == credit["RemainingCredit"] + amount
    assert company.bench.tables["Invoices"][key]["AmountDue"] == due + amount
    assert after["UpdatedDateUTC"] == STAMP
    check_laws(company)


def test_what_xero_refuses_is_refused(company: Company) -> None:
    paid = first(company, "Invoices", Status="PAID")
    with pytest.raises(documents.EditRefused):
        documents.void_invoice(company, paid["InvoiceID"], NOW)
    with pytest.raises(documents.EditRefused):
        documents.add_payment(company, paid["InvoiceID"], NOW)
    with pytest.raises(documents.EditRefused):
        documents.edit_invoice(company, "nobody", NOW)
    with pytest.raises(documents.EditRefused):
        records.delete_account(company, company.bench.account_id("200"))
    with pytest.raises(documents.EditRefused):
        records.void_journal(company, first(company, "ManualJournals", Status="DRAFT")["ManualJournalID"], NOW)


def test_items_accounts_and_options_vanish_without_a_trace(company: Company) -> None:
    item, category = company.records("Items")[0], company.records("TrackingCategories")[0]
    records.delete_item(company, item["ItemID"])
    records.delete_account(company, company.bench.account_id("505"))
    records.delete_tracking_option(company, category["TrackingCategoryID"], category["Options"][3]["TrackingOptionID"])
    assert item["ItemID"] not in {row["ItemID"] for row in company.records("Items")}
    assert "505" not in {row["Code"] for row in company.records("Accounts")}
    assert len(company.records("TrackingCategories")[0]["Options"]) == 3
    assert company.revision == 3


def test_bank_edits_keep_the_laws(company: Company) -> None:
    transfer = next(row for row in company.records("BankTransfers") if row.get("Status") != "DELETED")
    records.delete_transfer(company, transfer["BankTransferID"], NOW)
    movement = first(company, "BankTransactions", Type="SPEND", Status="AUTHORISED")
    records.delete_bank_transaction(company, movement["BankTransactionID"], NOW)
    records.void_journal(company, first(company, "ManualJournals", Status="POSTED")["ManualJournalID"], NOW)
    check_laws(company)
    with pytest.raises(documents.EditRefused):
        records.delete_bank_transaction(company, movement["BankTransactionID"], NOW)


def test_contacts_and_accounts_can_be_renamed_and_archived(company: Company) -> None:
    contact, other = company.records("Contacts")[:2]
    records.edit_contact(company, contact["ContactID"], NOW, name="New Name")
    records.archive_contact(company, other["ContactID"], NOW, merged_into=contact["ContactID"])
    records.rename_account(company, company.bench.account_id("200"), NOW, name="Shop sales")
    renamed, merged = company.records("Contacts")[:2]
    assert (renamed["Name"], renamed["UpdatedDateUTC"]) == ("New Name", STAMP)
    assert (merged["ContactStatus"], merged["MergedToContactID"]) == ("ARCHIVED", contact["ContactID"])
    assert first(company, "Accounts", Code="200")["Name"] == "Shop sales"


def test_a_lock_is_moved_and_lifted(company: Company) -> None:
    records.lock_books(company, dt.date(2026, 9, 30))
    records.lock_books(company, None, end_of_year=True)
    (organisation,) = company.records("Organisations")
    assert organisation["PeriodLockDate"] == "/Date(1790726400000+0000)/"
    assert "EndOfYearLockDate" not in organisation


def test_an_invoice_can_be_dated_in_a_month_that_is_over(company: Company) -> None:
    month = dt.date(2026, 8, 1)
    before = value_of(profit_and_loss(company, month), "Total Income")
    invoice = documents.add_invoice(company, NOW, day=dt.date(2026, 8, 12), net=10_000)
    assert invoice["DateString"] == "2026-08-12T00:00:00"
    assert value_of(profit_and_loss(company, month), "Total Income") - before == Decimal(100)
    check_laws(company)
