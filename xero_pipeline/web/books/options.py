"""Which statements have a page, and what can be chosen on each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xero_pipeline.ledger.statements.columns import COMPARISONS, PARTS

if TYPE_CHECKING:
    from xero_pipeline.ledger.statements.columns import Comparison, Part


@dataclass(frozen=True, slots=True)
class StatementOptions:
    """What can be chosen on the page of a statement.

    Args:
        label: What it is called.
        of_a_day: It is of the close of a day, not of a range.
        with_basis: It differs between accrual and cash basis.
        compare: What may stand beside it.
        parts: Into which parts its period may be divided.
        by_tracking: It may be divided by the options of a tracking category.
        of: The page under whose name it stands, if not its own.
    """

    label: str
    of_a_day: bool = False
    with_basis: bool = False
    compare: Sequence[Comparison] = ()
    parts: Sequence[Part] = ()
    by_tracking: bool = False
    of: str = ""


STATEMENT_PAGES: Mapping[str, StatementOptions] = {
    "profit-and-loss": StatementOptions(
        "Profit and loss", with_basis=True, compare=COMPARISONS, parts=PARTS, by_tracking=True
    ),
    "balance-sheet": StatementOptions(
        "Balance sheet",
        of_a_day=True,
        with_basis=True,
        compare=[one for one in COMPARISONS if one != "year-to-date"],
        parts=PARTS,
    ),
    "trial-balance": StatementOptions("Trial balance", with_basis=True),
    "cash-flow": StatementOptions("Cash flow"),
    "bank-summary": StatementOptions("Bank summary"),
    "aged-receivables": StatementOptions("Aged receivables", of_a_day=True),
    "aged-receivables-documents": StatementOptions("Aged receivables", of_a_day=True, of="aged-receivables"),
    "aged-payables": StatementOptions("Aged payables", of_a_day=True),
    "aged-payables-documents": StatementOptions("Aged payables", of_a_day=True, of="aged-payables"),
    "budget": StatementOptions("Budget"),
    "general-ledger": StatementOptions("General ledger", with_basis=True),
}
"""By the names of `files.catalogue`, in the order of the tabs."""
