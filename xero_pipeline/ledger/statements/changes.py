"""What changed against another column: by how much, by which share, and whether that is good for the profit."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from xero_pipeline.ledger.statements.chart import ZERO
from xero_pipeline.ledger.statements.lines import GROSS_PROFIT, NET_PROFIT
from xero_pipeline.ledger.statements.sections import COST_OF_SALES, INCOME, OPERATING, OTHER_INCOME

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xero_pipeline.ledger.statements.lines import Line

Effect = Literal["Favourable", "Unfavourable"]
"""Whether more profit comes of a change, or less."""

MOST = Decimal(10)
"""A share as large as this says nothing that the amount does not say better."""
_GOOD: Mapping[str, int] = {
    INCOME.title: 1,
    OTHER_INCOME.title: 1,
    COST_OF_SALES.title: -1,
    OPERATING.title: -1,
}
"""Whether more of a section is good for the profit; other statements' sections are neither."""


@dataclass(frozen=True, slots=True)
class Change:
    """How the first column differs from another.

    Args:
        share: Of 1; None where it would say nothing sensible.
        effect: None where nothing changed, or where it is neither good nor bad, as in a balance sheet.
    """

    amount: Decimal
    share: Decimal | None
    effect: Effect | None


def change_of(line: Line, place: int) -> Change:
    """How the first column of a line differs from another one.

    Args:
        place: Of the other column.
    """
    base = line.amounts[place]
    amount = line.amounts[0] - base
    return Change(amount, share_of(amount, base), effect_of(line.section, line.account_name, amount))


def share_of(change: Decimal, base: Decimal) -> Decimal | None:
    """A change as a share of what was before.

    Of nothing there is no share, of a negative amount the sign would say the opposite of what people read, and of
    very little it is a number of many digits.
    """
    if base <= ZERO:
        return None
    share = round(change / base, 6)
    return share if abs(share) < MOST else None


def effect_of(section: str, name: str, change: Decimal) -> Effect | None:
    """Whether a change of a line is good for the profit.

    Args:
        section: The heading of the line.
        name: Of the line, where no heading says what it is.
    """
    good = _GOOD.get(section, 1 if not section and name in (GROSS_PROFIT, NET_PROFIT) else 0) * change
    return None if not good else "Favourable" if good > 0 else "Unfavourable"
