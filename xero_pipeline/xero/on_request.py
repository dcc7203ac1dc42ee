"""The collections that are read only where somebody chose them, one row of data each; `endpoints` has all others."""

from __future__ import annotations

from xero_pipeline.xero.document_details import DETAIL_WORDS
from xero_pipeline.xero.endpoint import Endpoint
from xero_pipeline.xero.explained.scopes import (
    ACCOUNT_BALANCES,
    ACCOUNT_TRANSACTIONS,
    ASSETS,
    PAY_RUNS,
    PAYROLL_SETTINGS,
)

_LEDGER = "accounting.journals.read"
_ATTACHMENTS = "accounting.attachments.read"
_INVOICES = "accounting.invoices.read"
_TAX_REPORTS = "accounting.reports.taxreports.read"
_NUMBER = "JournalNumber"


def on_request() -> tuple[Endpoint, ...]:
    """Collections that are read only where somebody chose them: nobody else is asked for their scopes."""
    return (
        Endpoint(
            "tax_reports",
            "Reports",
            "Reports",
            ("ReportID",),
            "details",
            None,
            False,
            _TAX_REPORTS,
            setting="XERO_TAX_REPORTS=true",
        ),
        # If-Modified-Since can miss some, says their page; at most 100 come whatever is asked for.
        Endpoint(
            "journals",
            "Journals",
            "Journals",
            ("JournalID",),
            "offsets",
            100,
            False,
            _LEDGER,
            number=_NUMBER,
            setting="XERO_JOURNALS=true",
        ),
        Endpoint(
            "pay_runs",
            "payroll.xro/PayRuns",
            "PayRuns",
            ("PayRunID",),
            "composed",
            None,
            False,
            PAY_RUNS,
            also=(PAYROLL_SETTINGS,),
            setting="XERO_EXPLAIN=payroll",
        ),
        Endpoint(
            "fixed_assets",
            "assets.xro/Assets",
            "Assets",
            ("AssetID",),
            "composed",
            None,
            False,
            ASSETS,
            setting="XERO_EXPLAIN=assets",
        ),
        Endpoint(
            "account_balances",
            "accountdata.xro/AccountBalances",
            "AccountBalances",
            ("BalanceID",),
            "composed",
            None,
            False,
            ACCOUNT_BALANCES,
            setting="XERO_EXPLAIN=account-data",
            bases=("accrual",),
        ),
        Endpoint(
            "account_transactions",
            "accountdata.xro/AccountTransactions",
            "AccountTransactions",
            ("AccountMonthID",),
            "composed",
            None,
            False,
            ACCOUNT_TRANSACTIONS,
            setting="XERO_EXPLAIN=account-data",
        ),
        _by_document("attachments", "Attachments", "Attachments", "DocumentAttachmentID", _ATTACHMENTS),
        # History and links are opened by the scope of the documents themselves, which is asked for anyway.
        _by_document("document_history", "History", "HistoryRecords", "HistoryEntryID", _INVOICES),
        _by_document("online_invoices", "OnlineInvoice", "OnlineInvoices", "InvoiceID", _INVOICES),
    )


def _by_document(table: str, path: str, wrapper: str, key: str, scope: str) -> Endpoint:
    word = DETAIL_WORDS[table]
    setting = f"XERO_DOCUMENT_DETAILS={word}"
    return Endpoint(table, path, wrapper, (key,), "by_document", None, False, scope, setting=setting)
