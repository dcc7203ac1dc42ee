"""Payroll AU (payroll.xro/1.0): the list has a pay run's totals; payslips are needed where accounts differ.

Source: XeroAPI/Xero-OpenAPI, xero-payroll-au.yaml 16.1.0. In its example of the list NetPay is Wages less
Deductions and Tax: a reimbursement is paid out on top.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from xero_pipeline.xero.explained.australian_payslips import ItemAccounts, read_payslips
from xero_pipeline.xero.explained.composed_list import ComposedList, amount_of, objects
from xero_pipeline.xero.explained.pay_run_lines import NOWHERE, Lines, PayItem, PayrollAccount, Sums, only
from xero_pipeline.xero.explained.scopes import PAY_RUNS, PAYROLL_SETTINGS
from xero_pipeline.xero.values import is_object

_ROOT = "payroll.xro/1.0"
_FULL = 100
_TOTALS = ("Wages", "Deductions", "Tax", "Super", "Reimbursement", "NetPay")
_ITEMS = {
    "EarningsRates": "EarningsRateID",
    "DeductionTypes": "DeductionTypeID",
    "ReimbursementTypes": "ReimbursementTypeID",
}
"""Lists of pay items, with the ids in them."""
UNEQUAL = "its totals do not add up to its net pay"
UNEQUAL_PAYSLIPS = "what its payslips come to is not the totals that Xero says it has"


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
    items: Mapping[str, ItemAccounts]

    @classmethod
    def read(cls, answers: ComposedList) -> AustralianAccounts:
        """Ask for them: two calls, unless there are very many pay items."""
        settings = answers.get(f"{_ROOT}/Settings", PAYROLL_SETTINGS).get("Settings")
        own = objects(settings.get("Accounts")) if is_object(settings) else []
        return cls({str(one.get("Type")): PayrollAccount(one.get("AccountID")) for one in own}, _items(answers))

    def of_items(self, kind: str, instead: PayrollAccount = NOWHERE) -> PayrollAccount:
        """The one account that all pay items of a kind are on."""
        return only(account for _, account in self.items[kind].values()) if self.items[kind] else instead

    def lines(self, run: Mapping[str, Any]) -> Lines:
        """What a pay run posts, and why it cannot be said."""
        wages, deductions, tax, employer, repaid, net = (amount_of(run.get(name)) for name in _TOTALS)
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

    def lines_of_payslips(self, answers: ComposedList, run: Mapping[str, Any]) -> Lines:
        """The same from payslips, which say of each amount what it is for; only if they come to the totals."""
        sums = read_payslips(
            answers, run, {name: one for listed in self.items.values() for name, one in listed.items()}
        )
        wages, deductions, tax, employer, repaid, net = (amount_of(run.get(name)) for name in _TOTALS)
        for kinds, total in (
            (("EARNINGS",), wages),
            (("REIMBURSEMENT",), repaid),
            (("DEDUCTION",), -deductions),
            (("TAX",), -tax),
            (("EMPLOYER CONTRIBUTION",), employer),
        ):
            if sums.total(*kinds) != total:
                return [], UNEQUAL_PAYSLIPS
        sums.credit(PayItem("NET PAY"), self.own.get("WAGESPAYABLELIABILITY", NOWHERE), net + repaid)
        return sums.posted()


def _items(answers: ComposedList) -> dict[str, ItemAccounts]:
    found: dict[str, dict[str, tuple[str, PayrollAccount]]] = {kind: {} for kind in _ITEMS}
    number = 0
    while True:
        number += 1
        items = answers.get(f"{_ROOT}/PayItems", PAYROLL_SETTINGS, {"page": str(number)}).get("PayItems")
        page = {kind: objects(items.get(kind)) if is_object(items) else [] for kind in _ITEMS}
        for kind, listed in page.items():
            for place, one in enumerate(listed):
                name = str(one.get(_ITEMS[kind]) or f"{number}/{place}")
                found[kind][name] = (str(one.get("Name") or ""), PayrollAccount(code=one.get("AccountCode")))
        if all(len(listed) < _FULL for listed in page.values()):
            return dict(found)
