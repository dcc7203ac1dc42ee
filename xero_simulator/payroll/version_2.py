"""Payroll NZ and UK: names in lower camel case, ISO dates, a `pagination` object, pay items by account id.

A pay run says its cost and what is paid out; only payslips say the rest.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from xero_simulator.books.money.pay_runs import EMPLOYEES, WRAPPER, net_of
from xero_simulator.messages import Request, Response
from xero_simulator.payroll.pay_items import COUNTRIES, PayrollCountry, item_id, pay_items
from xero_simulator.values.amounts import ZERO, money
from xero_simulator.values.days import wire_day_string
from xero_simulator.wire import PROVIDER, json_answer, not_found
from xero_simulator.workbench import Record, Workbench

_PAGE = 100


def answer(bench: Workbench, path: str, request: Request, now: float) -> Response:
    """Answer one request.

    Raises:
        Refused: There is no such thing.
    """
    country, head = COUNTRIES[bench.country.code], path.lower()
    if head == "settings":
        return _envelope(now, "settings", {"accounts": _accounts(bench, country)}, None)
    if head == "payruns":
        runs: list[Record] = bench.pile(WRAPPER)
        wanted = request.query.get("status", "").lower()
        found = [one for one in (_run(bench, run) for run in runs) if wanted in {"", one["payRunStatus"].lower()}]
        return _paged(now, "payRuns", found, request)
    if head == country.payslips.lower():
        slips = [
            _slip(bench, country, run, slip)
            for run in bench.pile(WRAPPER)
            if run["Key"] == request.query.get("payrunid")
            for slip in run["Slips"]
        ]
        return _paged(now, "paySlips", slips, request)
    wrapper, records = pay_items(bench, country).get(head, ("", []))
    if not wrapper:
        raise not_found()
    return _paged(now, wrapper, records, request)


def _paged(now: float, wrapper: str, found: Sequence[Record], request: Request) -> Response:
    number = int(request.query.get("page", "1"))
    told = {"page": number, "pageSize": _PAGE, "pageCount": -(-len(found) // _PAGE), "itemCount": len(found)}
    return _envelope(now, wrapper, found[(number - 1) * _PAGE : number * _PAGE], told)


def _envelope(now: float, wrapper: str, found: object, pagination: Record | None) -> Response:
    moment = dt.datetime.fromtimestamp(now, dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0")
    head = {"id": str(uuid.uuid4()), "providerName": PROVIDER, "dateTimeUTC": moment, "httpStatusCode": "OK"}
    return json_answer(200, {**head, "pagination": pagination, "problem": None, wrapper: found})


def _accounts(bench: Workbench, country: PayrollCountry) -> list[Record]:
    chart = bench.tables["Accounts"]
    return [
        {
            "accountID": bench.account_id(key),
            "type": kind,
            "code": bench.code(key),
            "name": chart[bench.account_id(key)]["Name"],
        }
        for kind, key in country.accounts
    ]


def _run(bench: Workbench, run: Record) -> Record:
    slips = run["Slips"]
    return {
        "payRunID": run["Key"],
        "payrollCalendarID": bench.id_of("payroll/calendar"),
        "periodStartDate": wire_day_string(run["Day"] - dt.timedelta(days=6)),
        "periodEndDate": wire_day_string(run["Day"]),
        "paymentDate": wire_day_string(run["Day"]),
        "totalCost": money(sum(slip["Gross"] + sum(slip["Added"].values()) for slip in slips)),
        "totalPay": money(sum(net_of(slip) for slip in slips)),
        "payRunStatus": "Posted" if run["Posted"] else "Draft",
        "payRunType": "Scheduled",
        "calendarType": "Weekly",
        "postedDateTime": _posted(run) if run["Posted"] else None,
        "payslipMessage": None,
    }


def _posted(run: Record) -> str:
    return dt.datetime.fromtimestamp(run["Changed"] // 1000, dt.UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _slip(bench: Workbench, country: PayrollCountry, run: Record, slip: Record) -> Record:
    first, last, _ = EMPLOYEES[slip["Employee"]]
    taxes, name = dict(country.taxes), f"{run['Name']}/slip/{slip['Employee']}"
    held = slip["Withheld"].items()
    orders = [(key, cents) for key, cents in held if key in country.orders]
    deducted = [(key, cents) for key, cents in held if key not in taxes and key not in country.orders]
    taxed = [(owed, cents) for (cost, owed), cents in slip["Added"].items() if cost in country.employer_tax]
    added = [(owed, cents) for (cost, owed), cents in slip["Added"].items() if cost not in country.employer_tax]
    return {
        "paySlipID": bench.id_of(name),
        "employeeID": bench.id_of(f"employee/{slip['Employee']}"),
        "payRunID": run["Key"],
        "lastEdited": _posted(run),
        "firstName": first,
        "lastName": last,
        "totalEarnings": money(slip["Gross"]),
        "grossEarnings": money(slip["Gross"]),
        "totalPay": money(net_of(slip)),
        "totalEmployerTaxes": money(sum(cents for _, cents in taxed)),
        "totalEmployeeTaxes": money(sum(cents for key, cents in held if key in taxes)),
        "totalDeductions": money(sum(cents for _, cents in deducted)),
        "totalReimbursements": ZERO,
        "bacsHash": None,
        "paymentMethod": "Electronically",
        "earningsLines": [
            {
                "earningsLineID": bench.id_of("payroll/regular"),
                "earningsRateID": bench.id_of("payroll/regular"),
                "displayName": "Regular Hours",
                "ratePerUnit": None,
                "numberOfUnits": None,
                "fixedAmount": money(slip["Gross"]),
                "amount": money(slip["Gross"]),
                "isLinkedToTimesheet": False,
                "isAverageDailyPayRate": None,
            }
        ],
        "leaveEarningsLines": [],
        "timesheetEarningsLines": [],
        "deductionLines": [{"deductionTypeID": item_id(bench, key), "amount": money(cents)} for key, cents in deducted],
        "reimbursementLines": [],
        "leaveAccrualLines": [],
        "paymentLines": [],
        "employeeTaxLines": [_tax(bench, name, key, cents, taxes[key]) for key, cents in held if key in taxes],
        "employerTaxLines": [_tax(bench, name, key, cents, "3") for key, cents in taxed],
        country.order_lines[0]: [
            {country.order_lines[1]: item_id(bench, key), "amount": money(cents)} for key, cents in orders
        ],
        country.benefit_lines[0]: [
            {country.benefit_lines[1]: item_id(bench, key), "displayName": "Contribution", "amount": money(cents)}
            for key, cents in added
        ],
    }


def _tax(bench: Workbench, name: str, key: str, cents: int, kind: str) -> Record:
    line = bench.id_of(f"{name}/tax/{key}/{kind}")
    return {
        "taxLineID": line,
        "description": None,
        "amount": money(cents),
        "globalTaxTypeID": kind,
        "manualAdjustment": False,
    }
