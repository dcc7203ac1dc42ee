"""Payroll NZ and UK (payroll.xro/2.0): a list of pay runs says their cost and net pay, and only payslips the rest.

Payslips are read only where somebody chose that; each is added to the sums of its pay run and forgotten.

Source: XeroAPI/Xero-OpenAPI, xero-payroll-nz.yaml and xero-payroll-uk.yaml 16.1.0. What they do not say is assumed:
the cost of a pay run is all that it charges to expenses; the sums are believed only if they come to the cost and the
net pay that Xero says. An employer's tax in New Zealand (ESCT) comes out of the contribution or on top of it: whichever
comes to that cost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from xero_pipeline.xero.explained.composed_list import ZERO, ComposedList, amount_of, objects
from xero_pipeline.xero.explained.pay_run_lines import NOWHERE, Lines, PayItem, PayrollAccount, Sums
from xero_pipeline.xero.explained.scopes import PAY_RUNS, PAYROLL_SETTINGS, PAYSLIPS
from xero_pipeline.xero.values import is_object

_ROOT = "payroll.xro/2.0"
_HEADER = {
    "PayRunID": "payRunID",
    "PayrollCalendarID": "payrollCalendarID",
    "PeriodStartDate": "periodStartDate",
    "PeriodEndDate": "periodEndDate",
    "PaymentDate": "paymentDate",
    "PayRunType": "payRunType",
    "CalendarType": "calendarType",
    "TotalCost": "totalCost",
    "TotalPay": "totalPay",
    "PostedDateTime": "postedDateTime",
}
NOT_CHOSEN = "only its payslips say which accounts it is on: XERO_EXPLAIN=payslips reads them and keeps the sums alone"
UNEQUAL = "what its payslips come to is not the cost and the net pay that Xero says it has"
EARNINGS, REPAID, ADDED = "EARNINGS", "REIMBURSEMENT", "EMPLOYER CONTRIBUTION"
ADDED_TAX, TAX, HELD, OWED = "EMPLOYER TAX", "TAX", "DEDUCTION", "EMPLOYER CONTRIBUTION OWED"


@dataclass(frozen=True, slots=True)
class _PayItems:
    """Where a country lists a kind of pay items, and what they say of accounts."""

    path: str
    wrapper: str
    key: str
    name: str
    debit: str = ""
    credit: str = ""


_COMMON = (
    _PayItems("EarningsRates", "earningsRates", "earningsRateID", "name", debit="expenseAccountID"),
    _PayItems("Reimbursements", "reimbursements", "reimbursementID", "name", debit="accountID"),
    _PayItems("Deductions", "deductions", "deductionId", "deductionName", credit="liabilityAccountId"),
)
_BY_COUNTRY = {
    "NZ": (
        _PayItems("StatutoryDeductions", "statutoryDeductions", "id", "name", credit="liabilityAccountId"),
        _PayItems("Superannuations", "benefits", "id", "name", "expenseAccountId", "liabilityAccountId"),
    ),
    "UK": (
        _PayItems("EarningsOrders", "statutoryDeductions", "id", "name", credit="liabilityAccountId"),
        _PayItems("Benefits", "benefits", "id", "name", "expenseAccountId", "liabilityAccountId"),
    ),
}
_LISTS = (
    ("earningsLines", "earningsRateID", EARNINGS),
    ("leaveEarningsLines", "earningsRateID", EARNINGS),
    ("timesheetEarningsLines", "earningsRateID", EARNINGS),
    ("reimbursementLines", "reimbursementTypeID", REPAID),
    ("deductionLines", "deductionTypeID", HELD),
    ("statutoryDeductionLines", "statutoryDeductionTypeID", HELD),
    ("courtOrderLines", "courtOrderTypeID", HELD),
    ("superannuationLines", "superannuationTypeID", ADDED),
    ("benefitLines", "benefitTypeID", ADDED),
)
_UK_NATIONAL_INSURANCE = "2"
"""What the UK's payslips call the employee's national insurance; PAYE is 1, the employer's 3 (their example)."""


def pay_run_headers(answers: ComposedList) -> list[dict[str, Any]]:
    """All pay runs, without their payslips."""
    return [
        {ours: run.get(theirs) for ours, theirs in _HEADER.items()}
        | {"Status": str(run.get("payRunStatus") or "").upper() or None}
        for run in answers.listed(f"{_ROOT}/PayRuns", "payRuns", PAY_RUNS, "payRunID")
    ]


