"""How large the simulated books are, and until which day they go."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from xero_simulator.values.days import add_months, month_start

BOOKS_EDITION = 4
"""Goes up when a seed makes other books than before: what was read of them then is read again from the beginning."""


@dataclass(frozen=True, slots=True)
class Story:
    """What happens in the books besides their business; `story` tells it.

    Args:
        begins: When most of it happened.
        closed_month_changes: When somebody changed a closed month; None while nobody has.
    """

    begins: dt.datetime
    closed_month_changes: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class BooksConfig:
    """The size and the seed of the simulated books.

    The content of a month follows from the seed, the organisation and the month alone, so the books of tomorrow
    hold everything the books of today hold.

    Args:
        today: The last day of the books; nothing is dated after it.
        organisations: How many organisations there are.
        invoices: Sales invoices and bills together, per organisation, over the whole span.
        months: Calendar months of the span, the current one included.
        seed: Any whole number; another number makes other books.
        start: The first month, when it shall not move along with `today`.
        revalues: Reports value what is open in another currency at the rate of their day, as Xero's do.
        story: What happened besides; None for business alone.
    """

    today: dt.date
    organisations: int = 1
    invoices: int = 1200
    months: int = 24
    seed: int = 1
    start: dt.date | None = None
    revalues: bool = True
    story: Story | None = None

    def __post_init__(self) -> None:
        if self.organisations < 1 or self.months < 1 or self.invoices < 0:
            raise ValueError("organisations and months must be at least 1, invoices at least 0")

    @property
    def first_month(self) -> dt.date:
        """The first day of the span."""
        if self.start is not None:
            return month_start(self.start)
        return add_months(month_start(self.today), 1 - self.months)

    def month_starts(self) -> list[dt.date]:
        """The first days of all months of the span, oldest first."""
        first, last = self.first_month, month_start(self.today)
        count = (last.year - first.year) * 12 + last.month - first.month + 1
        return [add_months(first, number) for number in range(count)]

    def invoices_in(self, month: dt.date) -> int:
        """How many invoices and bills are dated in one whole month.

        The remainder of the division is spread over the calendar by the month's absolute number, so that a month
        keeps its count when the span moves on.
        """
        number = month.year * 12 + month.month
        return self.invoices * (number + 1) // self.months - self.invoices * number // self.months
