"""Payroll AU: envelopes and dates as in the Accounting API, totals on every pay run, a hundred records a page."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from xero_simulator.books.money.pay_runs import EMPLOYEES, WRAPPER, net_of
from xero_simulator.messages import Request, Response
from xero_simulator.values.amounts import ZERO, money
from xero_simulator.values.days import wire_day, wire_ms
from xero_simulator.wire import PROVIDER, json_answer, not_found
from xero_simulator.workbench import Record, Workbench

_PAGE = 100
_ACCOUNTS = (
    ("BANK", "090"),
    ("WAGESPAYABLELIABILITY", "814"),
    ("PAYGLIABILITY", "825"),
    ("SUPERANNUATIONEXPENSE", "478"),
    ("SUPERANNUATIONLIABILITY", "826"),
    ("WAGESEXPENSE", "477"),
)


def answer(bench: Workbench, path: str, request: Request, now: float) -> Response:
    """Answer one request.

    Raises:
        Refused: There is no such thing.
    """
    head, _, key = path.partition("/")
    runs: list[Record] = bench.pile(WRAPPER)
    match head.lower():
        case "payruns" if key:
            return _envelope(now, "PayRuns", [_whole(bench, one) for one in runs if one["Key"] == key] or _missing())
        case "payruns":
            number = int(request.query.get("page", "1"))
            page = runs[(number - 1) * _PAGE : number * _PAGE]
            return _envelope(now, "PayRuns", [_run(bench, one) for one in page])
        case "payslip":
            return _envelope(now, "Payslip", _slip(bench, runs, key))
        case "settings":
            return _envelope(now, "Settings", _settings(bench))
        case "payitems":
            return _envelope(now, "PayItems", _pay_items(bench))
        case _:
            raise not_found()


def _missing() -> Sequence[Record]:
    raise not_found()


def _envelope(now: float, wrapper: str, found: object) -> Response:
    head = {
        "Id": str(uuid.uuid4()),
        "Status": "OK",
        "ProviderName": PROVIDER,
        "DateTimeUTC": f"/Date({int(now * 1000)})/",
    }
    return json_answer(200, {**head, wrapper: found})


def _run(bench: Workbench, run: Record) -> Record:
    slips = run["Slips"]
    wages, tax = (sum(of(slip) for slip in slips) for of in (lambda one: one["Gross"], _tax))
    return {
        "PayRunID": run["Key"],
        "PayrollCalendarID": bench.id_of("payroll/calendar"),
        "PayRunPeriodStartDate": wire_day(run["Day"] - dt.timedelta(days=6)),
        "PayRunPeriodEndDate": wire_day(run["Day"]),
        "PaymentDate": wire_day(run["Day"]),
        "Wages": money(wages),
        "Deductions": ZERO,
        "Tax": money(tax),
        "Super": money(sum(sum(slip["Added"].values()) for slip in slips)),
        "Reimbursement": ZERO,
        "NetPay": money(wages - tax),
        "PayRunStatus": "POSTED" if run["Posted"] else "DRAFT",
        "UpdatedDateUTC": wire_ms(run["Changed"]),
    }


def _whole(bench: Workbench, run: Record) -> Record:
    return {**_run(bench, run), "Payslips": [_summary(bench, run, slip) for slip in run["Slips"]]}


def _summary(bench: Workbench, run: Record, slip: Record) -> Record:
    first, last, _ = EMPLOYEES[slip["Employee"]]
    return {
        "EmployeeID": bench.id_of(f"employee/{slip['Employee']}"),
        "PayslipID": bench.id_of(f"{run['Name']}/slip/{slip['Employee']}"),
        "FirstName": first,
        "LastName": last,
        "Wages": money(slip["Gross"]),
        "Deductions": ZERO,
        "Tax": money(_tax(slip)),
        "Super": money(sum(slip["Added"].values())),
        "Reimbursements": ZERO,
        "NetPay": money(net_of(slip)),
        "UpdatedDateUTC": wire_ms(run["Changed"]),
    }


def _tax(slip: Record) -> int:
    return sum(slip["Withheld"].values())


def _slip(bench: Workbench, runs: Sequence[Record], key: str) -> Record:
    for run in runs:
        for slip in run["Slips"]:
            summary = _summary(bench, run, slip)
            if summary["PayslipID"] == key:
                return {
                    **summary,
                    "EarningsLines": [
                        {
                            "EarningsRateID": bench.id_of("payroll/ordinary"),
                            "RatePerUnit": money(slip["Gross"]),
                            "NumberOfUnits": 1,
                        }
                    ],
                    "SuperannuationLines": [
                        {
                            "ContributionType": "SGC",
                            "ExpenseAccountCode": bench.code(cost),
                            "LiabilityAccountCode": bench.code(owed),
                            "Amount": money(cents),
                        }
                        for (cost, owed), cents in slip["Added"].items()
                    ],
                    "TaxLines": [
                        {"TaxTypeName": "PAYG Tax", "Amount": money(cents), "LiabilityAccount": bench.code(account)}
                        for account, cents in slip["Withheld"].items()
                    ],
                }
    raise not_found()


def _settings(bench: Workbench) -> Record:
    chart = bench.tables["Accounts"]
    accounts = [
        {
            "AccountID": bench.account_id(key),
            "Type": kind,
            "Code": bench.code(key),
            "Name": chart[bench.account_id(key)]["Name"],
        }
        for kind, key in _ACCOUNTS
    ]
    return {"Accounts": accounts, "DaysInPayrollYear": 364, "EmployeesAreSTP2": True}


def _pay_items(bench: Workbench) -> Record:
    updated = {"UpdatedDateUTC": bench.founded("payroll/items"), "CurrentRecord": True}
    rates = [
        {
            "EarningsRateID": bench.id_of(f"payroll/{name}"),
            "Name": shown,
            "EarningsType": kind,
            "RateType": "RATEPERUNIT",
            "AccountCode": bench.code("477"),
            "TypeOfUnits": "Hours",
            "IsExemptFromTax": False,
            "IsExemptFromSuper": kind != "ORDINARYTIMEEARNINGS",
            "IsReportableAsW1": True,
            "IsQualifyingEarnings": True,
            **updated,
        }
        for name, shown, kind in (
            ("ordinary", "Ordinary Hours", "ORDINARYTIMEEARNINGS"),
            ("overtime", "Overtime Hours (exempt from super)", "OVERTIMEEARNINGS"),
        )
    ]
    return {"EarningsRates": rates, "DeductionTypes": [], "LeaveTypes": [], "ReimbursementTypes": []}
