"""The figures of one organisation, read from the warehouse in one go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import dropwhile
from typing import TYPE_CHECKING

from xero_pipeline.ageing import LABELS, Ageing
from xero_pipeline.calendar import first_of_months, months_between
from xero_pipeline.metrics.aged_balances import owed
from xero_pipeline.metrics.cash import BankAccount, CashMonth, bank_accounts, cash_by_month
from xero_pipeline.metrics.profit import ProfitMonth, profit_by_month
from xero_pipeline.metrics.request import base_currency
from xero_pipeline.metrics.sales import Customer, sales_by_customer
from xero_pipeline.metrics.trust import TieOut, trust

if TYPE_CHECKING:
    from xero_pipeline.warehouse.store import Warehouse

CUSTOMERS_SHOWN = 10
ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class OwedColumn:
    """What customers owe that has been due for about as long.

    Args:
        invoices: How many invoices are open.
        amount: What is owed: what is open on them, less the credits.
        credits: Credit notes and overpayments not used yet, each by its own day.
    """

    label: str
    invoices: int
    amount: Decimal
    credits: Decimal

    @property
    def due(self) -> Decimal:
        """What is open on the invoices."""
        return self.amount + self.credits


@dataclass(frozen=True, slots=True)
class Figures:
    """All of it, in the organisation's own currency.

    Args:
        today: The day the receivables stand for.
        since: The first month that there is anything of, within those asked for.
        months: Profit and loss, oldest first.
        cash: The bank, oldest first.
        accounts: What is on each bank account now.
        ages: What customers owe, by age: the metric receivables.
        prepaid: What customers have paid in advance and is not used yet; no part of what they owe.
        without_rate: How many documents are in no sum, for they are in a foreign currency and have no rate.
        sold_since: The first month in which anybody bought.
        tie_out: Whether our figures agree with Xero's; None where that is not computed.
        remark: What there is to say of the figures of the ledger; empty where there is nothing.
        is_good: Whether they can be taken as they are all the same.
    """

    name: str
    currency: str
    today: date
    since: date
    months: Sequence[ProfitMonth]
    cash: Sequence[CashMonth]
    accounts: Sequence[BankAccount]
    ageing: Ageing
    ages: Sequence[OwedColumn]
    prepaid: Decimal
    without_rate: int
    customers: Sequence[Customer]
    sold_since: date
    tie_out: TieOut | None
    remark: str
    is_good: bool

    @property
    def months_shown(self) -> int:
        """How many months there are figures of, the current one included."""
        return len(months_between(self.since, self.today))

    @property
    def owed(self) -> Decimal:
        """What customers owe, all in all: invoices less credits."""
        return sum((age.amount for age in self.ages), ZERO)

    @property
    def overdue(self) -> Decimal:
        """What of it is overdue: invoices less the credits that are as old."""
        return sum((age.amount for age in self.ages[1:]), ZERO)

    @property
    def credits(self) -> Decimal:
        """What customers have paid or been credited already, not set against an invoice yet."""
        return sum((age.credits for age in self.ages), ZERO)

    @property
    def in_the_bank(self) -> Decimal:
        """What is on the bank accounts now."""
        return sum((one.balance for one in self.accounts), ZERO)


def read_figures(
    warehouse: Warehouse, tenant_id: str, name: str, today: date, months: int, ageing: Ageing = "days"
) -> Figures:
    """Read them all.

    Args:
        name: What to call it.
        today: The day the receivables stand for.
        months: How many months to show, the current one included.

    Raises:
        WarehouseBusy: Another process held the file all the time.
    """
    since = first_of_months(months, today)
    told = (tenant_id, since, today)
    with warehouse.reading() as connection:
        stands = trust(connection, tenant_id)
        kept = stands.is_kept
        profit = profit_by_month(connection, *told) if kept else []
        cash = list(dropwhile(_is_empty, cash_by_month(connection, *told))) if kept else []
        sold = sales_by_customer(connection, *told) if kept else []
        owing = owed(connection, "receivables", tenant_id, today, ageing)
        sold_since = min((one.since for one in sold), default=since)
        firsts = [one[0].month for one in (profit, cash) if one] + ([sold_since] if sold else [])
        return Figures(
            name=name,
            currency=base_currency(connection, tenant_id) or "",
            today=today,
            since=min(firsts, default=since),
            months=profit,
            cash=cash,
            accounts=bank_accounts(connection, tenant_id, today) if kept else [],
            ageing=ageing,
            ages=[
                OwedColumn(label, age.documents, age.owed, age.credit)
                for label, age in zip(LABELS[ageing], owing.ages, strict=True)
            ],
            prepaid=owing.prepaid,
            without_rate=sum(age.without_rate for age in owing.ages),
            customers=[one for one in sold if one.amount > 0][:CUSTOMERS_SHOWN],
            sold_since=sold_since,
            tie_out=stands.tie_out,
            remark=stands.remark,
            is_good=stands.is_good,
        )


def _is_empty(month: CashMonth) -> bool:
    return not (month.received or month.spent or month.closing)
