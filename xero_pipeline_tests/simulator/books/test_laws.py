from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xero_pipeline_tests.clock import TODAY
from xero_pipeline_tests.simulator import laws
from xero_pipeline_tests.simulator.laws import ZERO
from xero_simulator.books import build_company
from xero_simulator.company import Company
from xero_simulator.config import BooksConfig
from xero_simulator.values.days import financial_year_start

pytestmark = pytest.mark.slow

CONFIGS = st.builds(
    BooksConfig,
    today=st.dates(dt.date(2024, 1, 1), dt.date(2027, 12, 31)),
    invoices=st.integers(0, 160),
    months=st.integers(1, 14),
    seed=st.integers(0, 10**6),
)
FEW = settings(max_examples=25, deadline=None, derandomize=True)


def check_laws(company: Company) -> None:
    """Everything that must hold of any books, whatever was written or edited."""
    assert laws.unbalanced_journals(company) == {}
    debtors, creditors = (company.bench.account_id(code) for code in ("610", "800"))
    for side, account in (("AR", debtors), ("AP", creditors)):
        left_by_rounding = company.ledger.balance(account, company.today) - laws.stated_open_documents(company, side)
        assert abs(left_by_rounding) <= Decimal("0.01") * len(company.records("Payments"))
        for day in laws.month_ends(company.bench.config):
            assert company.ledger.balance(account, day) == laws.open_documents(company, side, day)
    by_documents, by_postings = laws.bank_balances_by_documents(company), laws.bank_balances_by_postings(company)
    assert {key: value for key, value in by_documents.items() if value} == {
        key: value for key, value in by_postings.items() if value
    }
    check_invoices(company)
    check_statements(company)


def check_invoices(company: Company) -> None:
    """Lines, tax, payments and credits of every invoice come to what it states."""
    for invoice in company.records("Invoices"):
        lines = invoice["LineItems"]
        shown = sum((line["LineAmount"] for line in lines), ZERO)
        tax = sum((line["TaxAmount"] for line in lines), ZERO)
        assert invoice["Total"] == invoice["SubTotal"] + invoice["TotalTax"]
        assert invoice["TotalTax"] == tax
        assert shown == (invoice["Total"] if invoice["LineAmountTypes"] == "Inclusive" else invoice["SubTotal"])
        assert invoice["AmountPaid"] == sum((entry["Amount"] for entry in invoice["Payments"]), ZERO)
        credits = [*invoice["CreditNotes"], *invoice["Prepayments"], *invoice["Overpayments"]]
        assert invoice["AmountCredited"] == sum((entry["AppliedAmount"] for entry in credits), ZERO)
        if invoice["Status"] != "VOIDED":
            left = invoice["Total"] - invoice["AmountPaid"] - invoice["AmountCredited"]
            assert invoice["AmountDue"] == left
            assert (invoice["Status"] == "PAID") == (left == 0)


def check_statements(company: Company) -> None:
    """Trial balance, balance sheet, profit and loss and bank summary agree with one another at every month end."""
    equity = None
    for day in laws.month_ends(company.bench.config):
        trial = company.report("TrialBalance", {"date": day.isoformat()}, company.today)
        debit, credit, year_debit, year_credit = (Decimal(value) for value in laws.rows_of(trial)[-1][2])
        assert debit == credit
        assert year_debit == year_credit
        sheet = laws.balance_sheet(company, day)
        net, own = laws.value_of(sheet, "Net Assets"), laws.value_of(sheet, "Total Equity")
        assert net == own
        profit = laws.value_of(laws.profit_and_loss(company, day.replace(day=1)), "Net Profit")
        if equity is not None:
            assert own - equity == profit
        equity = own
        year = financial_year_start(day, *company.bench.country.year_end)
        span = {"fromDate": year.isoformat(), "toDate": day.replace(day=1).isoformat()}
        assert (day - year).days <= 366, span
        banks = company.report("BankSummary", {"fromDate": day.replace(day=1).isoformat()}, company.today)
        for _, name, values in laws.rows_of(banks):
            opening, received, spent, closing = (Decimal(value) for value in values)
            assert opening + received - spent == closing, name
        accounts = [row for row in company.records("Accounts") if row["Type"] == "BANK"]
        booked = sum((company.ledger.balance(row["AccountID"], day) for row in accounts), ZERO)
        assert laws.value_of(banks, "Total", 3) == booked
        # A balance sheet has foreign accounts at the rate of its day.
        assert laws.value_of(sheet, "Total Bank") == sum((laws.bank_value(company, row, day) for row in accounts), ZERO)


