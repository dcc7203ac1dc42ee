"""What each statement is of: a range or the close of a day, and whether it differs by basis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StatementKind:
    """What a statement is of.

    Args:
        of_a_day: The close of a day; else a range.
        with_basis: It differs between accrual and cash basis.
    """

    of_a_day: bool = False
    with_basis: bool = False


_RANGE, _DAY = StatementKind(), StatementKind(of_a_day=True)

STATEMENT_KINDS: Mapping[str, StatementKind] = {
    "trial-balance": StatementKind(with_basis=True),
    "profit-and-loss": StatementKind(with_basis=True),
    "balance-sheet": StatementKind(of_a_day=True, with_basis=True),
    "bank-summary": _RANGE,
    "general-ledger": StatementKind(with_basis=True),
    "aged-receivables": _DAY,
    "aged-receivables-documents": _DAY,
    "aged-payables": _DAY,
    "aged-payables-documents": _DAY,
    "cash": _RANGE,
    "cash-flow": _RANGE,
    "budget": _RANGE,
}
"""By the names of `catalogue.STATEMENTS`."""
