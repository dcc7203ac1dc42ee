"""Profit and loss of one organisation by month."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from xero_pipeline.metrics.request import by_month

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from sqlalchemy import Connection

ProfitMetric = Literal["profit_and_loss", "profit_on_cash_basis", "budget"]

_SUMS = """
select sum(income) as income, sum(cost_of_sales) as cost_of_sales, sum(expenses) as expenses, month
from ({metric}) as m group by month order by month
"""


@dataclass(frozen=True, slots=True)
class Profit:
    """What was earned and spent; see `sql/profit_and_loss.sql`."""

    income: Decimal
    cost_of_sales: Decimal
    expenses: Decimal

    @property
    def costs(self) -> Decimal:
        """All that was spent."""
        return self.cost_of_sales + self.expenses

    @property
    def net_profit(self) -> Decimal:
        """What is left."""
        return self.income - self.costs

    @property
    def gross_margin(self) -> Decimal | None:
        """What is left of income after cost of sales, as a share of it; None without income."""
        return (self.income - self.cost_of_sales) / self.income if self.income > 0 else None

    @property
    def net_margin(self) -> Decimal | None:
        """What is left of income after all costs, as a share of it; None without income."""
        return self.net_profit / self.income if self.income > 0 else None


@dataclass(frozen=True, slots=True)
class ProfitMonth(Profit):
    """That of one month."""

    month: date


def profit_by_month(
    connection: Connection, tenant_id: str, since: date, until: date, of: ProfitMetric = "profit_and_loss"
) -> list[ProfitMonth]:
    """Profit and loss, oldest month first.

    Args:
        connection: To the warehouse; reading is enough. The ledger has been kept, unless the figures are Xero's.
    """
    return [ProfitMonth(*row) for row in by_month(connection, of, _SUMS, tenant_id, since, until)]


def profit_of(months: Iterable[Profit]) -> Profit:
    """That of some months together."""
    every = list(months)
    kinds = ([one.income for one in every], [one.cost_of_sales for one in every], [one.expenses for one in every])
    return Profit(*(sum(amounts, Decimal("0.00")) for amounts in kinds))
