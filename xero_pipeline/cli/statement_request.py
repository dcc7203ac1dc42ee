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
        known_on: The day on whose evening its figures were known; None for what is known now.
    """

    name: str
    organisation: str | None
    start: date | None
    end: date
    json: bool
    csv: bool
    basis: Basis | None = None
    known_on: date | None = None

    @property
    def told(self) -> str:
        """What a title ends with, where basis and knowledge are not the usual ones."""
        basis = ", cash basis" if self.basis == "cash" else ""
        return f"{basis}, as known on {self.known_on}" if self.known_on else basis

    @property
    def facts(self) -> dict[str, object]:
        """The same for programs."""
        told = {"basis": self.basis, "known_on": self.known_on}
        return {name: value for name, value in told.items() if value is not None}
