"""The columns of each statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from xero_pipeline.ageing import BUCKETS

if TYPE_CHECKING:
    from xero_pipeline.files.sheet import Kind

Fields = Sequence[tuple[str, str, "Kind"]]
"""Head, field and kind of each column."""

TRIAL: Fields = (
    ("Account", "account", "text"),
    ("Debit", "debit", "amount"),
    ("Credit", "credit", "amount"),
    ("YTD debit", "ytd_debit", "amount"),
    ("YTD credit", "ytd_credit", "amount"),
)
BANK: Fields = (
    ("Bank account", "account_name", "text"),
    ("Opening balance", "opening_balance", "amount"),
    ("Cash received", "cash_received", "amount"),
    ("Cash spent", "cash_spent", "amount"),
    ("Closing balance", "closing_balance", "amount"),
)
LEDGER: Fields = (
    ("Date", "date", "date"),
    ("Source", "source_type", "text"),
    ("Number", "number", "text"),
    ("Contact", "contact_name", "text"),
    ("Description", "description", "text"),
    ("Debit", "debit", "amount"),
    ("Credit", "credit", "amount"),
    ("Balance", "balance", "amount"),
)
CASH_MOVEMENTS: Fields = (
    ("Source", "source_type", "text"),
    ("Account on the other side", "counter_account_name", "text"),
    ("Cash received", "cash_received", "amount"),
    ("Cash spent", "cash_spent", "amount"),
    ("Balance", "balance", "amount"),
)
LINES: Fields = (("", "account_name", "text"), ("", "amount", "amount"))
BUDGET: Fields = (
    ("", "account_name", "text"),
    ("Actual", "actual", "amount"),
    ("Budget", "budget", "amount"),
    ("Variance", "variance", "amount"),
    ("%", "percent", "percent"),
    ("Effect on profit", "effect", "text"),
)
CONTACTS: Fields = (
    ("Contact", "contact_name", "text"),
    *((name, name, "amount") for name in (*BUCKETS, "Overdue", "Total")),
)
"""What the columns by age are called depends on how long a month is."""
DOCUMENTS: Fields = (
    ("Contact", "contact_name", "text"),
    ("Number", "number", "text"),
    ("Type", "document_type", "text"),
    ("Date", "date", "date"),
    ("Due", "due_date", "date"),
    ("Days overdue", "days_overdue", "count"),
    ("Age", "bucket", "text"),
    ("Currency", "currency_code", "text"),
    ("Open", "open_amount", "amount"),
    ("In base currency", "open_amount_base", "amount"),
)
