"""Writing an organisation's books from a seed: first the lists, then month after month."""

from __future__ import annotations

import datetime as dt

from xero_simulator.books.lists.budgets import add_budgets
from xero_simulator.books.lists.chart import add_accounts
from xero_simulator.books.lists.contacts import add_contacts, touch_some
from xero_simulator.books.lists.items import add_items
from xero_simulator.books.lists.settings import add_settings
from xero_simulator.books.money.advances import write_advances
from xero_simulator.books.money.assets import write_assets, write_website
from xero_simulator.books.money.banking import (
    delete_a_transfer,
    write_cash,
    write_foundation,
    write_running,
    write_transfers,
)
from xero_simulator.books.money.journals import write_month_end
from xero_simulator.books.money.payroll import write_wages
from xero_simulator.books.money.stock import write_first_stock, write_stock_take
from xero_simulator.books.plan import MonthPlan, plan_month
from xero_simulator.books.trade.batches import delete_a_payment, write_batch
from xero_simulator.books.trade.credits import write_credit_notes
from xero_simulator.books.trade.orders import write_purchase_orders, write_quotes
from xero_simulator.books.trade.purchases import CASH_SHARE as CASH_COSTS
from xero_simulator.books.trade.purchases import direct_bills, write_bills
from xero_simulator.books.trade.repeating_invoices import add_repeating, write_linked
from xero_simulator.books.trade.sales import CASH_SHARE as CASH_SALES
from xero_simulator.books.trade.sales import counting_sales, settle, write_sales
from xero_simulator.config import BooksConfig
from xero_simulator.workbench import Workbench


def write_books(config: BooksConfig, index: int) -> Workbench:
    """Write all records of one organisation.

    Returns:
        The workbench with all records.
    """
    bench = Workbench.empty(config, index)
    add_accounts(bench)
    add_settings(bench)
    add_contacts(bench)
    add_items(bench)
    add_repeating(bench)
    add_budgets(bench)
    write_foundation(bench)
    write_website(bench)
    write_first_stock(bench)
    delete_a_transfer(bench)
    for month in config.month_starts():
        _write_month(bench, month)
    return bench


def _write_month(bench: Workbench, month: dt.date) -> None:
    """Write everything that belongs to one month, its payments in later months included."""
    plan = plan_month(bench, month)
    _write_trade(bench, plan)
    write_cash(
        bench,
        plan,
        income=plan.income * CASH_SALES // 1000 if counting_sales(plan) else plan.income,
        cost=plan.cost_of_sales * CASH_COSTS // 1000 if direct_bills(plan) else plan.cost_of_sales,
    )
    write_running(bench, plan)
    write_transfers(bench, plan)
    write_wages(bench, plan)
    write_month_end(bench, plan)
    write_assets(bench, plan)
    write_stock_take(bench, plan)
    write_quotes(bench, plan)
    write_purchase_orders(bench, plan)
    touch_some(bench, month)


def _write_trade(bench: Workbench, plan: MonthPlan) -> None:
    """Invoices and bills, their credits, and how they are paid."""
    sales, bills = write_sales(bench, plan), write_bills(bench, plan)
    if not bench.habits.bare_lists:
        write_linked(bench, plan, sales, bills)
    write_credit_notes(bench, plan, "ACCRECCREDIT", sales)
    write_credit_notes(bench, plan, "ACCPAYCREDIT", bills)
    write_advances(bench, plan, "RECEIVE", sales)
    write_advances(bench, plan, "SPEND", bills)
    if not bench.habits.bare_lists:
        write_batch(bench, plan, "RECBATCH", sales)
        write_batch(bench, plan, "PAYBATCH", bills)
    delete_a_payment(bench, sales)
    for written in (*sales.written.values(), *bills.written.values()):
        settle(bench, written)
