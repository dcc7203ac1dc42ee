"""What people call the likely causes of a difference."""

from __future__ import annotations

CAUSES = {
    "CONVERSION": "From before Xero",
    "PAYROLL": "Payroll",
    "DEPRECIATION": "Depreciation",
    "DISPOSAL": "Disposal of a fixed asset",
    "REVALUATION": "Currency revaluation",
    "INVENTORY": "Cost of inventory",
    "EXPENSE CLAIMS": "Expense claims",
    "ROUNDING": "Rounding",
    "CASH BASIS": "A rule of cash basis",
    "UNKNOWN": "Not known",
}


def cause_in_words(cause: str | None) -> str:
    """A cause as people read it; one of a file of causes, and several of a sum, as they are called there."""
    return CAUSES.get(cause or "", (cause or "").capitalize())
