"""The bank of one organisation: by month over all accounts, by month and account, and what is there now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xero_pipeline.metrics.request import by_month, on_a_day

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from sqlalchemy import Connection

_SUMS = """
select month, sum(received) as received, sum(spent) as spent, sum(closing) as closing
from ({metric}) as m group by month order by month
"""
_ACCOUNTS = "select month, account, closing from ({metric}) as m order by month, position"
_NOW = "select account, closing from ({metric}) as m order by closing desc, account"


@dataclass(frozen=True, slots=True)
class CashMonth:
    """One month over all bank accounts; see `sql/cash_by_month.sql`."""

    month: date
    received: Decimal
    spent: Decimal
    closing: Decimal


@dataclass(frozen=True, slots=True)
class MonthEnd:
    """What was on an account at the end of a month."""

    month: date
    name: str
    balance: Decimal


@dataclass(frozen=True, slots=True)
class BankAccount:
    """What is on an account."""

    name: str
    balance: Decimal


def cash_by_month(connection: Connection, tenant_id: str, since: date, until: date) -> list[CashMonth]:
    """All accounts together, oldest month first."""
    return [CashMonth(*row) for row in by_month(connection, "cash_by_month", _SUMS, tenant_id, since, until)]


def month_ends(connection: Connection, tenant_id: str, since: date, until: date) -> list[MonthEnd]:
    """Every account by itself, oldest month first; as for `cash_by_month`."""
    return [MonthEnd(*row) for row in by_month(connection, "cash_by_month", _ACCOUNTS, tenant_id, since, until)]


def bank_accounts(connection: Connection, tenant_id: str, day: date) -> list[BankAccount]:
    """What is on each account in the month of a day, the most first."""
    return [BankAccount(*row) for row in on_a_day(connection, "cash", _NOW, tenant_id, day)]
