from __future__ import annotations

import datetime as dt
import json
from collections import Counter

import msgspec
import pytest

from xero_simulator.books import build_company
from xero_simulator.company import Company
from xero_simulator.config import BooksConfig

TODAY = dt.date(2026, 11, 22)


@pytest.fixture(scope="module")
def company() -> Company:
    return build_company(BooksConfig(today=TODAY), 0)


def seen(company: Company, wrapper: str, *fields: str) -> Counter:
    return Counter(tuple(row.get(field) for field in fields) for row in company.records(wrapper))


def test_invoices_and_bills_occur_in_every_status(company: Company) -> None:
    wanted = {"DRAFT", "SUBMITTED", "AUTHORISED", "PAID", "VOIDED", "DELETED"}
    found = seen(company, "Invoices", "Type", "Status")
    assert {(kind, status) for kind in ("ACCREC", "ACCPAY") for status in wanted} == set(found)


def test_credit_notes_of_both_kinds_occur_in_every_status_with_and_without_allocations(company: Company) -> None:
    wanted = {"DRAFT", "SUBMITTED", "AUTHORISED", "PAID", "VOIDED", "DELETED"}
    found = seen(company, "CreditNotes", "Type", "Status")
    assert {(kind, status) for kind in ("ACCRECCREDIT", "ACCPAYCREDIT") for status in wanted} == set(found)
    assert {bool(row["Allocations"]) for row in company.records("CreditNotes")} == {True, False}


@pytest.mark.parametrize(
    ("wrapper", "field", "wanted"),
    [
        ("Quotes", "Status", {"DRAFT", "SENT", "DECLINED", "ACCEPTED", "INVOICED", "DELETED"}),
        ("PurchaseOrders", "Status", {"DRAFT", "SUBMITTED", "AUTHORISED", "BILLED", "DELETED"}),
        ("ManualJournals", "Status", {"DRAFT", "POSTED", "VOIDED"}),
        ("Payments", "Status", {"AUTHORISED", "DELETED"}),
        ("BankTransfers", "Status", {None, "AUTHORISED", "DELETED"}),
        ("Prepayments", "Type", {"RECEIVE-PREPAYMENT", "SPEND-PREPAYMENT"}),
        ("Overpayments", "Type", {"RECEIVE-OVERPAYMENT", "SPEND-OVERPAYMENT"}),
        ("BatchPayments", "Type", {"RECBATCH", "PAYBATCH"}),
        ("LinkedTransactions", "Status", {"APPROVED", "DRAFT", "ONDRAFT", "BILLED", "VOIDED"}),
        ("RepeatingInvoices", "Status", {"AUTHORISED", "DRAFT", "DELETED"}),
        ("Contacts", "ContactStatus", {"ACTIVE", "ARCHIVED"}),
        ("Accounts", "Status", {"ACTIVE", "ARCHIVED"}),
        ("Budgets", "Type", {"OVERALL", "TRACKING"}),
        ("Invoices", "LineAmountTypes", {"Exclusive", "Inclusive", "NoTax"}),
        ("Invoices", "CurrencyCode", {"NZD", "USD", "AUD"}),
        ("TrackingCategories", "Status", {"ACTIVE", "ARCHIVED"}),
        (
            "BankTransactions",
            "Type",
            {
                f"{way}{kind}"
                for way in ("RECEIVE", "SPEND")
                for kind in ("", "-OVERPAYMENT", "-PREPAYMENT", "-TRANSFER")
            },
        ),
        (
            "Payments",
            "PaymentType",
            {
                f"{kind}PAYMENT"
                for kind in ("ACCREC", "ACCPAY", "ARCREDIT", "APCREDIT", "AROVERPAYMENT", "APOVERPAYMENT")
            }
            | {"ARPREPAYMENTPAYMENT", "APPREPAYMENTPAYMENT"},
        ),
    ],
)
def test_the_default_company_shows_every_kind(company: Company, wrapper: str, field: str, wanted: set[str]) -> None:
    assert {value for (value,) in seen(company, wrapper, field)} == wanted


def test_invoices_are_paid_in_full_in_parts_and_not_at_all(company: Company) -> None:
    parts = Counter(
        len(row["Payments"]) for row in company.records("Invoices") if row["Status"] in {"PAID", "AUTHORISED"}
    )
    assert {0, 1, 2} <= set(parts)


def test_foreign_payments_at_another_rate_leave_realised_gains_and_losses(company: Company) -> None:
    gains = [
        posting.net_amount
        for posting in company.postings
        if posting.account_id == company.bench.account_id("499") and posting.source_type.endswith("PAYMENT")
    ]
    assert min(gains) < 0 < max(gains)


def test_one_bank_account_is_in_a_foreign_currency(company: Company) -> None:
    banks = {row["CurrencyCode"] for row in company.records("Accounts") if row["Type"] == "BANK"}
    assert banks == {"NZD", "USD"}


def test_every_system_account_is_there_once(company: Company) -> None:
    found = Counter(row["SystemAccount"] for row in company.records("Accounts") if "SystemAccount" in row)
    wanted = {"DEBTORS", "CREDITORS", "GST", "REALISEDCURRENCYGAIN", "UNREALISEDCURRENCYGAIN", "BANKCURRENCYGAIN"}
    assert wanted | {"ROUNDING", "RETAINEDEARNINGS", "HISTORICAL", "TRACKINGTRANSFERS"} <= set(found)
    assert set(found.values()) == {1}


def test_contacts_state_what_they_owe_without_being_touched(company: Company) -> None:
    plain = company.bench.tables["Contacts"]
    for contact in company.records("Contacts"):
        assert contact["UpdatedDateUTC"] == plain[contact["ContactID"]]["UpdatedDateUTC"]
    owed = sum(
        row["Balances"]["AccountsReceivable"]["Outstanding"] for row in company.records("Contacts") if "Balances" in row
    )
    due = sum(
        row["AmountDue"]
        for row in company.records("Invoices")
        if row["Type"] == "ACCREC" and row["Status"] == "AUTHORISED"
    )
    assert owed == due


@pytest.mark.parametrize("index", range(3))
def test_xeros_own_models_read_every_record(index: int) -> None:
    import xero_python.accounting.models as models
    from xero_python.api_client import ModelFinder
    from xero_python.api_client.deserializer import deserialize

    company = build_company(BooksConfig(today=TODAY, invoices=200, months=4), index)
    encoder, finder = msgspec.json.Encoder(decimal_format="number"), ModelFinder(models)
    for wrapper in company.wrappers():
        rows = company.records(wrapper)
        body = json.loads(encoder.encode({"Id": "x", "Status": "OK", wrapper: rows}))
        read = deserialize(wrapper, body, finder)
        attribute = next(name for name, key in read.attribute_map.items() if key == wrapper)
        assert len(getattr(read, attribute)) == len(rows), wrapper


def test_three_organisations_differ_in_name_currency_and_year_end() -> None:
    records = [
        build_company(BooksConfig(today=TODAY, invoices=0, months=1), index).records("Organisations")[0]
        for index in range(3)
    ]
    for field in ("Name", "BaseCurrency", "FinancialYearEndMonth", "CountryCode", "OrganisationID"):
        assert len({record[field] for record in records}) == 3, field
