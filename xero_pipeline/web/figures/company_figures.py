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
from xero_pipeline.metrics.cash import BankAccount, CashMonth, bank_accounts, cash_by_month, in_the_bank
from xero_pipeline.metrics.profit import Profit, ProfitMonth, profit_by_month, profit_of
from xero_pipeline.metrics.request import base_currency
from xero_pipeline.metrics.sales import Customer, TopCustomers, top_customers
from xero_pipeline.metrics.trust import TieOut, trust
from xero_pipeline.metrics.year_to_date import YearToDate, year_to_date

if TYPE_CHECKING:
    from xero_pipeline.warehouse.store import Warehouse

CUSTOMERS_SHOWN = 10
ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class OwedColumn:
    """What customers owe that has been due for about as long.

    Args:
        invoices: How many invoices are open.
        unpaid: What is open on them.
        amount: What is owed: that less the credits.
        credits: Credit notes and overpayments not used yet, each by its own day.
    """

    label: str
    invoices: int
    unpaid: Decimal
    amount: Decimal
    credits: Decimal


@dataclass(frozen=True, slots=True)
class Figures:
    """All of it, in the organisation's own currency.

    Args:
        today: The day the receivables stand for.
        since: The first month that there is anything of, within those asked for.
        months: Profit and loss, oldest first.
        profit: That of all these months.
        year: What the financial year has come to, beside last year and the budget; None where nothing has.
        cash: The bank, oldest first.
        accounts: What is on each bank account now.
        in_the_bank: What is on all of them.
        ages: What customers owe, by age: the metric receivables.
        invoices: How many invoices are open, of any age; `unpaid` is what is open on them.
        owed: What customers owe, all in all; `overdue` is what of it is overdue, and `credits` what was taken off.
        prepaid: What customers have paid in advance and is not used yet; no part of what they owe.
        without_rate: How many documents are in no sum, for they are in a foreign currency and have no rate.
        customers_share: What they bought of all that was sold.
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
    profit: Profit
    year: YearToDate | None
    cash: Sequence[CashMonth]
    accounts: Sequence[BankAccount]
    in_the_bank: Decimal
    ageing: Ageing
    ages: Sequence[OwedColumn]
    invoices: int
    unpaid: Decimal
    credits: Decimal
    owed: Decimal
    overdue: Decimal
    prepaid: Decimal
    without_rate: int
    customers: Sequence[Customer]
    customers_share: Decimal
    sold_since: date
    tie_out: TieOut | None
    remark: str
    is_good: bool

    @property
    def months_shown(self) -> int:
        """How many months there are figures of, the current one included."""
        return len(months_between(self.since, self.today))


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
        sold = top_customers(connection, *told, CUSTOMERS_SHOWN) if kept else TopCustomers((), ZERO, None)
        accounts = bank_accounts(connection, tenant_id, today) if kept else []
        owing = owed(connection, "receivables", tenant_id, today, ageing)
        firsts = [one[0].month for one in (profit, cash) if one] + ([sold.since] if sold.since else [])
        return Figures(
            name=name,
            currency=base_currency(connection, tenant_id) or "",
            today=today,
            since=min(firsts, default=since),
            months=profit,
            profit=profit_of(profit),
            year=year_to_date(connection, tenant_id, today) if kept else None,
            cash=cash,
            accounts=accounts,
            in_the_bank=in_the_bank(accounts),
            ageing=ageing,
            ages=[
                OwedColumn(label, age.documents, age.unpaid, age.owed, age.credit)
                for label, age in zip(LABELS[ageing], owing.ages, strict=True)
            ],
            invoices=owing.documents,
            unpaid=owing.unpaid,
            credits=owing.credit,
            owed=owing.owed,
            overdue=owing.overdue,
            prepaid=owing.prepaid,
            without_rate=owing.without_rate,
            customers=sold.customers,
            customers_share=sold.share,
            sold_since=sold.since or since,
            tie_out=stands.tie_out,
            remark=stands.remark,
            is_good=stands.is_good,
        )


def _is_empty(month: CashMonth) -> bool:
    return not (month.received or month.spent or month.closing)
