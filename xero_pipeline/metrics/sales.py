"""Sales of one organisation by customer."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from xero_pipeline.metrics.request import by_month

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy import Connection

_SUMS = """
select max(contact) as name, min(month) as since, sum(sales) as amount
from ({metric}) as m group by contact_id order by sum(sales) desc, max(contact), contact_id
"""
_ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody who bought; see `sql/sales.sql`.

    Args:
        since: The first month in which anything was invoiced or credited.
    """

    name: str
    since: date
    amount: Decimal
    share: Decimal


@dataclass(frozen=True, slots=True)
class TopCustomers:
    """Those who bought most.

    Args:
        share: What they bought together, of all sales.
        since: The first month in which anybody bought; None where nobody did.
    """

    customers: Sequence[Customer]
    share: Decimal
    since: date | None


def top_customers(connection: Connection, tenant_id: str, since: date, until: date, most: int) -> TopCustomers:
    """So many customers, who bought most first; one whose credits are as much as what was invoiced bought nothing."""
    everybody = sales_by_customer(connection, tenant_id, since, until)
    top = [one for one in everybody if one.amount > 0][:most]
    share = sum((one.share for one in top), Decimal(0))
    return TopCustomers(top, share, min((one.since for one in everybody), default=None))


def sales_by_customer(connection: Connection, tenant_id: str, since: date, until: date) -> list[Customer]:
    """All customers, who bought most first."""
    rows = by_month(connection, "sales", _SUMS, tenant_id, since, until)
    everything = sum((amount for _, _, amount in rows), _ZERO)
    return [Customer(name, first, amount, amount / everything if everything else _ZERO) for name, first, amount in rows]
