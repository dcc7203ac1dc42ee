"""What is likely behind an amount that no document shows, told by the account it is on (`sql/tie/tie_unexplained.sql`).

CONVERSION are the balances of before the first month; UNKNOWN is what nothing here explains, and fails a check.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Cause = Literal["CONVERSION", "PAYROLL", "DEPRECIATION", "REVALUATION", "INVENTORY", "EXPENSE CLAIMS", "UNKNOWN"]


@dataclass(frozen=True, slots=True)
class Sign:
    """What makes a cause likely.

    Args:
        cause: The cause.
        system_accounts: Parts that accounts play for Xero itself.
        types: Types of accounts.
        words: Words in the names of accounts, in lower case.
        because: Why no document shows it.
    """

    cause: Cause
    system_accounts: tuple[str, ...]
    types: tuple[str, ...]
    words: tuple[str, ...]
    because: str


def signs() -> tuple[Sign, ...]:
    """The causes that an account alone makes likely; the first that fits counts."""
    return (
        Sign(
            "REVALUATION",
            ("UNREALISEDCURRENCYGAIN", "BANKCURRENCYGAIN"),
            (),
            (),
            "Xero values open foreign documents and bank accounts at the day's rate inside its reports.",
        ),
        Sign(
            "PAYROLL",
            ("WAGEPAYABLES",),
            ("PAYG", "PAYGLIABILITY", "WAGESEXPENSE", "SUPERANNUATIONEXPENSE", "SUPERANNUATIONLIABILITY"),
            ("wages", "salaries", "payroll", "superannuation", "pension", "paye", "national insurance", "kiwisaver"),
            "Xero Payroll posts pay runs without a document that an accounting app may read.",
        ),
        Sign(
            "DEPRECIATION",
            (),
            ("DEPRECIATN", "FIXED"),
            ("depreciation",),
            "Depreciation runs of the fixed asset register post by themselves.",
        ),
        Sign("INVENTORY", (), ("INVENTORY",), ("inventory",), "Tracked items post their cost when they are sold."),
        Sign("EXPENSE CLAIMS", ("UNPAIDEXPCLM",), (), (), "New apps may not read expense claims."),
    )
