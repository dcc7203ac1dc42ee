"""What is likely behind an amount that no document shows, told by the account it is on (`sql/tie/tie_unexplained.sql`).

CONVERSION are the balances of before the first month, and those that the first month with any balance begins with;
UNKNOWN is what nothing here explains, and fails a check.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Cause = Literal[
    "CONVERSION", "PAYROLL", "DEPRECIATION", "REVALUATION", "INVENTORY", "EXPENSE CLAIMS", "ROUNDING", "UNKNOWN"
]


@dataclass(frozen=True, slots=True)
class Sign:
    """What makes a cause likely.

    Args:
        cause: The cause.
        system_accounts: Parts that accounts play for Xero itself.
        types: Types of accounts.
        words: Beginnings of words in the names of accounts, in lower case; a whole word ends in a space. They count for
            no account that documents move every day: a bank account, receivables, payables.
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
            ("wages", "salaries", "payroll", "superannuation", "pension", "paye ", "national insurance", "kiwisaver"),
            "Xero Payroll posts pay runs without a document that an accounting app may read.",
        ),
        Sign(
            "DEPRECIATION",
            (),
            ("DEPRECIATN",),
            ("depreciation",),
            "Depreciation runs of the fixed asset register post by themselves.",
        ),
        Sign("INVENTORY", (), ("INVENTORY",), ("inventory",), "Tracked items post their cost when they are sold."),
        Sign("EXPENSE CLAIMS", ("UNPAIDEXPCLM",), (), (), "New apps may not read expense claims."),
        Sign(
            "ROUNDING", ("ROUNDING",), (), (), "Small adjustments while a bank account is reconciled have no document."
        ),
        Sign("CONVERSION", ("HISTORICAL",), (), (), "What conversion balances do not add up to."),
    )


@dataclass(frozen=True, slots=True)
class Facing:
    """Accounts that take the other side of a cause.

    What is on them in a month is part of it if all of it together is the opposite of what the cause moved, to the cent.

    Args:
        cause: What it is then.
        moves: The causes whose amounts are faced.
        system_accounts: Parts that the facing accounts play for Xero itself.
        types: Types of the facing accounts.
        classes: Classes of the facing accounts.
    """

    cause: Cause
    moves: tuple[Cause, ...]
    system_accounts: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()


def facings() -> tuple[Facing, ...]:
    """Which accounts take the other side; looked for in this order, among what is not explained yet."""
    control = ("DEBTORS", "CREDITORS")
    return (
        Facing("INVENTORY", ("INVENTORY",), types=("DIRECTCOSTS",)),
        Facing("DEPRECIATION", ("DEPRECIATION",), types=("FIXED",)),
        Facing("EXPENSE CLAIMS", ("EXPENSE CLAIMS",), system_accounts=("GST",), classes=("EXPENSE",)),
        Facing("ROUNDING", ("ROUNDING",), types=("BANK",)),
        Facing("REVALUATION", ("REVALUATION",), system_accounts=control, types=("BANK",)),
        Facing("REVALUATION", ("REVALUATION", "ROUNDING"), system_accounts=control, types=("BANK",)),
    )
