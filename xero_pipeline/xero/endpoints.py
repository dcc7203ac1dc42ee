"""The catalogue: every collection we read, one row of data each.

Source: Xero's OpenAPI description of the Accounting API (16.1.0) and the page of each endpoint.
Left out on purpose: ExpenseClaims and Receipts (classic expenses, closed to new apps), Employees (removed from the
API), PaymentServices (its scope can write). Journals (premium) are read only on request.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from functools import cache, partial
from typing import Protocol

from xero_pipeline.xero.document_details import DETAIL_WORDS
from xero_pipeline.xero.endpoint import LARGEST_PAGE, Endpoint, Slicing
from xero_pipeline.xero.explained.scopes import PAYSLIPS
from xero_pipeline.xero.on_request import on_request

# Without it Xero rounds unit prices to cents, and quantity × price is no longer the line's amount.
_FOUR_DECIMALS = {"unitdp": "4"}
_ARCHIVED_TOO = {"includeArchived": "true"}
_DAYS: Slicing = "DateFrom and DateTo"

_INVOICES = "accounting.invoices.read"
_PAYMENTS = "accounting.payments.read"
_BANK = "accounting.banktransactions.read"
_JOURNALS = "accounting.manualjournals.read"
_CONTACTS = "accounting.contacts.read"
_SETTINGS = "accounting.settings.read"
_BUDGETS = "accounting.budgets.read"


def _paged(
    table: str,
    name: str,
    key: str,
    scope: str,
    params: Mapping[str, str] | None = None,
    *,
    slicing: Slicing = "where Date",
    by_ids: bool = False,
) -> Endpoint:
    sized = {"pageSize": str(LARGEST_PAGE), **(params or {})}
    return Endpoint(table, name, name, (key,), "pages", LARGEST_PAGE, True, scope, sized, slicing, by_ids)


def _whole(
    table: str,
    name: str,
    key: tuple[str, ...],
    scope: str,
    *,
    wrapper: str | None = None,
    modified_since: bool = False,
    params: Mapping[str, str] | None = None,
    slicing: Slicing | None = None,
    weekly: bool = False,
) -> Endpoint:
    whole = Endpoint(table, name, wrapper or name, key, "whole", None, modified_since, scope, params or {}, slicing)
    return replace(whole, weekly=weekly)


def _untold(
    table: str,
    name: str,
    key: str,
    scope: str,
    page_size: int,
    *,
    modified_since: bool,
    slicing: Slicing | None = None,
) -> Endpoint:
    params = {"pageSize": str(page_size)} if page_size == LARGEST_PAGE else {}
    return Endpoint(table, name, name, (key,), "until_empty", page_size, modified_since, scope, params, slicing)


@cache
def catalogue() -> tuple[Endpoint, ...]:
    """Every collection we read, in the order of their tables' names."""
    rows = (*_documents(), *_money(), *_settings(), *_contacts_and_budgets())
    return tuple(sorted(rows, key=lambda row: row.table))


def chosen(
    *,
    tax_reports: bool = False,
    journals: bool = False,
    explain: Collection[str] = (),
    cash_basis: bool = False,
    since: date | None = None,
    document_details: Collection[str] = (),
) -> tuple[Endpoint, ...]:
    """The catalogue, and of what is read on request what somebody chose.

    Args:
        tax_reports: Whether published tax returns are.
        explain: What is read of Xero's other APIs, by the words of XERO_EXPLAIN.
        cash_basis: Whether balances are read on cash basis, too.
        since: The first month of balances, if it is set.
        document_details: What is read of what hangs on documents, by the words of XERO_DOCUMENT_DETAILS.
    """
    payslips = "payslips" in explain
    wanted = {
        "tax_reports": tax_reports,
        "journals": journals,
        "pay_runs": payslips or "payroll" in explain,
        "fixed_assets": "assets" in explain,
        "account_balances": "account-data" in explain,
        "account_transactions": "account-data" in explain,
        **{table: word in document_details for table, word in DETAIL_WORDS.items()},
    }
    bases = ("accrual", "cash") if cash_basis else ("accrual",)
    told = {
        "pay_runs": partial(_with_payslips, payslips=payslips),
        "account_balances": partial(replace, bases=bases, since=since),
    }
    rows = [row for row in on_request() if wanted[row.table]]
    return (*catalogue(), *(told[row.table](row) if row.table in told else row for row in rows))


class Choice(Protocol):
    """What somebody chose, as the settings have it."""

    tax_reports: bool
    journals: bool
    explain: tuple[str, ...]
    cash_basis: bool
    start_date: date | None
    document_details: tuple[str, ...]


def chosen_by(choice: Choice) -> tuple[Endpoint, ...]:
    """The same for all that somebody chose."""
    return chosen(
        tax_reports=choice.tax_reports,
        journals=choice.journals,
        explain=choice.explain,
        cash_basis=choice.cash_basis,
        since=choice.start_date,
        document_details=choice.document_details,
    )


