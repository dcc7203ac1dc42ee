"""The collections the simulated Xero answers, one row each: what may be asked of them and how they come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Filter:
    """One query parameter that narrows a collection.

    Attributes:
        param: The parameter's name in lower case.
        field: Dotted path of the record's field; several, comma-separated, for a search.
        kind: How they are compared: a list, one value, part of a text, a first or a last day, a search.
    """

    param: str
    field: str
    kind: Literal["in", "equals", "contains", "from", "to", "search"]


@dataclass(frozen=True, slots=True)
class Hidden:
    """Records that stay away unless a switch parameter is `true`.

    Attributes:
        param: The switch in lower case.
        field: The record's field.
        value: The value of the field that hides a record.
    """

    param: str
    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Collection:
    """One readable collection.

    Attributes:
        path: Path below `/api.xro/2.0/`.
        wrapper: Name of the list in the envelope.
        key: The record's id field; None where a record has no id.
        scopes: Granular scopes, any one of which opens it (with or without `.read`).
        paging: `never` ignores `page`; `asked` pages when `page` is given; `always` pages by 100 even without it.
        fixed_page_size: A page size that `pageSize` cannot change.
        pagination: Whether pages carry the `pagination` object.
        modified_since: Whether `If-Modified-Since` narrows it.
        where: Whether `where` is understood; otherwise it is ignored.
        order: Whether `order` is understood.
        stamp: The instant it is sorted and narrowed by.
        single: Whether one record can be read by its id.
        number: A second field by which one record can be read.
        lines: The list that comes empty when the collection is not paged.
        left_out: Fields that only pages and single records carry.
        unit_decimals: Whether unit amounts are rounded to two decimals unless `unitdp=4`.
        summary: Whether `summaryOnly` is understood.
        filters: Its own narrowing parameters.
        hidden: What it hides by default.
    """

    path: str
    wrapper: str
    key: str | None
    scopes: tuple[str, ...]
    paging: Literal["never", "asked", "always"] = "never"
    fixed_page_size: int | None = None
    pagination: bool = True
    modified_since: bool = False
    where: bool = False
    order: bool = False
    stamp: str | None = "UpdatedDateUTC"
    single: bool = True
    number: str | None = None
    lines: str | None = None
    left_out: tuple[str, ...] = ()
    unit_decimals: bool = False
    summary: bool = False
    filters: tuple[Filter, ...] = ()
    hidden: Hidden | None = None


_INVOICES = ("accounting.invoices",)
_PAYMENTS = ("accounting.payments",)
_BANK = ("accounting.banktransactions",)
_SETTINGS = ("accounting.settings",)
_CONTACTS = ("accounting.contacts",)

# Fields of a contact that need a page or a single read.
_CONTACT_DETAILS = (
    "ContactPersons", "ContactGroups", "Website", "BrandingTheme", "BatchPayments", "Discount", "Balances",
    "PaymentTerms", "XeroNetworkKey", "SalesDefaultAccountCode", "PurchasesDefaultAccountCode",
    "SalesTrackingCategories", "PurchasesTrackingCategories", "TrackingCategoryName", "TrackingCategoryOption",
)  # fmt: skip

COLLECTIONS: tuple[Collection, ...] = (
    Collection("Accounts", "Accounts", "AccountID", _SETTINGS, modified_since=True, where=True, order=True),
    Collection(
        "BankTransactions", "BankTransactions", "BankTransactionID", _BANK, "asked",
        modified_since=True, where=True, order=True, lines="LineItems", unit_decimals=True,
    ),
    Collection(
        "BankTransfers", "BankTransfers", "BankTransferID", _BANK, modified_since=True, where=True, order=True,
        stamp="CreatedDateUTC", hidden=Hidden("includedeleted", "Status", "DELETED"),
    ),
    Collection(
        "BatchPayments", "BatchPayments", "BatchPaymentID", _PAYMENTS, modified_since=True, where=True, order=True,
    ),
    Collection("BrandingThemes", "BrandingThemes", "BrandingThemeID", _SETTINGS, stamp=None),
    Collection(
        "Budgets", "Budgets", "BudgetID", ("accounting.budgets",), left_out=("BudgetLines",),
        filters=(Filter("ids", "BudgetID", "in"),),
    ),
    Collection(
        "Contacts", "Contacts", "ContactID", _CONTACTS, "asked", modified_since=True, where=True, order=True,
        number="ContactNumber", left_out=_CONTACT_DETAILS, summary=True,
        filters=(
            Filter("ids", "ContactID", "in"),
            Filter("searchterm", "Name,FirstName,LastName,ContactNumber,CompanyNumber,EmailAddress", "search"),
        ),
        hidden=Hidden("includearchived", "ContactStatus", "ARCHIVED"),
    ),
    Collection(
        "ContactGroups", "ContactGroups", "ContactGroupID", _CONTACTS, where=True, order=True, stamp=None,
        left_out=("Contacts",),
    ),
    Collection(
        "CreditNotes", "CreditNotes", "CreditNoteID", _INVOICES, "asked", modified_since=True, where=True, order=True,
        number="CreditNoteNumber", lines="LineItems", unit_decimals=True,
    ),
    Collection("Currencies", "Currencies", "Code", _SETTINGS, where=True, order=True, stamp=None, single=False),
    Collection(
        "Invoices", "Invoices", "InvoiceID", _INVOICES, "asked", modified_since=True, where=True, order=True,
        number="InvoiceNumber", lines="LineItems", unit_decimals=True, summary=True,
        filters=(
            Filter("ids", "InvoiceID", "in"),
            Filter("invoicenumbers", "InvoiceNumber", "in"),
            Filter("contactids", "Contact.ContactID", "in"),
            Filter("statuses", "Status", "in"),
            Filter("searchterm", "InvoiceNumber,Reference,Contact.Name", "search"),
        ),
    ),
    Collection("InvoiceReminders/Settings", "InvoiceReminders", None, _SETTINGS, stamp=None, single=False),
    Collection(
        "Items", "Items", "ItemID", ("accounting.settings", "accounting.invoices"), modified_since=True, where=True,
        order=True, number="Code", unit_decimals=True,
    ),
    Collection(
        "LinkedTransactions", "LinkedTransactions", "LinkedTransactionID", _INVOICES, "always", fixed_page_size=100,
        pagination=False,
        filters=(
            Filter("linkedtransactionid", "LinkedTransactionID", "equals"),
            Filter("sourcetransactionid", "SourceTransactionID", "equals"),
            Filter("contactid", "ContactID", "equals"),
            Filter("status", "Status", "equals"),
            Filter("targettransactionid", "TargetTransactionID", "equals"),
        ),
    ),
    Collection(
        "ManualJournals", "ManualJournals", "ManualJournalID", ("accounting.manualjournals",), "asked",
        modified_since=True, where=True, order=True, lines="JournalLines",
    ),
    Collection("Organisation", "Organisations", "OrganisationID", _SETTINGS, stamp=None, single=False),
    Collection("Organisation/Actions", "Actions", "Name", _SETTINGS, stamp=None, single=False),
    Collection(
        "Overpayments", "Overpayments", "OverpaymentID", _PAYMENTS, "asked", modified_since=True, where=True,
        order=True, lines="LineItems", unit_decimals=True, filters=(Filter("references", "Reference", "in"),),
    ),
    Collection(
        "Payments", "Payments", "PaymentID", _PAYMENTS, "asked", modified_since=True, where=True, order=True,
    ),
    Collection(
        "Prepayments", "Prepayments", "PrepaymentID", _PAYMENTS, "asked", modified_since=True, where=True,
        order=True, lines="LineItems", unit_decimals=True,
        filters=(Filter("invoicenumbers", "InvoiceNumber", "in"),),
    ),
    Collection(
        "PurchaseOrders", "PurchaseOrders", "PurchaseOrderID", _INVOICES, "always", modified_since=True, order=True,
        number="PurchaseOrderNumber",
        filters=(
            Filter("status", "Status", "equals"),
            Filter("datefrom", "Date", "from"),
            Filter("dateto", "Date", "to"),
        ),
    ),
    Collection(
        "Quotes", "Quotes", "QuoteID", _INVOICES, "asked", pagination=False, modified_since=True, order=True,
        filters=(
            Filter("contactid", "Contact.ContactID", "equals"),
            Filter("status", "Status", "equals"),
            Filter("quotenumber", "QuoteNumber", "contains"),
            Filter("datefrom", "Date", "from"),
            Filter("dateto", "Date", "to"),
            Filter("expirydatefrom", "ExpiryDate", "from"),
            Filter("expirydateto", "ExpiryDate", "to"),
        ),
    ),
    Collection(
        "RepeatingInvoices", "RepeatingInvoices", "RepeatingInvoiceID", _INVOICES, where=True, order=True, stamp=None,
    ),
    Collection("TaxRates", "TaxRates", "TaxType", _SETTINGS, where=True, order=True, stamp=None),
    Collection(
        "TrackingCategories", "TrackingCategories", "TrackingCategoryID", _SETTINGS, where=True, order=True,
        stamp=None, hidden=Hidden("includearchived", "Status", "ARCHIVED"),
    ),
    Collection("Users", "Users", "UserID", _SETTINGS, modified_since=True, where=True, order=True),
)  # fmt: skip

# Reports by path, with the scope each needs.
REPORTS: tuple[tuple[str, str], ...] = (
    ("ProfitAndLoss", "accounting.reports.profitandloss"),
    ("BalanceSheet", "accounting.reports.balancesheet"),
    ("TrialBalance", "accounting.reports.trialbalance"),
    ("BankSummary", "accounting.reports.banksummary"),
    ("BudgetSummary", "accounting.reports.budgetsummary"),
    ("ExecutiveSummary", "accounting.reports.executivesummary"),
    ("AgedReceivablesByContact", "accounting.reports.aged"),
    ("AgedPayablesByContact", "accounting.reports.aged"),
)

# The spelling of report parameters in Xero's spec; requests may use any capitals.
REPORT_PARAMS: tuple[str, ...] = (
    "fromDate", "toDate", "date", "periods", "timeframe", "trackingCategoryID", "trackingCategoryID2",
    "trackingOptionID", "trackingOptionID1", "trackingOptionID2", "standardLayout", "paymentsOnly", "contactId",
)  # fmt: skip

# Endpoints whose scope cannot be granted to an app made after March 2026.
CLOSED = ("ExpenseClaims", "Receipts", "PaymentServices")

# Only an app of Xero's Advanced tier is granted it.
JOURNALS_SCOPES = ("accounting.journals",)


ACCOUNT_DATA_SCOPES = frozenset(
    {"accountdata.balances.read", "accountdata.movements.read", "accountdata.transactions.read"}
)
"""Those of the Account Data API, as the draft of its OpenAPI document has them."""
_OTHER_APIS = ("assets", "payroll.payruns", "payroll.payslip", "payroll.settings")
"""The scopes of Xero's other APIs."""


def grantable_scopes(*, advanced: bool = False) -> frozenset[str]:
    """Every scope the simulated Xero grants: granular ones only.

    Args:
        advanced: To an app of the Advanced tier, which may read journals.
    """
    writable = {scope for row in COLLECTIONS for scope in row.scopes} | {"accounting.attachments"}
    read_only = {scope for _, scope in REPORTS} | {
        "accounting.reports.taxreports", "accounting.reports.tenninetynine", "accounting.budgets",
    } | set(JOURNALS_SCOPES if advanced else ())  # fmt: skip
    basic = {"openid", "profile", "email", "offline_access", "files", "files.read"}
    writable |= set(_OTHER_APIS)
    names = basic | (writable - read_only) | {f"{scope}.read" for scope in writable | read_only}
    return frozenset(names) | ACCOUNT_DATA_SCOPES
