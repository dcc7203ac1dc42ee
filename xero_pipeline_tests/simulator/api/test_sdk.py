"""Xero's official SDK reads every collection and every report of the simulator over real HTTP."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from xero_python.accounting import AccountingApi
from xero_python.api_client import ApiClient, Configuration
from xero_python.api_client.oauth2 import OAuth2Token
from xero_python.identity import IdentityApi

from xero_pipeline_tests.simulator.helpers import consent
from xero_simulator.api.catalogue import COLLECTIONS, REPORTS, grantable_scopes
from xero_simulator.api.history import KEPT
from xero_simulator.attachments.written import ATTACHABLE, AttachedFile
from xero_simulator.config import BooksConfig
from xero_simulator.server import serving
from xero_simulator.simulator import Simulator

TODAY = dt.date(2026, 3, 10)

# The SDK's method for each collection, and the attribute of its answer that holds the records.
METHODS = {
    "Accounts": ("get_accounts", "accounts"),
    "BankTransactions": ("get_bank_transactions", "bank_transactions"),
    "BankTransfers": ("get_bank_transfers", "bank_transfers"),
    "BatchPayments": ("get_batch_payments", "batch_payments"),
    "BrandingThemes": ("get_branding_themes", "branding_themes"),
    "Budgets": ("get_budgets", "budgets"),
    "Contacts": ("get_contacts", "contacts"),
    "ContactGroups": ("get_contact_groups", "contact_groups"),
    "CreditNotes": ("get_credit_notes", "credit_notes"),
    "Currencies": ("get_currencies", "currencies"),
    "Invoices": ("get_invoices", "invoices"),
    "InvoiceReminders/Settings": ("get_invoice_reminders", "invoice_reminders"),
    "Items": ("get_items", "items"),
    "LinkedTransactions": ("get_linked_transactions", "linked_transactions"),
    "ManualJournals": ("get_manual_journals", "manual_journals"),
    "Organisation": ("get_organisations", "organisations"),
    "Organisation/Actions": ("get_organisation_actions", "actions"),
    "Overpayments": ("get_overpayments", "overpayments"),
    "Payments": ("get_payments", "payments"),
    "Prepayments": ("get_prepayments", "prepayments"),
    "PurchaseOrders": ("get_purchase_orders", "purchase_orders"),
    "Quotes": ("get_quotes", "quotes"),
    "RepeatingInvoices": ("get_repeating_invoices", "repeating_invoices"),
    "TaxRates": ("get_tax_rates", "tax_rates"),
    "TrackingCategories": ("get_tracking_categories", "tracking_categories"),
    "Users": ("get_users", "users"),
}
SINGLES = {
    "Accounts": ("get_account", "account_id"),
    "BankTransactions": ("get_bank_transaction", "bank_transaction_id"),
    "BankTransfers": ("get_bank_transfer", "bank_transfer_id"),
    "BatchPayments": ("get_batch_payment", "batch_payment_id"),
    "BrandingThemes": ("get_branding_theme", "branding_theme_id"),
    "Budgets": ("get_budget", "budget_id"),
    "Contacts": ("get_contact", "contact_id"),
    "ContactGroups": ("get_contact_group", "contact_group_id"),
    "CreditNotes": ("get_credit_note", "credit_note_id"),
    "Invoices": ("get_invoice", "invoice_id"),
    "Items": ("get_item", "item_id"),
    "LinkedTransactions": ("get_linked_transaction", "linked_transaction_id"),
    "ManualJournals": ("get_manual_journal", "manual_journal_id"),
    "Overpayments": ("get_overpayment", "overpayment_id"),
    "Payments": ("get_payment", "payment_id"),
    "Prepayments": ("get_prepayment", "prepayment_id"),
    "PurchaseOrders": ("get_purchase_order", "purchase_order_id"),
    "Quotes": ("get_quote", "quote_id"),
    "RepeatingInvoices": ("get_repeating_invoice", "repeating_invoice_id"),
    "TaxRates": ("get_tax_rate_by_tax_type", "tax_type"),
    "TrackingCategories": ("get_tracking_category", "tracking_category_id"),
    "Users": ("get_user", "user_id"),
}
REPORT_METHODS = {
    "ProfitAndLoss": "get_report_profit_and_loss",
    "BalanceSheet": "get_report_balance_sheet",
    "TrialBalance": "get_report_trial_balance",
    "BankSummary": "get_report_bank_summary",
    "BudgetSummary": "get_report_budget_summary",
    "ExecutiveSummary": "get_report_executive_summary",
    "AgedReceivablesByContact": "get_report_aged_receivables_by_contact",
    "AgedPayablesByContact": "get_report_aged_payables_by_contact",
}
HISTORIES = {
    "BankTransactions": "get_bank_transactions_history",
    "ManualJournals": "get_manual_journals_history",
}
"""Those that are not called as the method for one record is."""
PAGED = ("BankTransactions", "Contacts", "CreditNotes", "Invoices", "ManualJournals", "Overpayments", "Payments",
         "Prepayments", "PurchaseOrders")  # fmt: skip


@dataclass
class Sdk:
    """The SDK with a token, pointed at the simulator."""

    accounting: AccountingApi
    identity: IdentityApi
    tenant_id: str
    simulator: Simulator

    def with_files(self, wrapper: str) -> tuple[str, list[AttachedFile]]:
        """The id of the record of a collection that has the most files, and those."""
        company = self.simulator.company(self.tenant_id)
        files = {
            row[ATTACHABLE[wrapper]]: list(company.cabinet.files(wrapper, row)) for row in company.records(wrapper)
        }
        return max(files.items(), key=lambda item: (len(item[1]), item[0]))

    def read(self, method: str, *arguments: Any, **given: Any) -> Any:
        return getattr(self.accounting, method)(self.tenant_id, *arguments, **given)


@pytest.fixture(scope="module")
def sdk() -> Iterator[Sdk]:
    noon = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC).timestamp()
    config, scopes = BooksConfig(today=TODAY, invoices=600, months=12), sorted(grantable_scopes(advanced=True))
    simulator = Simulator(config, limits=None, clock=lambda: noon, advanced=True)
    with serving(simulator) as base, httpx.Client() as client:
        held = consent(client, base, scopes)
        configuration = Configuration(oauth2_token=OAuth2Token(client_id="an-app", client_secret="s3cret"))
        api_client = ApiClient(configuration, pool_threads=1)

        @api_client.oauth2_token_getter
        def read() -> dict[str, Any]:
            return held

        @api_client.oauth2_token_saver
        def write(token: dict[str, Any]) -> None:
            held.update(token)

        api_client.set_oauth2_token({**held, "expires_in": 1800, "scope": scopes, "expires_at": noon + 9e9})
        identity = IdentityApi(api_client)
        identity.base_url = base
        tenant_id = simulator.organisations()[0].tenant_id
        yield Sdk(AccountingApi(api_client, f"{base}/api.xro/2.0"), identity, tenant_id, simulator)


def test_every_collection_and_report_has_a_method() -> None:
    assert set(METHODS) == {row.path for row in COLLECTIONS}
    assert set(SINGLES) == {row.path for row in COLLECTIONS if row.single}
    assert set(REPORT_METHODS) == {name for name, _ in REPORTS}


@pytest.mark.parametrize("path", METHODS)
def test_the_sdk_reads_the_collection(sdk: Sdk, path: str) -> None:
    method, attribute = METHODS[path]
    found = getattr(sdk.read(method), attribute)
    wrapper = next(row.wrapper for row in COLLECTIONS if row.path == path)
    assert len(found) > 0
    assert len(found) <= len(sdk.simulator.company(sdk.tenant_id).records(wrapper))


@pytest.mark.parametrize("path", PAGED)
def test_the_sdk_reads_a_whole_page_with_its_pagination(sdk: Sdk, path: str) -> None:
    method, attribute = METHODS[path]
    answer = sdk.read(method, page=1, page_size=1000)
    assert answer.pagination.item_count == len(getattr(answer, attribute)) > 0


@pytest.mark.parametrize("path", SINGLES)
def test_the_sdk_reads_one_record(sdk: Sdk, path: str) -> None:
    method, key = SINGLES[path]
    first = getattr(sdk.read(METHODS[path][0]), METHODS[path][1])[0]
    found = getattr(sdk.read(method, getattr(first, key)), METHODS[path][1])
    assert [getattr(record, key) for record in found] == [getattr(first, key)]


@pytest.mark.parametrize("name", REPORT_METHODS)
def test_the_sdk_reads_the_report(sdk: Sdk, name: str) -> None:
    arguments = []
    if name.startswith("Aged"):
        arguments.append(sdk.read("get_invoices", page=1).invoices[0].contact.contact_id)
    report = sdk.read(REPORT_METHODS[name], *arguments).reports[0]
    assert report.rows


def test_the_sdk_reads_the_list_of_published_reports(sdk: Sdk) -> None:
    listed = sdk.read("get_reports_list").reports
    assert len(listed) > 1
    (newest,) = sdk.read("get_report_from_id", listed[-1].report_id).reports
    assert newest.report_date == listed[-1].report_date
    assert [field.field_id for field in newest.fields][:2] == ["Box5", "Box11"]
    assert not listed[-1].fields


def test_the_sdk_reads_journals_behind_a_number_and_single_ones(sdk: Sdk) -> None:
    found = sdk.read("get_journals", offset=120).journals
    assert [journal.journal_number for journal in found[:2]] == [121, 122]
    assert {journal.source_type for journal in found} > {"ACCREC", "ACCPAY", "CASHPAID"}
    assert all(sum(line.net_amount for line in journal.journal_lines) == 0 for journal in found)
    for method, name in (("get_journal", found[0].journal_id), ("get_journal_by_number", 121)):
        (one,) = sdk.read(method, name).journals
        assert (one.journal_id, one.source_id) == (found[0].journal_id, None)


def test_the_sdk_filters_and_asks_for_changes(sdk: Sdk) -> None:
    found = sdk.read("get_invoices", where='Status=="PAID"', order="Date DESC", page=1, unitdp=4).invoices
    assert found
    assert {invoice.status for invoice in found} == {"PAID"}
    since = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    changed = sdk.read("get_invoices", if_modified_since=since, page=1).invoices
    assert changed
    assert all(invoice.updated_date_utc >= since for invoice in changed)
    wanted = [found[0].invoice_id, changed[0].invoice_id]
    assert {one.invoice_id for one in sdk.read("get_invoices", i_ds=wanted).invoices} == set(wanted)


def test_the_sdk_reads_the_connections(sdk: Sdk) -> None:
    assert [connection.tenant_id for connection in sdk.identity.get_connections()] == [sdk.tenant_id]


@pytest.mark.parametrize("wrapper", ATTACHABLE)
def test_the_sdk_reads_the_files_of_a_record(sdk: Sdk, wrapper: str) -> None:
    name = SINGLES[wrapper][0]
    key, files = sdk.with_files(wrapper)
    assert files
    listed = sdk.read(f"{name}_attachments", key).attachments
    assert [(one.file_name, one.mime_type, one.content_length) for one in listed] == [
        (file.name, file.mime_type, len(file.content)) for file in files
    ]
    for one, file in zip(listed, files, strict=True):
        kept = sdk.read(f"{name}_attachment_by_id", key, one.attachment_id, one.mime_type)
        assert Path(kept).read_bytes() == file.content
        Path(kept).unlink()
    kept = sdk.read(f"{name}_attachment_by_file_name", key, files[0].name, files[0].mime_type)
    assert Path(kept).read_bytes() == files[0].content
    Path(kept).unlink()


@pytest.mark.parametrize("wrapper", sorted(KEPT))
def test_the_sdk_reads_the_history_of_a_record(sdk: Sdk, wrapper: str) -> None:
    method, key = SINGLES[wrapper]
    first = getattr(sdk.read(METHODS[wrapper][0]), METHODS[wrapper][1])[0]
    entries = sdk.read(HISTORIES.get(wrapper, f"{method}_history"), getattr(first, key)).history_records
    assert [entries[-1].changes, entries[-1].details] == ["Created", "Entered by hand"]


def test_the_sdk_reads_the_address_under_which_a_customer_sees_an_invoice(sdk: Sdk) -> None:
    paid = sdk.read("get_invoices", where='Type=="ACCREC" AND Status=="PAID"').invoices[0]
    (found,) = sdk.read("get_online_invoice", paid.invoice_id).online_invoices
    assert found.online_invoice_url.startswith("https://in.xero.com/")
