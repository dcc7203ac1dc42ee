"""Profit and loss of one organisation by month."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from xero_pipeline.metrics.request import by_month

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from sqlalchemy import Connection

Profit = Literal["profit_and_loss", "profit_on_cash_basis", "budget"]

_SUMS = """
select month, sum(income) as income, sum(cost_of_sales) as cost_of_sales, sum(expenses) as expenses
from ({metric}) as m group by month order by month
"""


@dataclass(frozen=True, slots=True)
class ProfitMonth:
    """One month of profit and loss; see `sql/profit_and_loss.sql`."""

    month: date
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


def profit_by_month(
    connection: Connection, tenant_id: str, since: date, until: date, of: Profit = "profit_and_loss"
) -> list[ProfitMonth]:
    """Profit and loss, oldest month first.

    Args:
        connection: To the warehouse; reading is enough. The ledger has been kept, unless the figures are Xero's.
    """
    return [ProfitMonth(*row) for row in by_month(connection, of, _SUMS, tenant_id, since, until)]
