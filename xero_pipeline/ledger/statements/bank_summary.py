"""The bank summary of any range: what was there, came in, went out and was left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from xero_pipeline.ledger.statements.balances import AccountBalance, account_balances
from xero_pipeline.ledger.statements.chart import ZERO, Account, ChartOfAccounts, chart_of
from xero_pipeline.ledger.statements.entity import entity_of
from xero_pipeline.ledger.statements.periods import Period

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Connection

BANK = "BANK"


@dataclass(frozen=True, slots=True)
class BankLine:
    """One bank account, as in `ledger.bank_summary`; amounts in base currency, at the rates of the days money moved.

    Args:
        position: Place in the summary, counted from 1.
        opening_balance: Balance before the first day.
        closing_balance: Balance after the last day.
    """

    position: int
    account_id: str
    account_name: str
    opening_balance: Decimal
    cash_received: Decimal
    cash_spent: Decimal
    closing_balance: Decimal


def bank_summary(connection: Connection, tenant_id: str, start: date, end: date) -> tuple[BankLine, ...]:
    """The bank accounts over a range.

    Args:
        connection: To the warehouse; reading is enough.

    Raises:
        ConfigurationError: The warehouse does not know the organisation.
    """
    entity, period = entity_of(connection, tenant_id), Period(start, end)
    chart = chart_of(connection, tenant_id)
    return of_balances(chart, account_balances(connection, entity, chart, [period])[period])


def of_balances(chart: ChartOfAccounts, found: Iterable[AccountBalance]) -> tuple[BankLine, ...]:
    """The summary that sums of a period make; accounts out of use are left out while nothing is on them."""
    known = {one.account.account_id: one for one in found}
    rows = [known.get(bank.account_id) or _untouched(bank) for bank in chart.of_type(BANK)]
    told = [one for one in rows if one.account.status == "ACTIVE" or one.active or one.opening]
    ordered = sorted(told, key=lambda one: (one.account.name, one.account.account_id))
    return tuple(
        BankLine(
            place,
            one.account.account_id,
            one.account.name,
            one.opening - one.revalued_before,
            one.debits,
            one.debits - (one.movement - one.revalued),
            one.balance - one.revalued_before - one.revalued,
        )
        for place, one in enumerate(ordered, start=1)
    )


def _untouched(account: Account) -> AccountBalance:
    return AccountBalance(account, ZERO, ZERO, ZERO, ZERO, active=False)
