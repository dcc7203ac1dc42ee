"""What people call the kinds of documents, in the words of Xero's own screens."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType


def document_words() -> Mapping[str, str]:
    """The words for the types of documents and journals, and for tables whose records have no type."""
    return MappingProxyType(
        {
            "ACCREC": "Invoice",
            "ACCPAY": "Bill",
            "ACCRECCREDIT": "Credit Note",
            "ACCPAYCREDIT": "Credit Note (bill)",
            "CASHREC": "Receive Money",
            "RECEIVE": "Receive Money",
            "CASHPAID": "Spend Money",
            "SPEND": "Spend Money",
            "ARPREPAYMENT": "Receive Prepayment",
            "RECEIVE-PREPAYMENT": "Receive Prepayment",
            "APPREPAYMENT": "Spend Prepayment",
            "SPEND-PREPAYMENT": "Spend Prepayment",
            "AROVERPAYMENT": "Receive Overpayment",
            "RECEIVE-OVERPAYMENT": "Receive Overpayment",
            "APOVERPAYMENT": "Spend Overpayment",
            "SPEND-OVERPAYMENT": "Spend Overpayment",
            "ACCRECPAYMENT": "Payment of an Invoice",
            "ACCPAYPAYMENT": "Payment of a Bill",
            "ARCREDITPAYMENT": "Refund of a Credit Note",
            "APCREDITPAYMENT": "Refund of a Credit Note (bill)",
            "ARPREPAYMENTPAYMENT": "Refund of a Prepayment",
            "APPREPAYMENTPAYMENT": "Refund of a Prepayment (bill)",
            "AROVERPAYMENTPAYMENT": "Refund of an Overpayment",
            "APOVERPAYMENTPAYMENT": "Refund of an Overpayment (bill)",
            "ACCRECCREDIT-ALLOCATION": "Credit Note Allocation",
            "ACCPAYCREDIT-ALLOCATION": "Credit Note Allocation (bill)",
            "ARPREPAYMENT-ALLOCATION": "Prepayment Allocation",
            "APPREPAYMENT-ALLOCATION": "Prepayment Allocation (bill)",
            "AROVERPAYMENT-ALLOCATION": "Overpayment Allocation",
            "APOVERPAYMENT-ALLOCATION": "Overpayment Allocation (bill)",
            "prepayments": "Prepayment",
            "overpayments": "Overpayment",
            "payments": "Payment",
            "batch_payments": "Batch Payment",
            "TRANSFER": "Bank Transfer",
            "bank_transfers": "Bank Transfer",
            "MANJOURNAL": "Manual Journal",
            "manual_journals": "Manual Journal",
            "PAYRUN": "Pay Run",
            "pay_runs": "Pay Run",
            "DEPRECIATION": "Depreciation",
            "DISPOSAL": "Disposal",
            "fixed_assets": "Fixed Asset",
            "UNEXPLAINED": "No document",
            "ACCOUNT-DATA": "Shown by Xero's Account Data API alone",
            "REVALUATION": "Currency revaluation",
            "REVALUATION-REVERSAL": "Reversal of a currency revaluation",
        }
    )


def in_words(document_type: str | None, table: str | None = None) -> str:
    """What people call a kind of document; a type that nobody knows is called by itself.

    Args:
        document_type: Its type, or that of its journal.
        table: Where it is, in schema xero.
    """
    words = document_words()
    return words.get(document_type or "", words.get(table or "", document_type or table or ""))
