"""Payroll AU (payroll.xro/1.0): the totals of a pay run are in its list, so no payslip is asked for.

Source: XeroAPI/Xero-OpenAPI, xero-payroll-au.yaml 16.1.0. In its example of the list NetPay is Wages less Deductions
and Tax: a reimbursement is paid out on top.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xero_pipeline.xero.explained.composed_list import ComposedList, objects
from xero_pipeline.xero.explained.pay_run_lines import NOWHERE, Lines, PayItem, PayrollAccount, Sums, amount, only
from xero_pipeline.xero.explained.scopes import PAY_RUNS, PAYROLL_SETTINGS
from xero_pipeline.xero.values import is_object

_ROOT = "payroll.xro/1.0"
_FULL = 100
_TOTALS = ("Wages", "Deductions", "Tax", "Super", "Reimbursement", "NetPay")
_ITEMS = ("EarningsRates", "DeductionTypes", "ReimbursementTypes")
UNEQUAL = "its totals do not add up to its net pay"


def pay_run_headers(answers: ComposedList) -> list[dict[str, Any]]:
    """All pay runs, without their payslips."""
    listed = answers.listed(f"{_ROOT}/PayRuns", "PayRuns", PAY_RUNS, "PayRunID", full=_FULL)
    return [_header(one) for one in listed]


def _header(run: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "PayRunID": run.get("PayRunID"),
        "PayrollCalendarID": run.get("PayrollCalendarID"),
        "Status": run.get("PayRunStatus"),
        "PeriodStartDate": run.get("PayRunPeriodStartDate"),
        "PeriodEndDate": run.get("PayRunPeriodEndDate"),
        "PaymentDate": run.get("PaymentDate"),
        **{name: run.get(name) for name in _TOTALS},
        "UpdatedDateUTC": run.get("UpdatedDateUTC"),
    }


@dataclass(frozen=True, slots=True)
class AustralianAccounts:
    """Which accounts pay runs are on: payroll's own, and those of the pay items."""

    own: Mapping[str, PayrollAccount]
    items: Mapping[str, Sequence[PayrollAccount]]

    @classmethod
    def read(cls, answers: ComposedList) -> AustralianAccounts:
        """Ask for them: two calls, unless there are very many pay items."""
        settings = answers.get(f"{_ROOT}/Settings", PAYROLL_SETTINGS).get("Settings")
        own = objects(settings.get("Accounts")) if is_object(settings) else []
        return cls(
            {str(one.get("Type")): PayrollAccount(one.get("AccountID")) for one in own},
            {
                kind: [PayrollAccount(code=one.get("AccountCode")) for one in found]
                for kind, found in _items(answers).items()
            },
        )

    def of_items(self, kind: str, instead: PayrollAccount = NOWHERE) -> PayrollAccount:
        """The one account that all pay items of a kind are on."""
        return only(self.items[kind]) if self.items[kind] else instead

    def lines(self, run: Mapping[str, Any]) -> Lines:
        """What a pay run posts, and why it cannot be said."""
        wages, deductions, tax, employer, repaid, net = (amount(run.get(name)) for name in _TOTALS)
        if wages - deductions - tax != net:
            return [], UNEQUAL
        sums, own = Sums(), self.own.get
        sums.debit(PayItem("EARNINGS"), self.of_items("EarningsRates", own("WAGESEXPENSE", NOWHERE)), wages)
        sums.debit(PayItem("REIMBURSEMENT"), self.of_items("ReimbursementTypes"), repaid)
        sums.credit(PayItem("DEDUCTION"), self.of_items("DeductionTypes"), deductions)
        sums.credit(PayItem("TAX"), own("PAYGLIABILITY", NOWHERE), tax)
        sums.debit(PayItem("EMPLOYER CONTRIBUTION"), own("SUPERANNUATIONEXPENSE", NOWHERE), employer)
        sums.credit(PayItem("EMPLOYER CONTRIBUTION OWED"), own("SUPERANNUATIONLIABILITY", NOWHERE), employer)
        sums.credit(PayItem("NET PAY"), own("WAGESPAYABLELIABILITY", NOWHERE), net + repaid)
        return sums.posted()


def _items(answers: ComposedList) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {kind: [] for kind in _ITEMS}
    number = 0
    while True:
        number += 1
        items = answers.get(f"{_ROOT}/PayItems", PAYROLL_SETTINGS, {"page": str(number)}).get("PayItems")
        page = {kind: objects(items.get(kind)) if is_object(items) else [] for kind in _ITEMS}
        for kind, listed in page.items():
            found[kind] += listed
        if all(len(listed) < _FULL for listed in page.values()):
            return found
