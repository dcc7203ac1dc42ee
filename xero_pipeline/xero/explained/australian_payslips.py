"""Payslips of Payroll AU, for pay runs whose pay items are on several accounts: each is added up and forgotten.

Source: XeroAPI/Xero-OpenAPI, xero-payroll-au.yaml 16.1.0. A line of earnings has units and a rate, or a fixed
amount; what it comes to is rounded to the cent here. Sums are believed only if they come to the pay run's totals.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from xero_pipeline.xero.explained.composed_list import ZERO, ComposedList, amount_of, objects
from xero_pipeline.xero.explained.pay_run_lines import NOWHERE, PayItem, PayrollAccount, Sums
from xero_pipeline.xero.explained.scopes import PAY_RUNS, PAYSLIPS
from xero_pipeline.xero.values import is_object

_ROOT = "payroll.xro/1.0"
_EARNED = ("EarningsLines", "LeaveEarningsLines", "TimesheetEarningsLines")
_CENT = Decimal("0.01")

ItemAccounts = Mapping[str, tuple[str, PayrollAccount]]
"""Name and account of pay items, by their ids."""


def read_payslips(asked: ComposedList, run: Mapping[str, Any], items: ItemAccounts) -> Sums:
    """What the payslips of a pay run come to, but for its net pay: a call for the pay run and one for each employee.

    Raises:
        XeroPipelineError: As `XeroClient.get`.
    """
    sums = Sums()
    found = objects(asked.get(f"{_ROOT}/PayRuns/{run['PayRunID']}", PAY_RUNS).get("PayRuns"))
    for summary in objects(found[0].get("Payslips") if found else None):
        slip = asked.get(f"{_ROOT}/Payslip/{summary.get('PayslipID')}", PAYSLIPS).get("Payslip")
        if is_object(slip):
            _add(sums, slip, items)
    return sums


def _add(sums: Sums, slip: Mapping[str, Any], items: ItemAccounts) -> None:
    for listed in _EARNED:
        for line in objects(slip.get(listed)):
            item, account = _item("EARNINGS", line.get("EarningsRateID"), items)
            sums.debit(item, account, _earned(line))
    for line in objects(slip.get("ReimbursementLines")):
        item, account = _item("REIMBURSEMENT", line.get("ReimbursementTypeID"), items)
        sums.debit(item, _coded(line.get("ExpenseAccount")) or account, amount_of(line.get("Amount")))
    for line in objects(slip.get("DeductionLines")):
        item, account = _item("DEDUCTION", line.get("DeductionTypeID"), items)
        sums.credit(item, account, amount_of(line.get("Amount")))
    for line in objects(slip.get("TaxLines")):
        sums.credit(PayItem("TAX"), _coded(line.get("LiabilityAccount")) or NOWHERE, amount_of(line.get("Amount")))
    for line in objects(slip.get("SuperannuationLines")):
        paid = amount_of(line.get("Amount"))
        sums.debit(PayItem("EMPLOYER CONTRIBUTION"), _coded(line.get("ExpenseAccountCode")) or NOWHERE, paid)
        owed = _coded(line.get("LiabilityAccountCode")) or NOWHERE
        sums.credit(PayItem("EMPLOYER CONTRIBUTION OWED"), owed, paid)


def _item(kind: str, item_id: object, items: ItemAccounts) -> tuple[PayItem, PayrollAccount]:
    name, account = items.get(str(item_id), (None, NOWHERE))
    return PayItem(kind, str(item_id), name), account


def _earned(line: Mapping[str, Any]) -> Decimal:
    told = amount_of(line.get("Amount")) or amount_of(line.get("FixedAmount"))
    worked = amount_of(line.get("RatePerUnit")) * amount_of(line.get("NumberOfUnits"))
    return told or worked.quantize(_CENT, ROUND_HALF_UP) or ZERO


def _coded(code: object) -> PayrollAccount | None:
    return PayrollAccount(code=code) if isinstance(code, str) and code else None
