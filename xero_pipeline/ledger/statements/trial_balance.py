"""The trial balance of any day: what every account moved, and where it stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from xero_pipeline.calendar import month_start
from xero_pipeline.ledger.statements.balances import AccountBalance, account_balances
from xero_pipeline.ledger.statements.chart import ZERO, chart_of
from xero_pipeline.ledger.statements.entity import entity_of
from xero_pipeline.ledger.statements.periods import Period

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Connection

    from xero_pipeline.ledger.cash_basis.lines import Basis

_ORDER = ("REVENUE", "EXPENSE", "ASSET", "LIABILITY", "EQUITY", "")
_DEBIT_CLASSES = frozenset({"EXPENSE", "ASSET"})


@dataclass(frozen=True, slots=True)
class TrialBalanceLine:
    """One account, as in `ledger.trial_balance`.

    Args:
        account_code: Its code, if it has one.
        account_class: REVENUE, EXPENSE, ASSET, LIABILITY or EQUITY; empty where the chart does not know it.
        debit: Movement of the period, if it is a debit.
        credit: Movement, if it is a credit.
        ytd_debit: Balance, if it is a debit: of income and expenses that of the financial year.
        ytd_credit: Balance, if it is a credit.
        movement: Movement of the period, debit positive.
        balance: Balance, debit positive.
    """

    account_id: str
    account_code: str | None
    account_name: str
    account_class: str
    debit: Decimal
    credit: Decimal
    ytd_debit: Decimal
    ytd_credit: Decimal
    movement: Decimal
    balance: Decimal


def trial_balance(
    connection: Connection, tenant_id: str, day: date, start: date | None = None, *, basis: Basis = "accrual"
) -> tuple[TrialBalanceLine, ...]:
    """The trial balance at the close of a day.

    Args:
        connection: To the warehouse; reading is enough.
        start: Since when movements count; the first day of the month by default, as Xero does.
        basis: When income and expenses count.

    Raises:
        ConfigurationError: The warehouse does not know the organisation.
    """
    entity, period = entity_of(connection, tenant_id), Period(start or month_start(day), day)
    return of_balances(
        account_balances(connection, entity, chart_of(connection, tenant_id), [period], basis=basis)[period]
    )


def of_balances(found: Iterable[AccountBalance]) -> tuple[TrialBalanceLine, ...]:
    """The trial balance that sums make; what neither moved nor stands at anything is left out."""
    return tuple(_line(one) for one in in_order(found) if one.movement or one.balance or one.active)


def in_order(found: Iterable[AccountBalance]) -> list[AccountBalance]:
    """The accounts by class, then by name."""
    return sorted(found, key=_place)


def _place(one: AccountBalance) -> tuple[int, str, str]:
    account = one.account
    order = _ORDER.index(account.account_class) if account.account_class in _ORDER else len(_ORDER)
    return order, account.name, account.account_id


def _line(one: AccountBalance) -> TrialBalanceLine:
    account = one.account
    return TrialBalanceLine(
        account.account_id,
        account.code,
        account.name,
        account.account_class,
        max(ZERO, one.movement),
        max(ZERO, -one.movement),
        max(ZERO, one.balance),
        max(ZERO, -one.balance),
        one.movement,
        one.balance,
    )
