"""What is likely behind an amount that no document shows, told by the account it is on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Cause = Literal["CONVERSION", "PAYROLL", "DEPRECIATION", "REVALUATION", "INVENTORY", "EXPENSE CLAIMS", "UNKNOWN"]

UNKNOWN: Cause = "UNKNOWN"
CONVERSION: Cause = "CONVERSION"
REVALUATION: Cause = "REVALUATION"


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


def cause_sql(account: str) -> str:
    """SQL: the likely cause of an amount on an account of the chart.

    Args:
        account: How the row of `xero.accounts` is called in the query; its columns may be null.
    """
    whens: list[str] = []
    for sign in signs():
        among = [
            f"{account}.{column} IN ({', '.join(repr(value) for value in values)})"
            for column, values in (("system_account", sign.system_accounts), ("type", sign.types))
            if values
        ]
        among += [f"STRPOS(LOWER({account}.name), '{word}') > 0" for word in sign.words]
        whens.append(f"WHEN {' OR '.join(among)} THEN '{sign.cause}'")
    return f"CASE {' '.join(whens)} ELSE '{UNKNOWN}' END"
