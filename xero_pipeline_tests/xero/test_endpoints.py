from __future__ import annotations

import pytest

from xero_pipeline.xero.endpoints import catalogue, chosen, endpoint

TABLES = [
    "accounts",
    "bank_transactions",
    "bank_transfers",
    "batch_payments",
    "branding_themes",
    "budgets",
    "contact_groups",
    "contacts",
    "credit_notes",
    "currencies",
    "invoice_reminders",
    "invoices",
    "items",
    "linked_transactions",
    "manual_journals",
    "organisation_actions",
    "organisations",
    "overpayments",
    "payments",
    "prepayments",
    "purchase_orders",
    "quotes",
    "repeating_invoices",
    "tax_rates",
    "tracking_categories",
    "users",
]


def test_the_catalogue_has_every_readable_collection_once():
    assert [row.table for row in catalogue()] == TABLES


def test_a_collection_is_found_by_its_table_and_only_by_that():
    assert endpoint("organisations").path == "Organisation"
    assert endpoint("journals").path == "Journals"
    with pytest.raises(KeyError, match="receipts"):
        endpoint("receipts")


@pytest.mark.parametrize("names", [(), ("journals",), ("tax_reports",), ("journals", "tax_reports")])
def test_what_is_read_on_request_is_read_only_where_it_was_chosen(names):
    assert {row.table for row in chosen(**dict.fromkeys(names, True))} == {*TABLES, *names}


@pytest.mark.parametrize(
    ("explain", "scopes"),
    [
        ((), set()),
        (("payroll",), {"payroll.payruns.read", "payroll.settings.read"}),
        (("payslips",), {"payroll.payruns.read", "payroll.settings.read", "payroll.payslip.read"}),
        (("assets",), {"assets.read"}),
        (("account-data",), {"accountdata.balances.read", "accountdata.transactions.read"}),
    ],
)
def test_the_scopes_of_other_apis_are_asked_for_only_as_far_as_somebody_chose_them(explain, scopes):
    """Their names are those of XeroAPI/Xero-OpenAPI 16.1.0, xero-payroll-au.yaml and xero_assets.yaml."""
    rows = chosen(explain=explain)
    assert {scope for row in rows for scope in row.scopes} - {row.scope for row in catalogue()} == scopes
    assert ("pay_runs" in {row.table for row in rows}) is bool({"payroll", "payslips"} & set(explain))


@pytest.mark.parametrize(
    ("words", "tables", "scopes"),
    [
        (("attachments",), {"attachments"}, {"accounting.attachments.read"}),
        (("history", "online-invoices"), {"document_history", "online_invoices"}, set()),
    ],
)
def test_what_hangs_on_documents_needs_a_scope_of_its_own_only_for_attachments(words, tables, scopes):
    """XeroAPI/Xero-OpenAPI 16.1.0: getInvoiceAttachments needs accounting.attachments, getInvoiceHistory and
    getOnlineInvoice what invoices need."""
    rows = chosen(document_details=words)
    assert {row.table for row in rows} - set(TABLES) == tables
    assert {scope for row in rows for scope in row.scopes} - {row.scope for row in catalogue()} == scopes


def test_pages_are_as_large_as_xero_allows_where_it_allows():
    sized = {row.table: row.params.get("pageSize") for row in catalogue()}
    large = {table for table, size in sized.items() if size == "1000"}
    assert large == {
        *[
            "bank_transactions",
            "contacts",
            "credit_notes",
            "invoices",
            "manual_journals",
            "overpayments",
            "payments",
            "prepayments",
        ],
        "purchase_orders",
        "quotes",
    }
    assert set(sized.values()) == {None, "1000"}


def test_what_is_archived_deleted_or_precise_is_asked_for():
    having = {
        name: {row.table for row in catalogue() if name in row.params}
        for name in ("unitdp", "includeArchived", "includeDeleted", "order", "page")
    }
    assert having == {
        "unitdp": {"bank_transactions", "credit_notes", "invoices", "items", "overpayments", "prepayments"},
        "includeArchived": {"invoices", "contacts", "tracking_categories"},
        "includeDeleted": {"bank_transfers"},
        "order": set(),
        "page": set(),
    }


def test_if_modified_since_is_trusted_only_where_it_finds_every_change():
    trusting = {row.table for row in catalogue() if row.modified_since}
    assert trusting == {
        *[
            "accounts",
            "bank_transactions",
            "batch_payments",
            "contacts",
            "credit_notes",
            "invoices",
            "items",
            "manual_journals",
        ],
        "overpayments",
        "payments",
        "prepayments",
        "purchase_orders",
        "quotes",
        "users",
    }


def test_only_granular_reading_scopes_are_used_and_journals_only_where_they_were_chosen():
    scopes = {row.scope for row in catalogue()}
    assert scopes == {
        f"accounting.{name}.read"
        for name in ["banktransactions", "budgets", "contacts", "invoices", "manualjournals", "payments", "settings"]
    }
    assert {row.scope for row in chosen(journals=True)} - scopes == {"accounting.journals.read"}