@pytest.mark.any_day
@pytest.mark.parametrize("index", [0, 1, 2])
def test_the_laws_hold_on_the_day_of_the_tests(index: int) -> None:
    check_laws(build_company(BooksConfig(today=TODAY, invoices=60, months=14), index))


@FEW
@given(CONFIGS, st.integers(0, 9))
def test_every_law_of_double_entry_holds_for_any_books(config: BooksConfig, index: int) -> None:
    check_laws(build_company(config, index))


@FEW
@given(CONFIGS, st.integers(0, 9))
def test_every_invoice_adds_up_and_states_what_is_left(config: BooksConfig, index: int) -> None:
    check_invoices(build_company(config, index))


@FEW
@given(CONFIGS, st.integers(0, 9))
def test_quantity_times_price_less_discount_is_the_line_amount(config: BooksConfig, index: int) -> None:
    company = build_company(config, index)
    for wrapper in ("Invoices", "CreditNotes", "BankTransactions", "Quotes", "PurchaseOrders"):
        for record in company.records(wrapper):
            for line in record["LineItems"]:
                rate = 1 - line.get("DiscountRate", Decimal(0)) / 100
                assert abs(line["Quantity"] * line["UnitAmount"] * rate - line["LineAmount"]) < Decimal("0.005"), line


@FEW
@given(CONFIGS, st.integers(0, 9))
def test_every_reference_points_at_a_record_that_exists(config: BooksConfig, index: int) -> None:
    tables = build_company(config, index).bench.tables
    documents = {
        key for name in ("Invoices", "CreditNotes", "Prepayments", "Overpayments") for key in tables.get(name, {})
    }
    accounts, contacts = tables["Accounts"], tables["Contacts"]
    for wrapper in ("Invoices", "CreditNotes", "BankTransactions", "PurchaseOrders", "Quotes", "Prepayments"):
        for record in tables.get(wrapper, {}).values():
            assert record.get("Contact", {}).get("ContactID", next(iter(contacts))) in contacts
            assert all(line["AccountID"] in accounts for line in record["LineItems"])
    for payment in tables.get("Payments", {}).values():
        assert payment["Invoice"]["InvoiceID"] in documents
        assert payment["Account"]["AccountID"] in accounts
    for batch in tables.get("BatchPayments", {}).values():
        paid = [tables["Payments"][entry["PaymentID"]]["Amount"] for entry in batch["Payments"]]
        assert sum(paid, ZERO) == batch["TotalAmount"]
    for transfer in tables.get("BankTransfers", {}).values():
        assert transfer["FromBankTransactionID"] in tables["BankTransactions"]


def test_a_planted_error_breaks_a_law() -> None:
    company = build_company(BooksConfig(today=dt.date(2026, 11, 22), invoices=100, months=4), 0)
    paid = next(row for row in company.records("Invoices") if row["Status"] == "PAID")
    del company.bench.tables["Payments"][paid["Payments"][0]["PaymentID"]]
    company.revision += 1
    account = company.bench.account_id("610" if paid["Type"] == "ACCREC" else "800")
    stated = laws.stated_open_documents(company, "AR" if paid["Type"] == "ACCREC" else "AP")
    assert company.ledger.balance(account, company.today) != stated
