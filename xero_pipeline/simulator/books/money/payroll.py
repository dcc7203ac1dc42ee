"""Wages: weekly pay runs as manual journals, the money leaving the bank, and the accrual at month end."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from xero_pipeline.simulator.books.lines import Part, TaxWay
from xero_pipeline.simulator.books.money.bank_transactions import Movement
from xero_pipeline.simulator.books.money.banking import move
from xero_pipeline.simulator.books.money.journals import JournalLine, write_journal
from xero_pipeline.simulator.books.plan import MonthPlan, plan_month
from xero_pipeline.simulator.values.days import add_months
from xero_pipeline.simulator.workbench import Workbench

_PAYDAY = 4
"""Fridays."""


@dataclass(frozen=True, slots=True)
class PayRun:
    """One week's wages.

    Args:
        day: The payday.
        wages: Cents earned in this month.
        accrued: Cents earned in the month before and accrued there.
    """

    day: dt.date
    wages: int
    accrued: int

    @property
    def tax(self) -> int:
        """Cents held back for the tax office."""
        return (self.wages + self.accrued) * 22 // 100


def earned(plan: MonthPlan, day: dt.date) -> int:
    """Wages of the month earned up to the evening of a day, in cents."""
    return plan.wages * day.day // plan.last.day


def pay_runs(bench: Workbench, plan: MonthPlan) -> list[PayRun]:
    """The pay runs of a month, one each Friday, whether their day has come or not."""
    accrued = 0
    if plan.month > bench.config.first_month:
        accrued = month_end_accrual(plan_month(bench, add_months(plan.month, -1)))
    runs: list[PayRun] = []
    paid = 0
    for number in range(plan.last.day):
        day = plan.month + dt.timedelta(days=number)
        if day.weekday() == _PAYDAY:
            runs.append(PayRun(day, earned(plan, day) - paid, accrued))
            paid, accrued = earned(plan, day), 0
    return runs


def month_end_accrual(plan: MonthPlan) -> int:
    """Wages earned after the last payday of a month, in cents."""
    last_payday = plan.last - dt.timedelta(days=(plan.last.weekday() - _PAYDAY) % 7)
    return plan.wages - earned(plan, last_payday)


def write_wages(bench: Workbench, plan: MonthPlan) -> None:
    """Write a month's pay runs, its accrual, and last month's payroll tax.

    Args:
        bench: The organisation's workbench.
        plan: The month's aims.
    """
    untaxed = TaxWay("NoTax", bench.country.no_tax, 0)
    for run in pay_runs(bench, plan):
        gross = run.wages + run.accrued
        lines = [JournalLine("477", run.wages, "Gross wages"), JournalLine("825", -run.tax, "Tax held back")]
        if run.accrued:
            lines.append(JournalLine("805", run.accrued, "Accrued last month"))
        lines.append(JournalLine("814", run.tax - gross, "To be paid"))
        write_journal(bench, f"payrun/{run.day}", f"Pay run {run.day:%d %b %Y}", run.day, lines)
        head = Movement(f"paid/{run.day}", "SPEND", "090", run.day, bench.id_of("contact/other/Staff Payroll"), "Wages")
        move(bench, head, Part(gross - run.tax, "814", "Net wages"), untaxed)
    _accrue(bench, plan)
    _pay_tax(bench, plan, untaxed)


def _accrue(bench: Workbench, plan: MonthPlan) -> None:
    rest = month_end_accrual(plan)
    if rest:
        lines = [JournalLine("477", rest, "Wages earned, not yet paid"), JournalLine("805", -rest, "Wages accrued")]
        write_journal(bench, f"wages-accrual/{plan.month:%Y-%m}", f"Wages accrual {plan.month:%b %Y}", plan.last, lines)


def _pay_tax(bench: Workbench, plan: MonthPlan, untaxed: TaxWay) -> None:
    if plan.month <= bench.config.first_month:
        return
    due = sum(run.tax for run in pay_runs(bench, plan_month(bench, add_months(plan.month, -1))))
    office = bench.id_of("contact/other/Tax Office")
    head = Movement(
        f"payroll-tax/{plan.month:%Y-%m}", "SPEND", "090", plan.month.replace(day=20), office, "Payroll tax"
    )
    move(bench, head, Part(due, "825", "Payroll tax"), untaxed)
