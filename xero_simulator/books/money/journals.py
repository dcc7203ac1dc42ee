"""Manual journals: accruals and their reversals, depreciation, a draft and a voided one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from xero_simulator.attachments.written import has_files
from xero_simulator.books.lists.settings import tracking_of
from xero_simulator.books.plan import MonthPlan
from xero_simulator.books.trade.settlement import stamp
from xero_simulator.values.amounts import ZERO, money
from xero_simulator.values.days import add_months, event_ms, wire_day, wire_ms
from xero_simulator.workbench import Record, Workbench


@dataclass(frozen=True, slots=True)
class JournalLine:
    """One line of a manual journal.

    Args:
        code: Key of the account; see `Workbench.account_id`.
        amount: Cents, debit positive.
    """

    code: str
    amount: int
    text: str


def write_journal(
    bench: Workbench,
    name: str,
    narration: str,
    day: dt.date,
    lines: Sequence[JournalLine],
    status: str = "POSTED",
    *,
    on_cash_basis: bool = True,
) -> Record | None:
    """Write a manual journal without tax, if its day has come.

    Args:
        lines: Its lines; their sum is zero.
        status: POSTED or DRAFT.
        on_cash_basis: Whether reports on cash basis show it.
    """
    if day > bench.today:
        return None
    key = bench.id_of(f"journal/{name}")
    record: Record = {
        "ManualJournalID": key,
        "Date": wire_day(day),
        "Status": status,
        "LineAmountTypes": "NoTax",
        "UpdatedDateUTC": wire_ms(event_ms(day, key)),
        "Narration": narration,
        "JournalLines": [_line(bench, line) for line in lines],
        "ShowOnCashBasisReports": on_cash_basis,
        "HasAttachments": has_files(key),
    }
    return bench.add("ManualJournals", key, record)


def _line(bench: Workbench, line: JournalLine) -> Record:
    return {
        "Description": line.text,
        "TaxType": bench.country.no_tax,
        "LineAmount": money(line.amount),
        "TaxAmount": ZERO,
        "AccountCode": bench.code(line.code),
        "AccountID": bench.account_id(line.code),
        "Tracking": tracking_of(bench, 0) if line.code == "477" else [],
        "IsBlank": False,
    }


def write_month_end(bench: Workbench, plan: MonthPlan) -> None:
    """Write depreciation, an accrual reversed on the next first, a draft and a voided journal."""
    stem = f"{plan.month:%Y-%m}"
    chance = bench.random(plan.month, "journals")
    if not bench.habits.assets:  # otherwise Xero posts it (`assets`)
        worn = [JournalLine("416", 60_000, "Depreciation"), JournalLine("711", -60_000, "Depreciation")]
        write_journal(bench, f"depreciation/{stem}", f"Depreciation {plan.month:%b %Y}", plan.last, worn)
    fee = chance.randint(40_000, 90_000)
    accrual = [JournalLine("412", fee, "Audit fee accrued"), JournalLine("805", -fee, "Audit fee accrued")]
    title = f"Accruals {plan.month:%b %Y}"
    write_journal(bench, f"accrual/{stem}", title, plan.last, accrual, on_cash_basis=False)
    reversal = [JournalLine(line.code, -line.amount, line.text) for line in accrual]
    next_month = add_months(plan.month, 1)
    write_journal(bench, f"reversal/{stem}", f"Reversal: {title}", next_month, reversal, on_cash_basis=False)
    odd = [JournalLine("453", 12_300, "To be checked"), JournalLine("805", -12_300, "To be checked")]
    middle = plan.month.replace(day=14)
    if plan.month.month % 2:
        write_journal(bench, f"draft/{stem}", "To be checked", middle, odd, "DRAFT")
        return
    voided = write_journal(bench, f"voided/{stem}", "Wrong month", middle, odd)
    if voided is not None and middle + dt.timedelta(days=2) <= bench.today:
        voided["Status"] = "VOIDED"
        stamp(voided, event_ms(middle + dt.timedelta(days=2), voided["ManualJournalID"]))
