"""Which statement is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from xero_pipeline.ledger.cash_basis.lines import Basis


@dataclass(frozen=True, slots=True)
class StatementRequest:
    """A statement that somebody wants.

    Args:
        name: One of `catalogue.STATEMENTS`.
        start: The first day; None where only a day counts.
        end: The last day, or the day.
        basis: Accrual or cash; None where a statement is the same on both.
        compare: What stands beside it, as in `ledger.statements.columns.COMPARISONS`.
        by: A column for each month, quarter or option of the tracking category named.
        account: Of a general ledger the only account, by code, name or id.
        contact: Of aged documents the only contact, by id.
        budget: Of budgets the only one, by id or name.
        most: Of an account's general ledger how many journal lines are read; its sums are of all.
        known_on: The day on whose evening its figures were known; None for what is known now.
    """

    name: str
    start: date | None
    end: date
    basis: Basis | None = None
    compare: tuple[str, ...] = ()
    by: str | None = None
    account: str | None = None
    contact: str | None = None
    budget: str | None = None
    most: int | None = None
    known_on: date | None = None

    @property
    def first(self) -> date:
        """The first day, or the day."""
        return self.start or self.end
