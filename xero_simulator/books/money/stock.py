"""Goods that are tracked as inventory: the first stock, and stock takes, which no document shows.

What sales cost is posted with each sale (`double_entry.postings`), and no document shows that either.
"""

from __future__ import annotations

import datetime as dt

from xero_simulator.books.lines import Part, tax_way
from xero_simulator.books.money.bank_transactions import BankMovement
from xero_simulator.books.money.banking import move
from xero_simulator.books.money.hidden_postings import post
from xero_simulator.books.plan import MonthPlan
from xero_simulator.values.amounts import money
from xero_simulator.workbench import Workbench


def write_first_stock(bench: Workbench) -> None:
    """Buy the goods with which the books begin."""
    if bench.habits.inventory:
        day = bench.config.first_month + dt.timedelta(days=2)
        head = BankMovement("stock/first", "SPEND", "090", day, bench.id_of("contact/supplier/3"), "First stock")
        move(bench, head, Part(6_000_000, "630", "First stock"), tax_way(bench, "Exclusive", "purchases"))


def write_stock_take(bench: Workbench, plan: MonthPlan) -> None:
    """Count the goods on the 25th; something is always missing."""
    if bench.habits.inventory:
        missing = money(bench.random(plan.month, "stock take").randint(700, 9_000))
        name = f"stock/take/{plan.month:%Y-%m}"
        post(bench, name, plan.month.replace(day=25), {"429": missing, "630": -missing})
