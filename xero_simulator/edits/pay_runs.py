"""What people do with pay runs while somebody reads them."""

from __future__ import annotations

import datetime as dt

from xero_simulator.books.money.pay_runs import WRAPPER, post_pay_run, unpost_pay_run
from xero_simulator.company import Company
from xero_simulator.edits.working_copy import EditRefused
from xero_simulator.workbench import Record


def raise_wage(company: Company, day: dt.date, cents: int, at: dt.datetime) -> None:
    """Revert the pay run of a day to a draft, pay one employee more, and post it again."""
    run = _pay_run(company, day)
    unpost_pay_run(company.bench, run)
    run["Slips"][0]["Gross"] += cents
    post_pay_run(company.bench, run)
    _mark(company, run, at)


def revert(company: Company, day: dt.date, at: dt.datetime) -> None:
    """Revert the pay run of a day to a draft."""
    run = _pay_run(company, day)
    unpost_pay_run(company.bench, run)
    _mark(company, run, at)


def _pay_run(company: Company, day: dt.date) -> Record:
    for run in company.bench.tables.get(WRAPPER, {}).values():
        if run["Day"] == day:
            return run
    raise EditRefused(f"Nobody is paid on {day}")


def _mark(company: Company, run: Record, at: dt.datetime) -> None:
    run["Changed"] = int(at.timestamp() * 1000)
    company.revision += 1