@dataclass(frozen=True, slots=True)
class PayItemAccounts:
    """Which accounts pay runs are on: payroll's own, and those of the pay items by their ids."""

    country: Literal["NZ", "UK"]
    own: Mapping[str, PayrollAccount]
    names: Mapping[str, str]
    debit: Mapping[str, PayrollAccount]
    credit: Mapping[str, PayrollAccount]

    @classmethod
    def read(cls, answers: ComposedList, country: Literal["NZ", "UK"]) -> PayItemAccounts:
        """Ask for them: six calls."""
        settings = answers.get(f"{_ROOT}/Settings", PAYROLL_SETTINGS).get("settings")
        own = objects(settings.get("accounts")) if is_object(settings) else []
        names: dict[str, str] = {}
        sides: dict[str, dict[str, PayrollAccount]] = {"debit": {}, "credit": {}}
        for items in (*_COMMON, *_BY_COUNTRY[country]):
            for one in answers.listed(f"{_ROOT}/{items.path}", items.wrapper, PAYROLL_SETTINGS, items.key):
                name = str(one.get(items.key))
                names[name] = str(one.get(items.name) or "")
                for side, account in (("debit", items.debit), ("credit", items.credit)):
                    if account:
                        sides[side][name] = PayrollAccount(one.get(account))
        mine = {str(one.get("type")): PayrollAccount(one.get("accountID")) for one in own}
        return cls(country, mine, names, sides["debit"], sides["credit"])

    def lines(self, answers: ComposedList, run: Mapping[str, Any]) -> Lines:
        """What a pay run posts, from its payslips: a call for each hundred employees. Or why it cannot be said."""
        adding = _PaySlips(self)
        path = f"{_ROOT}/{'PaySlips' if self.country == 'NZ' else 'Payslips'}"
        for slip in answers.listed(path, "paySlips", PAYSLIPS, "paySlipID", {"PayRunID": str(run["PayRunID"])}):
            adding.add(slip)
        return adding.lines(amount_of(run.get("TotalCost")), amount_of(run.get("TotalPay")))

    def tax(self, line: Mapping[str, Any]) -> PayrollAccount:
        """Where what is held back for the tax office is owed."""
        insurance = self.country == "UK" and str(line.get("globalTaxTypeID")) == _UK_NATIONAL_INSURANCE
        return self.own.get("NICLIABILITY" if insurance else "PAYELIABILITY", NOWHERE)

    @property
    def wages(self) -> PayrollAccount:
        """Where wages are charged."""
        return self.own.get("WAGESEXPENSE", NOWHERE)


class _PaySlips:
    """The payslips of one pay run, each added to its sums and forgotten."""

    def __init__(self, accounts: PayItemAccounts) -> None:
        self._accounts = accounts
        self._sums = Sums()
        self._contribution_tax: dict[str, Decimal] = {}

    def add(self, slip: Mapping[str, Any]) -> None:
        """Add one payslip; nothing else of it is kept."""
        added = [
            self._add(listed, key, kind, line) for listed, key, kind in _LISTS for line in objects(slip.get(listed))
        ]
        for line in objects(slip.get("employeeTaxLines")):
            self._sums.credit(PayItem(TAX), self._accounts.tax(line), amount_of(line.get("amount")))
        tax = sum((amount_of(line.get("amount")) for line in objects(slip.get("employerTaxLines"))), ZERO)
        if self._accounts.country == "UK":
            self._sums.debit(PayItem(ADDED_TAX), self._accounts.own.get("EMPLOYERSNIC", NOWHERE), tax)
            self._sums.credit(PayItem(TAX), self._accounts.own.get("NICLIABILITY", NOWHERE), tax)
        elif tax:
            contributions = [name for name in added if name]
            of = contributions[0] if len(contributions) == 1 else ""
            self._contribution_tax[of] = self._contribution_tax.get(of, ZERO) + tax

    def _add(self, listed: str, key: str, kind: str, line: Mapping[str, Any]) -> str:
        """Add a line; returns the pay item of an employer's contribution, and nothing for any other."""
        name, paid, known = str(line.get(key)), amount_of(line.get("amount")), self._accounts
        item = PayItem(kind, name, known.names.get(name))
        if kind == HELD:
            self._sums.credit(item, known.credit.get(name, NOWHERE), paid)
            return ""
        # Leave may be paid by a rate that is not listed: it is on the account for wages then.
        instead = known.wages if listed == "leaveEarningsLines" else NOWHERE
        self._sums.debit(item, known.debit.get(name, instead), paid)
        if kind != ADDED:
            return ""
        self._sums.credit(item._replace(kind=OWED), known.credit.get(name, NOWHERE), paid)
        return name

    def lines(self, cost: Decimal, pay: Decimal) -> Lines:
        """The sums as lines, if they come to what Xero says.

        Args:
            cost: What the pay run costs, by its list.
            pay: What is paid out, likewise.
        """
        sums, repaid = self._sums, self._sums.total(REPAID)
        told = sums.total(EARNINGS, ADDED, ADDED_TAX)
        self._take_contribution_tax(on_top=cost not in (told, told + repaid))
        told = sums.total(EARNINGS, ADDED, ADDED_TAX)
        net = told + repaid + sums.total(HELD, TAX, OWED)
        sums.credit(PayItem("NET PAY"), self._accounts.own.get("WAGESPAYABLE", NOWHERE), net)
        agrees = cost in (told, told + repaid) and pay in (net, net - repaid)
        return sums.posted() if agrees else ([], UNEQUAL)

    def _take_contribution_tax(self, *, on_top: bool) -> None:
        """New Zealand's tax on an employer's contribution: owed to the tax office, and as much less to the fund."""
        known = self._accounts
        for name, tax in self._contribution_tax.items():
            item = PayItem(ADDED_TAX if on_top else OWED, name, known.names.get(name))
            self._sums.debit(item, (known.debit if on_top else known.credit).get(name, NOWHERE), tax)
            self._sums.credit(PayItem(TAX), known.own.get("PAYELIABILITY", NOWHERE), tax)
