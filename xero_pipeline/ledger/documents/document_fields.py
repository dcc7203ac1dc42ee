"""What documents say of themselves: which columns of their tables are told, and what each is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

FactKind = Literal["text", "word", "date", "amount", "rate", "yes", "account", "document"]
"""word: one of Xero's words for a state; yes: whether; account, document: what the page leads to."""


@dataclass(frozen=True, slots=True)
class FactField:
    """Something that documents of some kinds say.

    Args:
        name: What programs call it.
        label: What people call it.
        columns: Where it stands: the first of these that the table has.
        or_zero: It is told also where it is zero.
    """

    name: str
    label: str
    kind: FactKind
    columns: tuple[str, ...]
    or_zero: bool = True


def _fact(name: str, label: str, kind: FactKind, *columns: str, or_zero: bool = True) -> FactField:
    return FactField(name, label, kind, columns or (name,), or_zero)


FACTS = (
    _fact("total", "Total", "amount", "total", "total_amount", "amount", "total_cost"),
    _fact("amount_paid", "Paid", "amount"),
    _fact("amount_credited", "Credited", "amount", or_zero=False),
    _fact("amount_due", "Due", "amount"),
    _fact("remaining_credit", "Credit left", "amount"),
    _fact("status", "Status", "word", "status", "asset_status"),
    _fact("contact", "Contact", "text", "contact_name", "invoice_contact_name"),
    _fact("reference", "Reference", "text"),
    _fact("narration", "Narration", "text", "narration", "narrative"),
    _fact("details", "Details", "text"),
    _fact("date", "Date", "date", "date", "payment_date"),
    _fact("due_date", "Due date", "date"),
    _fact("expected_payment_date", "Payment expected", "date"),
    _fact("planned_payment_date", "Payment planned", "date"),
    _fact("paid_on", "Fully paid on", "date", "fully_paid_on_date"),
    _fact("bank_account", "Bank account", "account", "bank_account_id", "account_id", "from_bank_account_id"),
    _fact("to_bank_account", "To bank account", "account", "to_bank_account_id"),
    _fact("bank_amount", "Amount at the bank", "amount"),
    _fact("is_reconciled", "Matched with the bank statement", "yes"),
    _fact("batch_payment", "Batch payment", "document", "batch_payment_id"),
    _fact("currency", "Currency", "text", "currency_code", "invoice_currency_code", "account_currency_code"),
    _fact("currency_rate", "Currency rate", "rate"),
    _fact("sub_total", "Subtotal", "amount"),
    _fact("total_tax", "Tax", "amount"),
    _fact("withheld", "Withheld (CIS)", "amount", "cis_deduction", or_zero=False),
    _fact("rounding", "Rounding", "amount", "rounding_amount", or_zero=False),
    _fact("line_amounts", "Line amounts", "word", "line_amount_types"),
    _fact("is_repeating", "Made from a repeating template", "yes", "repeating_invoice_id"),
    _fact("period_start", "Pay period from", "date", "period_start_date"),
    _fact("period_end", "Pay period to", "date", "period_end_date"),
    _fact("wages", "Wages", "amount"),
    _fact("deductions", "Deductions", "amount", or_zero=False),
    _fact("tax_withheld", "Tax withheld", "amount", "tax"),
    _fact("super", "Superannuation", "amount", or_zero=False),
    _fact("reimbursement", "Reimbursements", "amount", or_zero=False),
    _fact("net_pay", "Net pay", "amount", "net_pay", "total_pay"),
    _fact("asset", "Asset", "text", "asset_name"),
    _fact("asset_type", "Asset type", "text", "asset_type_name"),
    _fact("purchase_date", "Bought on", "date"),
    _fact("purchase_price", "Purchase price", "amount"),
    _fact("disposal_date", "Disposed of on", "date"),
    _fact("disposal_price", "Disposal price", "amount"),
    _fact("book_value", "Book value", "amount", "accounting_book_value"),
    _fact("problem", "Why it is not posted", "text", "problem"),
)
"""In the order they are told."""

TYPES: Mapping[str, str] = {
    "invoices": "type",
    "credit_notes": "type",
    "bank_transactions": "type",
    "payments": "payment_type",
}
"""The column that says which kind of document it is, where one table has several; of others the table says it."""

NUMBERS: Mapping[str, str] = {
    "invoices": "invoice_number",
    "credit_notes": "credit_note_number",
    "prepayments": "invoice_number",
    "fixed_assets": "asset_number",
}
"""The column of their number."""

LINES: Mapping[str, str] = {
    "invoices": "invoice_line_items",
    "credit_notes": "credit_note_line_items",
    "bank_transactions": "bank_transaction_line_items",
    "prepayments": "prepayment_line_items",
    "overpayments": "overpayment_line_items",
    "manual_journals": "manual_journal_lines",
    "pay_runs": "pay_run_lines",
    "fixed_assets": "fixed_asset_postings",
}
"""The table of their lines."""

LINE_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "description": ("description", "pay_item", "kind"),
    "item_code": ("item_code",),
    "quantity": ("quantity",),
    "unit_amount": ("unit_amount",),
    "discount_rate": ("discount_rate",),
    "tax_amount": ("tax_amount",),
    "line_amount": ("line_amount",),
}
"""What a line says as it is, and where: the first of these that the table has."""

CREDITS = ("credit_notes", "prepayments", "overpayments")
"""Documents that are allocated to others."""
SETTLED = ("invoices", *CREDITS)
"""Documents that payments pay and credits are allocated to."""


_STATES: Mapping[str, str] = {
    "SUBMITTED": "Awaiting approval",
    "Exclusive": "Tax exclusive",
    "Inclusive": "Tax inclusive",
    "NoTax": "No tax",
}


def state_in_words(word: str) -> str:
    """What people call one of Xero's words for a state, such as AUTHORISED."""
    return _STATES.get(word, word.replace("_", " ").capitalize())


def key_of(table: str) -> str:
    """The column of a document's id."""
    return "asset_id" if table == "fixed_assets" else f"{table[:-1]}_id"
