"""Wages: weekly pay runs, the money leaving the bank, and the accrual at month end.

An organisation with Xero's payroll has no document of a pay run: Xero posts it (`pay_runs`), with what the country
holds back and has the employer add. Elsewhere a manual journal says so.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from xero_simulator.books.country import Payroll
from xero_simulator.books.lines import Part, TaxWay
from xero_simulator.books.money.bank_transactions import BankMovement
from xero_simulator.books.money.banking import move
from xero_simulator.books.money.journals import JournalLine, write_journal
from xero_simulator.books.money.pay_runs import write_pay_run
from xero_simulator.books.plan import MonthPlan, plan_month
from xero_simulator.values.days import add_months
from xero_simulator.workbench import Workbench

_PAYDAY = 4
"""Fridays."""
_BY_HAND = Payroll(withheld=(("825", 220),))
"""What is held back where somebody writes the journals."""


@dataclass(frozen=True, slots=True)
class PayRun:
    """One week's wages.

    Args:
        day: The payday.
        wages: Cents earned in this month.
        accrued: Cents earned in the month before and accrued there.
        payroll: What is held back and added.
    """

    day: dt.date
    wages: int
    accrued: int
    payroll: Payroll

    @property
    def gross(self) -> int:
        """Cents earned by those who are paid."""
        return self.wages + self.accrued

    @property
    def withheld(self) -> dict[str, int]:
        """Cents held back, by the key of the account that owes them."""
        return {key: self.gross * share // 1000 for key, share in self.payroll.withheld}

    @property
    def added(self) -> list[tuple[str, str, int]]:
        """What the employer adds: keys of expense and liability, and cents."""
        return [(cost, owed, self.gross * share // 1000) for cost, owed, share in self.payroll.added]

    @property
    def net(self) -> int:
        """Cents that leave the bank on payday."""
        return self.gross - sum(self.withheld.values())


def earned(plan: MonthPlan, day: dt.date) -> int:
    """Wages of the month earned up to the evening of a day, in cents."""
    return plan.wages * day.day // plan.last.day


def pay_runs(bench: Workbench, plan: MonthPlan) -> list[PayRun]:
    """The pay runs of a month, one each Friday, whether their day has come or not."""
    accrued = 0
    if plan.month > bench.config.first_month:
        accrued = month_end_accrual(plan_month(bench, add_months(plan.month, -1)))
    payroll = bench.country.payroll if bench.habits.payroll else _BY_HAND
    runs: list[PayRun] = []
    paid = 0
    for number in range(plan.last.day):
        day = plan.month + dt.timedelta(days=number)
        if day.weekday() == _PAYDAY:
            runs.append(PayRun(day, earned(plan, day) - paid, accrued, payroll))
            paid, accrued = earned(plan, day), 0
    return runs


def month_end_accrual(plan: MonthPlan) -> int:
    """Wages earned after the last payday of a month, in cents."""
    last_payday = plan.last - dt.timedelta(days=(plan.last.weekday() - _PAYDAY) % 7)
    return plan.wages - earned(plan, last_payday)


def write_wages(bench: Workbench, plan: MonthPlan) -> None:
    """Write a month's pay runs, its accrual, and what last month's pay runs owe to others."""
    untaxed = TaxWay("NoTax", bench.country.no_tax, 0)
    for run in pay_runs(bench, plan):
        if bench.habits.payroll:
            _post_run(bench, run)
        else:
            _write_run(bench, run)
        head = BankMovement(
            f"paid/{run.day}", "SPEND", "090", run.day, bench.id_of("contact/other/Staff Payroll"), "Wages"
        )
        move(bench, head, Part(run.net, "814", "Net wages"), untaxed)
    _accrue(bench, plan)
    _pay_liabilities(bench, plan, untaxed)


def _write_run(bench: Workbench, run: PayRun) -> None:
    """A pay run as somebody writes it down."""
    held = [JournalLine(key, -amount, "Tax held back") for key, amount in run.withheld.items()]
    lines = [JournalLine("477", run.wages, "Gross wages"), *held]
    if run.accrued:
        lines.append(JournalLine("805", run.accrued, "Accrued last month"))
    lines.append(JournalLine("814", -run.net, "To be paid"))
    write_journal(bench, f"payrun/{run.day}", f"Pay run {run.day:%d %b %Y}", run.day, lines)


def _post_run(bench: Workbench, run: PayRun) -> None:
    """A pay run as Xero posts it; what was accrued is reversed by a manual journal."""
    write_pay_run(bench, run.day, run.gross, list(run.withheld.items()), run.added)
    if run.accrued:
        lines = [JournalLine("477", -run.accrued, "Paid now"), JournalLine("805", run.accrued, "Accrued last month")]
        name = f"wages-reversal/{run.day}"
        write_journal(bench, name, f"Reversal: Wages accrual {run.day:%b %Y}", run.day, lines)


def _accrue(bench: Workbench, plan: MonthPlan) -> None:
    rest = month_end_accrual(plan)
    if rest:
        lines = [JournalLine("477", rest, "Wages earned, not yet paid"), JournalLine("805", -rest, "Wages accrued")]
        write_journal(bench, f"wages-accrual/{plan.month:%Y-%m}", f"Wages accrual {plan.month:%b %Y}", plan.last, lines)


def _pay_liabilities(bench: Workbench, plan: MonthPlan, untaxed: TaxWay) -> None:
    """Pay what the pay runs of the month before held back and added."""
    if plan.month <= bench.config.first_month:
        return
    due: dict[str, int] = {}
    for run in pay_runs(bench, plan_month(bench, add_months(plan.month, -1))):
        for key, amount in (*run.withheld.items(), *((owed, amount) for _, owed, amount in run.added)):
            due[key] = due.get(key, 0) + amount
    office, day = bench.id_of("contact/other/Tax Office"), plan.month.replace(day=20)
    for key, amount in due.items():
        name = f"payroll-tax/{plan.month:%Y-%m}" if key == "825" else f"payroll-{key}/{plan.month:%Y-%m}"
        move(
            bench,
            BankMovement(name, "SPEND", "090", day, office, "Payroll tax"),
            Part(amount, key, "Payroll tax"),
            untaxed,
        )
