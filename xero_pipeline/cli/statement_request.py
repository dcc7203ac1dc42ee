"""A statement that somebody asked for on the command line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from xero_pipeline.ledger.cash_basis.lines import Basis


@dataclass(frozen=True, slots=True)
class StatementRequest:
    """A statement that somebody asked for.

    Args:
        name: What it is called on the command line.
        organisation: Whose, as a person named it.
        start: The first day; None where only a day counts.
        end: The last day, or the day.
        json: Whether a program reads it.
        csv: Whether a spreadsheet does.
        basis: Accrual or cash; None where a statement is the same on both.
    """

    name: str
    organisation: str | None
    start: date | None
    end: date
    json: bool
    csv: bool
    basis: Basis | None = None

    @property
    def basis_told(self) -> str:
        """What a title ends with, where the basis is not the usual one."""
        return ", cash basis" if self.basis == "cash" else ""