def _with_payslips(pay_runs: Endpoint, *, payslips: bool) -> Endpoint:
    return replace(pay_runs, also=(*pay_runs.also, PAYSLIPS), payslips=True) if payslips else pay_runs


def endpoint(table: str) -> Endpoint:
    """The collection behind a table.

    Args:
        table: A parent table's name, such as `invoices`.

    Raises:
        KeyError: No collection has this table.
    """
    for row in (*catalogue(), *on_request()):
        if row.table == table:
            return row
    raise KeyError(f"no collection of Xero fills a table {table!r}")


def _documents() -> tuple[Endpoint, ...]:
    return (
        # Whether the list holds DELETED invoices without asking for them is not documented; VOIDED ones it holds.
        _paged("invoices", "Invoices", "InvoiceID", _INVOICES, {**_FOUR_DECIMALS, **_ARCHIVED_TOO}, by_ids=True),
        _paged("credit_notes", "CreditNotes", "CreditNoteID", _INVOICES, _FOUR_DECIMALS),
        # No `where` is known here.
        _paged("purchase_orders", "PurchaseOrders", "PurchaseOrderID", _INVOICES, slicing=_DAYS),
        # Its documentation names pageSize, but its description has neither that nor the pagination object.
        _untold("quotes", "Quotes", "QuoteID", _INVOICES, LARGEST_PAGE, modified_since=True, slicing=_DAYS),
        # Pages of 100 whatever is asked for, and no If-Modified-Since.
        _untold(
            "linked_transactions", "LinkedTransactions", "LinkedTransactionID", _INVOICES, 100, modified_since=False
        ),
        _whole("repeating_invoices", "RepeatingInvoices", ("RepeatingInvoiceID",), _INVOICES),
        # No `order` may be sent with manual journals: it has broken their paging.
        _paged("manual_journals", "ManualJournals", "ManualJournalID", _JOURNALS),
    )


def _money() -> tuple[Endpoint, ...]:
    return (
        _paged("bank_transactions", "BankTransactions", "BankTransactionID", _BANK, _FOUR_DECIMALS),
        # If-Modified-Since looks at the day of creation only, so a deletion would never arrive: always read whole.
        _whole(
            "bank_transfers",
            "BankTransfers",
            ("BankTransferID",),
            _BANK,
            params={"includeDeleted": "true"},
            slicing="where Date",
        ),
        _paged("payments", "Payments", "PaymentID", _PAYMENTS),
        _paged("prepayments", "Prepayments", "PrepaymentID", _PAYMENTS, _FOUR_DECIMALS),
        _paged("overpayments", "Overpayments", "OverpaymentID", _PAYMENTS, _FOUR_DECIMALS),
        _whole(
            "batch_payments",
            "BatchPayments",
            ("BatchPaymentID",),
            _PAYMENTS,
            modified_since=True,
            slicing="where Date",
        ),
    )


def _settings() -> tuple[Endpoint, ...]:
    return (
        _whole("accounts", "Accounts", ("AccountID",), _SETTINGS, modified_since=True),
        _whole("branding_themes", "BrandingThemes", ("BrandingThemeID",), _SETTINGS, weekly=True),
        _whole("currencies", "Currencies", ("Code",), _SETTINGS, weekly=True),
        _whole(
            "invoice_reminders", "InvoiceReminders/Settings", (), _SETTINGS, wrapper="InvoiceReminders", weekly=True
        ),
        _whole("items", "Items", ("ItemID",), _SETTINGS, modified_since=True, params=_FOUR_DECIMALS),
        _whole("organisations", "Organisation", ("OrganisationID",), _SETTINGS, wrapper="Organisations"),
        _whole("organisation_actions", "Organisation/Actions", ("Name",), _SETTINGS, wrapper="Actions", weekly=True),
        _whole("tax_rates", "TaxRates", ("TaxType",), _SETTINGS),
        _whole(
            "tracking_categories",
            "TrackingCategories",
            ("TrackingCategoryID",),
            _SETTINGS,
            params=_ARCHIVED_TOO,
        ),
        _whole("users", "Users", ("UserID",), _SETTINGS, modified_since=True, weekly=True),
    )


def _contacts_and_budgets() -> tuple[Endpoint, ...]:
    return (
        # A contact has no other day than that of its last change.
        # What changes without moving that day (balances, groups) is found by reading the day again all the same.
        _paged(
            "contacts", "Contacts", "ContactID", _CONTACTS, _ARCHIVED_TOO, slicing="where UpdatedDateUTC", by_ids=True
        ),
        _whole("contact_groups", "ContactGroups", ("ContactGroupID",), _CONTACTS),
        Endpoint("budgets", "Budgets", "Budgets", ("BudgetID",), "details", None, False, _BUDGETS),
    )
