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
        compare: What may stand beside it.
        parts: Into which parts its period may be divided.
        by_tracking: It may be divided by the options of a tracking category.
        of: The page under whose name it stands, if not its own.
    """

    label: str
    compare: Sequence[Comparison] = ()
    parts: Sequence[Part] = ()
    by_tracking: bool = False
    of: str = ""


STATEMENT_PAGES: Mapping[str, StatementOptions] = {
    "profit-and-loss": StatementOptions("Profit and loss", compare=COMPARISONS, parts=PARTS, by_tracking=True),
    "balance-sheet": StatementOptions(
        "Balance sheet",
        compare=[one for one in COMPARISONS if one != "year-to-date"],
        parts=PARTS,
    ),
    "trial-balance": StatementOptions("Trial balance"),
    "cash-flow": StatementOptions("Cash flow"),
    "bank-summary": StatementOptions("Bank summary"),
    "aged-receivables": StatementOptions("Aged receivables"),
    "aged-receivables-documents": StatementOptions("Aged receivables", of="aged-receivables"),
    "aged-payables": StatementOptions("Aged payables"),
    "aged-payables-documents": StatementOptions("Aged payables", of="aged-payables"),
    "budget": StatementOptions("Budget"),
    "general-ledger": StatementOptions("General ledger"),
}
"""By the names of `files.catalogue`, in the order of the tabs."""
