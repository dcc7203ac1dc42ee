"""The bank of one organisation: by month over all accounts, by month and account, and what is there now."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from xero_pipeline.metrics.request import by_month, on_a_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from sqlalchemy import Connection

_SUMS = """
select month, sum(received) as received, sum(spent) as spent, sum(closing) as closing
from ({metric}) as m group by month order by month
"""
_ACCOUNTS = "select month, account, closing from ({metric}) as m order by month, position"
OTHERS = "Others"
_NOW = "select account, closing from ({metric}) as m order by closing desc, account"


@dataclass(frozen=True, slots=True)
class CashMonth:
    """One month over all bank accounts; see `sql/cash_by_month.sql`."""

    month: date
    received: Decimal
    spent: Decimal
    closing: Decimal


@dataclass(frozen=True, slots=True)
class BankAccount:
    """What is on an account."""

    name: str
    balance: Decimal


def cash_by_month(connection: Connection, tenant_id: str, since: date, until: date) -> list[CashMonth]:
    """All accounts together, oldest month first."""
    return [CashMonth(*row) for row in by_month(connection, "cash_by_month", _SUMS, tenant_id, since, until)]


def month_ends(
    connection: Connection, tenant_id: str, since: date, until: date, most: int
) -> tuple[Sequence[date], Mapping[str, Sequence[Decimal | None]]]:
    """What was on every account at the end of each month, the account with the largest balance first.

    Args:
        connection: As for `cash_by_month`.
        most: So many rows of figures; where there are more accounts, the smallest share the last.

    Returns:
        The months, and by name of the account a balance for each of them; None where it had none.
    """
    rows = by_month(connection, "cash_by_month", _ACCOUNTS, tenant_id, since, until)
    months = sorted({month for month, _, _ in rows})
    largest: dict[str, Decimal] = {}
    for _, name, balance in rows:
        largest[name] = max(largest.get(name, Decimal(0)), abs(balance))
    order = sorted(largest, key=lambda name: -largest[name])
    own = order if len(order) <= most else order[: most - 1]
    found: dict[str, list[Decimal | None]] = {
        name: [None] * len(months) for name in (*own, *([OTHERS] if own != order else []))
    }
    for month, account, balance in rows:
        name, place = account if account in own else OTHERS, months.index(month)
        found[name][place] = (found[name][place] or Decimal(0)) + balance
    return months, found


def in_the_bank(accounts: Iterable[BankAccount]) -> Decimal:
    """What is on some accounts together."""
    return sum((one.balance for one in accounts), Decimal("0.00"))


def bank_accounts(connection: Connection, tenant_id: str, day: date) -> list[BankAccount]:
    """What is on each account in the month of a day, the most first."""
    return [BankAccount(*row) for row in on_a_day(connection, "cash", _NOW, tenant_id, day)]
