"""Pay items of Payroll NZ and UK, and which of what a pay run holds back and adds is which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xero_simulator.workbench import Record, Workbench


@dataclass(frozen=True, slots=True)
class PayrollCountry:
    """What differs between the countries.

    Args:
        accounts: Payroll's own accounts, by their types.
        taxes: Accounts of what is held back as tax, with Xero's id of the kind of tax.
        orders: Those of what a court or a law has held back; anything else held back is a deduction.
        employer_tax: What the employer adds as tax; anything else added is a contribution.
    """

    payslips: str
    accounts: Sequence[tuple[str, str]]
    taxes: tuple[tuple[str, str], ...]
    orders: tuple[str, ...]
    order_list: str
    order_lines: tuple[str, str]
    benefit_list: str
    benefit_lines: tuple[str, str]
    employer_tax: tuple[str, ...] = ()


_COMMON = (("BANK", "090"), ("WAGESPAYABLE", "814"), ("WAGESEXPENSE", "477"), ("PAYELIABILITY", "825"))
COUNTRIES = {
    "NZ": PayrollCountry(
        "PaySlips",
        _COMMON,
        (("825", "11"),),
        ("816",),
        "statutorydeductions",
        ("statutoryDeductionLines", "statutoryDeductionTypeID"),
        "superannuations",
        ("superannuationLines", "superannuationTypeID"),
    ),
    "GB": PayrollCountry(
        "Payslips",
        (*_COMMON, ("NICLIABILITY", "826"), ("EMPLOYERSNIC", "479"), ("PAYEECONTRIBUTION", "814")),
        (("825", "1"), ("826", "2")),
        ("868",),
        "earningsorders",
        ("courtOrderLines", "courtOrderTypeID"),
        "benefits",
        ("benefitLines", "benefitTypeID"),
        ("479",),
    ),
}


def item_id(bench: Workbench, key: str) -> str:
    """The id of the pay item on an account."""
    return bench.id_of(f"payroll/item/{key}")


def pay_items(bench: Workbench, country: PayrollCountry) -> dict[str, tuple[str, list[Record]]]:
    """The lists of pay items by their paths, each with its wrapper."""
    payroll, chart = bench.country.payroll, bench.tables["Accounts"]

    def named(key: str) -> str:
        return chart[bench.account_id(key)]["Name"]

    taxes = {key for key, _ in country.taxes}
    held = [key for key, _ in payroll.withheld if key not in taxes]
    rates = [
        {
            "earningsRateID": bench.id_of("payroll/regular"),
            "name": "Regular Hours",
            "earningsType": "RegularEarnings",
            "rateType": "RatePerUnit",
            "typeOfUnits": "hours",
            "currentRecord": True,
            "expenseAccountID": bench.account_id("477"),
        }
    ]
    deductions = [
        {
            "deductionId": item_id(bench, key),
            "deductionName": named(key),
            "liabilityAccountId": bench.account_id(key),
            "currentRecord": True,
        }
        for key in held
        if key not in country.orders
    ]
    orders = [
        {
            "id": item_id(bench, key),
            "name": named(key),
            "liabilityAccountId": bench.account_id(key),
            "currentRecord": True,
        }
        for key in held
        if key in country.orders
    ]
    benefits = [
        {
            "id": item_id(bench, owed),
            "name": named(owed),
            "category": "StakeholderPension" if bench.country.code == "GB" else "KiwiSaver",
            "expenseAccountId": bench.account_id(cost),
            "liabilityAccountId": bench.account_id(owed),
            **_calculation(bench.country.code),
            "percentage": 3,
            "currentRecord": True,
        }
        for cost, owed, _ in payroll.added
        if cost not in country.employer_tax
    ]
    return {
        "earningsrates": ("earningsRates", rates),
        "reimbursements": ("reimbursements", []),
        "deductions": ("deductions", deductions),
        country.order_list: ("statutoryDeductions", orders),
        country.benefit_list: ("benefits", benefits),
    }


def _calculation(country: str) -> Record:
    """How a contribution is worked out, by the name that the country has for it."""
    if country == "NZ":
        return {"calculationTypeNZ": "PercentageOfTaxableEarnings"}
    return {"calculationType": "PercentageOfGross"}
