"""Each simulated organisation differs in the way real ones do."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import httpx
import pytest

from xero_pipeline_tests.simulator.helpers import Clock, let_in
from xero_pipeline_tests.simulator.laws import rows_of
from xero_simulator.books import build_company
from xero_simulator.company import Company
from xero_simulator.config import BooksConfig
from xero_simulator.simulator import Simulator

TODAY = dt.date(2026, 11, 22)
COUNT = 10
NEW_ZEALAND, UNITED_KINGDOM, AUSTRALIA, UNITED_STATES, CANADA, SINGAPORE, SMALL, _, MASKED, REPORTLESS = range(COUNT)
CONFIG = BooksConfig(today=TODAY, organisations=COUNT, invoices=200, months=5)

# Default accounts of payroll and tax by country: issue 10, from Xero's default charts.
DEFAULTS = {
    NEW_ZEALAND: {"820": "GST", "825": "PAYE Payable", "826": "KiwiSaver Payable", "814": "Wages Payable - Payroll"},
    UNITED_KINGDOM: {
        "803": "Wage Payables",
        "820": "VAT",
        "825": "PAYE Payable",
        "826": "NIC Payable",
        "858": "Pensions Payable",
        "868": "Earnings Orders Payable",
        "947": "Student Loan Deductions Payable",
    },
    AUSTRALIA: {"820": "GST", "825": "PAYG Withholdings Payable", "826": "Superannuation Payable"},
    UNITED_STATES: {"220": "Sales Tax", "230": "Employee Tax Payable", "120": "Accounts Receivable", "400": "Sales"},
    CANADA: {"820": "Sales Tax", "825": "Employee Tax Payable", "826": "Superannuation Payable"},
    SINGAPORE: {"820": "Sales Tax", "825": "Employee Tax Payable"},
}


def company(index: int) -> Company:
    return build_company(CONFIG, index)


@pytest.fixture(scope="module")
def client() -> httpx.Client:
    clock = Clock(dt.datetime.combine(TODAY, dt.time(12), dt.UTC).timestamp())
    return let_in(Simulator(CONFIG, clock=clock, limits=None))


def ask(client: httpx.Client, index: int, path: str, **params: str) -> httpx.Response:
    tenant = build_company(BooksConfig(today=TODAY, organisations=COUNT, invoices=0, months=1), index).tenant_id
    return client.get(path, params=params, headers={"xero-tenant-id": tenant})


@pytest.mark.parametrize("index", DEFAULTS)
def test_each_country_has_its_default_accounts(index: int) -> None:
    names = {row["Code"]: row["Name"] for row in company(index).records("Accounts")}
    assert DEFAULTS[index].items() <= names.items()


def test_countries_differ_in_currency_time_zone_and_year_end() -> None:
    records = [company(index).records("Organisations")[0] for index in DEFAULTS]
    assert [row["CountryCode"] for row in records] == ["NZ", "GB", "AU", "US", "CA", "SG"]
    assert [row["Version"] for row in records] == ["NZ", "UK", "AU", "US", "GLOBAL", "GLOBAL"]
    assert len({row["BaseCurrency"] for row in records}) == len({row["Timezone"] for row in records}) == 6


def test_american_bills_carry_no_tax_and_sales_do() -> None:
    taxes = {"ACCREC": Decimal(0), "ACCPAY": Decimal(0)}
    for invoice in company(UNITED_STATES).records("Invoices"):
        taxes[invoice["Type"]] += invoice["TotalTax"]
    assert taxes["ACCREC"] > taxes["ACCPAY"] == 0


def test_payroll_assets_and_stock_post_several_times_a_month_and_no_document_says_so() -> None:
    books = company(CANADA)
    days = [
        posting.date
        for posting in books.postings
        if posting.account_id == books.bench.account_id("825") and posting.source_type == "PAYSLIP"
    ]
    assert len({day for day in days if (day.year, day.month) == (2026, 9)}) == 4
    kinds = {books.bench.key_of(posting.account_id) for posting in books.postings if posting.source_type == ""}
    assert {"416", "711", "417", "718", "310", "630", "429"} <= kinds
    assert "Unseen" not in books.wrappers()
    assert not any("Pay run" in row["Narration"] for row in books.records("ManualJournals"))


def test_goods_that_are_tracked_are_stock_until_they_are_sold() -> None:
    books = company(SINGAPORE)
    stock, cost = books.bench.account_id("630"), books.bench.account_id("310")
    assert books.ledger.balance(stock, TODAY) > 0
    lines = [line for bill in books.records("Invoices") if bill["Type"] == "ACCPAY" for line in bill["LineItems"]]
    assert any(line["AccountID"] == stock for line in lines)
    assert not any(line["AccountID"] == cost for line in lines)


def test_an_organisation_without_budgets_or_tracking_answers_with_less(client: httpx.Client) -> None:
    assert ask(client, SMALL, "/Budgets").json()["Budgets"] == []
    assert ask(client, SMALL, "/TrackingCategories").json()["TrackingCategories"] == []
    report = ask(client, SMALL, "/Reports/BudgetSummary").json()["Reports"][0]
    assert rows_of(report) == []
    assert report["Rows"] == [{"RowType": "Header", "Cells": [{"Value": "Account"}]}]


def test_some_empty_lists_are_null_or_not_there(client: httpx.Client) -> None:
    assert ask(client, SMALL, "/BatchPayments").json()["BatchPayments"] is None
    assert "LinkedTransactions" not in ask(client, SMALL, "/LinkedTransactions").json()


def test_who_has_no_reporting_role_is_refused_reports_and_manual_journals(client: httpx.Client) -> None:
    for path in ("/Reports/TrialBalance", "/Reports/BudgetSummary", "/ManualJournals", "/Reports"):
        answer = ask(client, REPORTLESS, path)
        assert answer.status_code == 403
        assert "without the reporting role" in answer.json()["detail"]
    assert ask(client, REPORTLESS, "/Invoices", page="1").status_code == 200


def test_bank_details_and_american_tax_numbers_are_kept_from_who_may_not_see_them(client: httpx.Client) -> None:
    seen = ask(client, NEW_ZEALAND, "/Contacts", page="1").json()["Contacts"]
    hidden = ask(client, MASKED, "/Contacts", page="1").json()["Contacts"]
    assert all("BankAccountDetails" in contact for contact in seen)
    assert not any({"BankAccountDetails", "BatchPayments"} & contact.keys() for contact in hidden)
    assert {contact["TaxNumber"][:5] for contact in hidden} == {"*****"}


def test_prepayments_also_list_overpayments(client: httpx.Client) -> None:
    listed = ask(client, SINGAPORE, "/Prepayments", page="1").json()["Prepayments"]
    twice = [row for row in listed if row["Type"].endswith("OVERPAYMENT")]
    overpayments = ask(client, SINGAPORE, "/Overpayments", page="1").json()["Overpayments"]
    assert {row["PrepaymentID"] for row in twice} == {row["OverpaymentID"] for row in overpayments} != set()
