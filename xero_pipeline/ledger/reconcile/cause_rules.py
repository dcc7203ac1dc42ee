"""What is likely behind an amount that no document shows: tables, read by `cause_search`.

An account is known by the part it plays for Xero and by its type, then by what it faces, and by its name last.

CONVERSION are the balances of before the first month, and those that the first month with any balance begins with;
UNKNOWN is what nothing here explains, and fails a check.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xero_pipeline.ledger.reconcile.reconciling_items import ReconcilingItem

CONVERSION, UNKNOWN = "CONVERSION", "UNKNOWN"
CAUSES = (
    CONVERSION,
    "PAYROLL",
    "DEPRECIATION",
    "DISPOSAL",
    "REVALUATION",
    "INVENTORY",
    "EXPENSE CLAIMS",
    "ROUNDING",
)
"""The causes there are; UNKNOWN is none."""


@dataclass(frozen=True, slots=True)
class CauseRule:
    """What makes a cause likely.

    Args:
        system_accounts: Parts that accounts play for Xero itself.
        words: Beginnings of words in the names of accounts, in lower case; a whole word ends in a space. They count for
            no account that documents move every day: a bank account, receivables, payables.
        because: Why no document shows it.
    """

    cause: str
    system_accounts: tuple[str, ...]
    types: tuple[str, ...]
    words: tuple[str, ...]
    because: str


def cause_rules() -> tuple[CauseRule, ...]:
    """The causes that an account alone makes likely; the first that fits counts, names last of all."""
    return (
        CauseRule(
            "REVALUATION",
            ("UNREALISEDCURRENCYGAIN", "BANKCURRENCYGAIN"),
            (),
            (),
            "Xero values open foreign documents and bank accounts at the day's rate inside its reports.",
        ),
        CauseRule(
            "PAYROLL",
            ("WAGEPAYABLES",),
            ("PAYG", "PAYGLIABILITY", "WAGESEXPENSE", "SUPERANNUATIONEXPENSE", "SUPERANNUATIONLIABILITY"),
            (
                *("wages", "salaries", "payroll", "superannuation", "super ", "pension", "kiwisaver", "provident fund"),
                *("paye ", "payg ", "nic ", "cpp ", "cpf ", "fica ", "national insurance", "earnings orders"),
                *("student loan deduction", "employee tax", "employee benefits", "employer contributions"),
            ),
            "Xero Payroll posts pay runs without a document that an accounting app may read.",
        ),
        CauseRule(
            "DEPRECIATION",
            (),
            ("DEPRECIATN",),
            ("depreciation", "amortisation", "amortization"),
            "Depreciation runs of the fixed asset register post by themselves.",
        ),
        CauseRule("INVENTORY", (), ("INVENTORY",), ("inventory",), "Tracked items post their cost when they are sold."),
        CauseRule("EXPENSE CLAIMS", ("UNPAIDEXPCLM",), (), (), "New apps may not read expense claims."),
        CauseRule(
            "ROUNDING", ("ROUNDING",), (), (), "Small adjustments while a bank account is reconciled have no document."
        ),
        CauseRule(
            "DISPOSAL",
            (),
            (),
            ("gain on disposal", "loss on disposal", "capital gain on disposal"),
            "Disposals in the fixed asset register post by themselves.",
        ),
        CauseRule("CONVERSION", ("HISTORICAL",), (), (), "What conversion balances do not add up to."),
    )


@dataclass(frozen=True, slots=True)
class ContraRule:
    """Accounts that take the other side of a cause.

    Those of them in a month are part of it whose amounts are the opposite of what the cause moved, to the cent: all,
    or as few of them as can be, if no others of that number would do as well.

    Args:
        cause: What it is then.
        moves: The causes whose amounts are faced.
        system_accounts: Parts that the facing accounts play for Xero itself.
        types: Types of the facing accounts.
        classes: Classes of the facing accounts.
        no_larger: None of them may be larger than all that is faced.
        begins: Accounts that are part of it, too, if others face them.
        holds: What must be true of those accounts' amounts, beside all that the causes moved.
        one_by_one: Each of those accounts may be faced alone, if not all are together.
    """

    cause: str
    moves: tuple[str, ...]
    system_accounts: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    no_larger: bool = False
    begins: Callable[[ReconcilingItem], bool] | None = None
    holds: Callable[[Sequence[Decimal], Decimal], bool] = lambda amounts, _: bool(amounts)
    one_by_one: bool = False

    def may_face(self, one: ReconcilingItem) -> bool:
        """Whether an account may take the other side.

        Args:
            one: What is on it.
        """
        if one.system_account in self.system_accounts or one.type in self.types:
            return one.system_account in (*self.system_accounts, None, "") or one.type == "BANK"
        return one.account_class in self.classes and not one.system_account


def contra_rules() -> tuple[ContraRule, ...]:
    """Which accounts take the other side; looked for in this order, among what is not explained yet."""
    control, results = ("DEBTORS", "CREDITORS"), ("REVENUE", "EXPENSE")
    debts = ("CURRLIAB", "LIABILITY", "PAYG")
    return (
        ContraRule("INVENTORY", ("INVENTORY",), types=("DIRECTCOSTS",)),
        ContraRule("INVENTORY", ("INVENTORY",), types=("DIRECTCOSTS",), classes=("EXPENSE",)),
        ContraRule("DEPRECIATION", ("DEPRECIATION",), types=("FIXED", "NONCURRENT")),
        # An asset account with a credit balance holds what was written off.
        ContraRule("DEPRECIATION", (), classes=("EXPENSE",), begins=_is_written_off, one_by_one=True),
        # A disposal takes the cost and what was written off; what is left is gain or loss, or what it was sold for.
        ContraRule("DISPOSAL", ("DEPRECIATION",), classes=results, begins=_is_fixed, holds=_on_both_sides),
        ContraRule(
            "DISPOSAL",
            ("DEPRECIATION",),
            types=("CURRENT", "CURRLIAB"),
            classes=results,
            begins=_is_fixed,
            holds=_on_both_sides,
        ),
        ContraRule("PAYROLL", ("PAYROLL",), types=debts),
        ContraRule("PAYROLL", ("PAYROLL",), types=debts, classes=("EXPENSE",)),
        ContraRule("EXPENSE CLAIMS", ("EXPENSE CLAIMS",), system_accounts=("GST",), classes=("EXPENSE",)),
        ContraRule("ROUNDING", ("ROUNDING",), types=("BANK",), no_larger=True),
        ContraRule("REVALUATION", ("REVALUATION",), system_accounts=control, types=("BANK",)),
        ContraRule("REVALUATION", ("REVALUATION", "ROUNDING"), system_accounts=control, types=("BANK",)),
    )


def _is_written_off(one: ReconcilingItem) -> bool:
    return one.type in {"FIXED", "NONCURRENT"} and one.balance < 0 and one.amount < 0


def _is_fixed(one: ReconcilingItem) -> bool:
    return one.type in {"FIXED", "NONCURRENT"}


def _on_both_sides(amounts: Sequence[Decimal], depreciation: Decimal) -> bool:
    """One of them may have taken the month's depreciation, too, and more of it than the disposal gave back."""
    return min(amounts) < 0 < max(amounts) + max(depreciation, Decimal(0))
