"""Receivables and payables of one organisation on one day, by age."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from xero_pipeline.ageing import AGES, overdue_of
from xero_pipeline.metrics.request import on_a_day

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy import Connection

    from xero_pipeline.ageing import Ageing

Owing = Literal["receivables", "payables"]
_ZERO = Decimal("0.00")
_SUMS = """
select age, sum(documents) as documents, coalesce(sum(unpaid), 0) as unpaid, coalesce(sum(credit), 0) as credit,
    coalesce(sum(owed), 0) as owed, sum(case when owed is null then 1 else 0 end) as without_rate
from ({metric}) as m group by age
"""
_PREPAID = "select side, coalesce(sum(prepaid), 0) from ({metric}) as m group by side"


@dataclass(frozen=True, slots=True)
class Age:
    """What has been due for about as long; see `sql/receivables.sql`.

    Args:
        documents: How many invoices, or bills, are open.
        unpaid: What is open on them.
        credit: Credit notes and overpayments not used yet, each by its own due date.
        without_rate: How many documents are in no sum, for they are in a foreign currency and have no rate.
    """

    documents: int = 0
    unpaid: Decimal = _ZERO
    credit: Decimal = _ZERO
    owed: Decimal = _ZERO
    without_rate: int = 0


@dataclass(frozen=True, slots=True)
class Owed:
    """What is owed at the close of a day.

    Args:
        ages: `AGES` of them, what is not due first.
        prepaid: What was paid in advance and not used yet; no part of what is owed.
    """

    ages: Sequence[Age]
    prepaid: Decimal

    @property
    def owed(self) -> Decimal:
        """All of it."""
        return sum((age.owed for age in self.ages), _ZERO)

    @property
    def documents(self) -> int:
        """How many invoices, or bills, are open."""
        return sum(age.documents for age in self.ages)

    @property
    def unpaid(self) -> Decimal:
        """What is open on them."""
        return sum((age.unpaid for age in self.ages), _ZERO)

    @property
    def credit(self) -> Decimal:
        """What is not used yet of credit notes and overpayments."""
        return sum((age.credit for age in self.ages), _ZERO)

    @property
    def without_rate(self) -> int:
        """How many documents are in no sum."""
        return sum(age.without_rate for age in self.ages)

    @property
    def overdue(self) -> Decimal:
        """What of it was due before the day."""
        return overdue_of([age.owed for age in self.ages])


def owed(connection: Connection, side: Owing, tenant_id: str, day: date, ageing: Ageing = "days") -> Owed:
    """What customers owe, or what is owed to suppliers.

    Args:
        connection: To the warehouse; reading is enough.
    """
    found = {
        age: Age(int(documents), unpaid, credit, owed, int(missing))
        for age, documents, unpaid, credit, owed, missing in on_a_day(connection, side, _SUMS, tenant_id, day, ageing)
    }
    prepaid = dict(on_a_day(connection, "prepayments", _PREPAID, tenant_id, day))
    return Owed(tuple(found.get(place, Age()) for place in range(AGES)), prepaid.get(side, _ZERO))
