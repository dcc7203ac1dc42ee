"""Pay runs as the payroll APIs say them: sums over all employees, by pay item and account, or why there are none.

The answers are the examples of XeroAPI/Xero-OpenAPI 16.1.0 (xero-payroll-au.yaml, -nz.yaml, -uk.yaml), cut to what
counts; where an example's pay run belongs to other payslips, its totals are what those come to.
"""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal

import httpx
import pytest

from xero_pipeline.xero.endpoints import chosen
from xero_pipeline.xero.explained.known import KnownBefore
from xero_pipeline.xero.pagination import paginate
from xero_pipeline.xero.values import loads
from xero_pipeline_tests.xero.fakes import TENANT, client_of

(TOTALS_ONLY,) = (row for row in chosen(explain=("payroll",)) if row.table == "pay_runs")
(PAYSLIPS,) = (row for row in chosen(explain=("payslips",)) if row.table == "pay_runs")
RUN = "5de420bb-4ad2-405c-beb1-2610bcc2144e"
AUSTRALIA = {
    "PayRuns": {
        "PayRuns": [
            {
                "PayRunID": RUN,
                "PaymentDate": "/Date(1573171200000+0000)/",
                "Wages": 200.00,
                "Deductions": 33.00,
                "Tax": 78.00,
                "Super": 19.00,
                "Reimbursement": 22.00,
                "NetPay": 89.00,
                "PayRunStatus": "POSTED",
                "UpdatedDateUTC": "/Date(1573610970000+0000)/",
            }
        ]
    },
    "Settings": {
        "Settings": {
            "Accounts": [
                {"AccountID": "payable", "Type": "WAGESPAYABLELIABILITY", "Code": "804"},
                {"AccountID": "payg", "Type": "PAYGLIABILITY", "Code": "825"},
                {"AccountID": "super", "Type": "SUPERANNUATIONEXPENSE", "Code": "478"},
                {"AccountID": "super-owed", "Type": "SUPERANNUATIONLIABILITY", "Code": "826"},
                {"AccountID": "wages", "Type": "WAGESEXPENSE", "Code": "477"},
            ]
        }
    },
    "PayItems": {
        "PayItems": {
            "EarningsRates": [
                {"EarningsRateID": "ordinary", "Name": "Ordinary Hours", "AccountCode": "477"},
                {"EarningsRateID": "overtime", "Name": "Overtime", "AccountCode": "477"},
            ],
            "DeductionTypes": [{"DeductionTypeID": "union", "Name": "Union Fees", "AccountCode": "850"}],
            "ReimbursementTypes": [{"ReimbursementTypeID": "travel", "Name": "Travel", "AccountCode": "420"}],
        }
    },
}
NEW_ZEALAND = {
    "PayRuns": {
        "pagination": {"page": 1, "pageSize": 100, "pageCount": 1, "itemCount": 1},
        "payRuns": [
            {
                "payRunID": RUN,
                "paymentDate": "2019-06-18T00:00:00",
                "totalCost": 166.86,
                "totalPay": 137.88,
                "payRunStatus": "Posted",
                "postedDateTime": "2019-06-18T01:02:03",
            }
        ],
    },
    "Settings": {
        "settings": {
            "accounts": [
                {"accountID": "paye", "type": "PAYELIABILITY"},
                {"accountID": "payable", "type": "WAGESPAYABLE"},
                {"accountID": "wages", "type": "WAGESEXPENSE"},
            ]
        }
    },
    "EarningsRates": {"earningsRates": [{"earningsRateID": "rate", "name": "Ordinary", "expenseAccountID": "wages"}]},
    "Reimbursements": {"reimbursements": []},
    "Deductions": {"deductions": []},
    "StatutoryDeductions": {"statutoryDeductions": [{"id": "kiwi", "name": "KiwiSaver", "liabilityAccountId": "fund"}]},
    "Superannuations": {
        "benefits": [{"id": "employer", "name": "KiwiSaver", "expenseAccountId": "cost", "liabilityAccountId": "fund"}]
    },
    "PaySlips": {
        "paySlips": [
            {
                "paySlipID": "17d88883-686a-400f-9551-34fa366effc4",
                "firstName": "Tony",
                "lastName": "Starkmzamlagmdison",
                "totalPay": 137.88,
                "earningsLines": [{"earningsRateID": "rate", "amount": 150}],
                "leaveEarningsLines": [{"earningsRateID": "39b3560a", "displayName": "Holiday Pay", "amount": 12}],
                "superannuationLines": [{"superannuationTypeID": "employer", "amount": 4.86}],
                "employeeTaxLines": [{"amount": 19.26, "globalTaxTypeID": "11"}],
                "employerTaxLines": [{"amount": 0.7, "globalTaxTypeID": "10"}],
                "statutoryDeductionLines": [{"statutoryDeductionTypeID": "kiwi", "amount": 4.86}],
                "reimbursementLines": [],
                "deductionLines": None,
            }
        ]
    },
}


class PayrollXero:
    """Answers by the last part of the path; the organisation is of the edition given."""

    def __init__(self, version, answers):
        self.answers = json.loads(json.dumps(answers)) | {"Organisation": {"Organisations": [{"Version": version}]}}
        self.requests = []

    @property
    def asked(self):
        return [request.url.path.strip("/").rpartition("/")[2] for request in self.requests]

    def __call__(self, request):
        self.requests.append(request)
        found = self.answers[request.url.path.rpartition("/")[2]]
        return httpx.Response(200, json={"Status": "OK", "DateTimeUTC": "/Date(1573611063074)/", **found})


@pytest.fixture
def read(engine, clock):
    def once(xero, row=TOTALS_ONLY, stored=None):
        with client_of(xero, engine, clock) as client:
            (page,) = paginate(client, TENANT, row, known=KnownBefore(lambda: stored or {}))
        return [loads(bytes(text)) for text in page.records.texts]

    return once


def amounts(record):
    found = Counter()
    for line in record["Lines"]:
        found[line["Kind"], line["AccountID"] or line["AccountCode"]] += Decimal(str(line["LineAmount"]))
    return found


def test_the_totals_of_an_australian_pay_run_are_lines_on_the_accounts_of_payroll_and_its_pay_items(read):
    (record,) = read(PayrollXero("AU", AUSTRALIA))
    assert amounts(record) == {
        ("EARNINGS", "477"): 200,
        ("REIMBURSEMENT", "420"): 22,
        ("DEDUCTION", "850"): -33,
        ("TAX", "payg"): -78,
        ("EMPLOYER CONTRIBUTION", "super"): 19,
        ("EMPLOYER CONTRIBUTION OWED", "super-owed"): -19,
        ("NET PAY", "payable"): -111,
    }
    assert (record["LinesFrom"], record["Problem"]) == ("totals", None)


def test_pay_items_on_two_accounts_leave_totals_without_lines_and_say_so(read):
    xero = PayrollXero("AU", AUSTRALIA)
    xero.answers["PayItems"]["PayItems"]["EarningsRates"][1]["AccountCode"] = "479"
    (record,) = read(xero)
    assert (record["Lines"], record["LinesFrom"]) == ([], None)
    assert record["Problem"] == "Xero does not say which account its earnings is on"


@pytest.fixture
def on_two_accounts():
    """An Australian pay run of two employees, whose overtime is on an account of its own."""
    xero = PayrollXero("AU", AUSTRALIA)
    xero.answers["PayItems"]["PayItems"]["EarningsRates"][1]["AccountCode"] = "479"
    xero.answers[RUN] = {
        "PayRuns": [{"Payslips": [{"PayslipID": "albus", "FirstName": "Albus"}, {"PayslipID": "john"}]}]
    }
    taxed = {"TaxLines": [{"Amount": 39.00, "LiabilityAccount": "825"}], "LeaveEarningsLines": None}
    fund = {"ExpenseAccountCode": "478", "LiabilityAccountCode": "826"}
    xero.answers["albus"] = {
        "Payslip": {
            "LastName": "Dumbledore",
            "EarningsLines": [{"EarningsRateID": "ordinary", "RatePerUnit": 30.333, "NumberOfUnits": 3}],
            "SuperannuationLines": [{"Amount": 19.00, **fund}],
            **taxed,
        }
    }
    xero.answers["john"] = {
        "Payslip": {
            "EarningsLines": [{"EarningsRateID": "ordinary", "RatePerUnit": 10, "NumberOfUnits": 9}],
            "TimesheetEarningsLines": [{"EarningsRateID": "overtime", "FixedAmount": 19.00}],
            "ReimbursementLines": [{"ReimbursementTypeID": "travel", "ExpenseAccount": "421", "Amount": 22}],
            "DeductionLines": [{"DeductionTypeID": "union", "Amount": 33.00}],
            **taxed,
        }
    }
    return xero


def test_payslips_say_what_is_on_which_account_where_totals_do_not(read, on_two_accounts):
    (record,) = read(on_two_accounts, PAYSLIPS)
    assert amounts(record) == {
        ("EARNINGS", "477"): 181,
        ("EARNINGS", "479"): 19,
        ("REIMBURSEMENT", "421"): 22,
        ("DEDUCTION", "850"): -33,
        ("TAX", "825"): -78,
        ("EMPLOYER CONTRIBUTION", "478"): 19,
        ("EMPLOYER CONTRIBUTION OWED", "826"): -19,
        ("NET PAY", "payable"): -111,
    }
    assert (record["LinesFrom"], record["Problem"]) == ("payslips", None)
    assert not [word for word in ("Albus", "Dumbledore", "30.333") if word in json.dumps(record, default=str)]


def test_australian_payslips_that_come_to_other_totals_are_no_lines_and_are_not_read_again(read, on_two_accounts):
    on_two_accounts.answers["john"]["Payslip"]["EarningsLines"][0]["NumberOfUnits"] = 8
    (record,) = read(on_two_accounts, PAYSLIPS)
    assert (record["Lines"], record["LinesFrom"]) == ([], "payslips")
    assert "is not the totals" in record["Problem"]
    on_two_accounts.requests.clear()
    read(on_two_accounts, PAYSLIPS, {RUN: json.dumps(record, default=float)})
    assert on_two_accounts.asked == ["Organisation", "PayRuns"]


def test_australian_payslips_are_not_read_where_totals_are_enough(read):
    xero = PayrollXero("AU", AUSTRALIA)
    read(xero, PAYSLIPS)
    assert xero.asked == ["Organisation", "PayRuns", "Settings", "PayItems"]


def test_totals_that_do_not_add_up_are_no_lines(read):
    xero = PayrollXero("AU", AUSTRALIA)
    xero.answers["PayRuns"]["PayRuns"][0]["NetPay"] = 90
    (record,) = read(xero)
    assert record["Lines"] == []
    assert "do not add up" in record["Problem"]


def test_payslips_of_new_zealand_become_sums_and_the_tax_on_the_contribution_comes_out_of_it(read):
    (record,) = read(PayrollXero("NZ", NEW_ZEALAND), PAYSLIPS)
    assert amounts(record) == {
        ("EARNINGS", "wages"): 162,  # with holiday pay, whose rate no list names
        ("DEDUCTION", "fund"): Decimal("-4.86"),
        ("TAX", "paye"): Decimal("-19.96"),
        ("EMPLOYER CONTRIBUTION", "cost"): Decimal("4.86"),
        ("EMPLOYER CONTRIBUTION OWED", "fund"): Decimal("-4.16"),
        ("NET PAY", "payable"): Decimal("-137.88"),
    }
    assert {line["PayItem"] for line in record["Lines"]} == {None, "Ordinary", "KiwiSaver"}
    assert sum(Decimal(str(line["LineAmount"])) for line in record["Lines"]) == 0
    assert record["LinesFrom"] == "payslips"


def test_a_tax_on_top_of_the_contribution_is_charged_with_it(read):
    xero = PayrollXero("NZ", NEW_ZEALAND)
    xero.answers["PayRuns"]["payRuns"][0]["totalCost"] = 167.56
    found = amounts(read(xero, PAYSLIPS)[0])
    assert found["EMPLOYER TAX", "cost"] == Decimal("0.7")
    assert found["EMPLOYER CONTRIBUTION OWED", "fund"] == Decimal("-4.86")


@pytest.mark.parametrize("total", ["totalCost", "totalPay"])
def test_payslips_that_come_to_something_else_than_their_pay_run_are_no_lines(read, total):
    xero = PayrollXero("NZ", NEW_ZEALAND)
    xero.answers["PayRuns"]["payRuns"][0][total] = 200
    (record,) = read(xero, PAYSLIPS)
    assert record["Lines"] == []
    assert "not the cost and the net pay" in record["Problem"]


def test_nothing_of_a_payslip_is_in_a_record_but_sums(read):
    xero = PayrollXero("NZ", NEW_ZEALAND)
    text = json.dumps(read(xero, PAYSLIPS), default=str)
    assert not [word for word in ("Tony", "Starkmzamlagmdison", "17d88883", "firstName", "employee") if word in text]


def test_payslips_are_asked_for_only_where_somebody_chose_them(read):
    xero = PayrollXero("NZ", NEW_ZEALAND)
    (record,) = read(xero)
    assert xero.asked == ["Organisation", "PayRuns"]
    assert (record["Lines"], record["LinesFrom"]) == ([], None)
    assert "XERO_EXPLAIN=payslips" in record["Problem"]


def test_a_pay_run_that_says_what_it_said_keeps_its_lines_and_asks_for_no_payslip(read):
    xero = PayrollXero("NZ", NEW_ZEALAND)
    before = read(xero, PAYSLIPS)
    xero.requests.clear()
    stored = {one["PayRunID"]: json.dumps(one, default=float) for one in before}
    assert [one["Lines"] for one in read(xero, PAYSLIPS, stored)] == [one["Lines"] for one in before]
    assert xero.asked == ["Organisation", "PayRuns"]
    xero.answers["PayRuns"]["payRuns"][0]["postedDateTime"] = "2019-06-20T00:00:00"
    read(xero, PAYSLIPS, stored)
    assert "PaySlips" in xero.asked


def test_a_draft_has_no_lines(read):
    xero = PayrollXero("AU", AUSTRALIA)
    xero.answers["PayRuns"]["PayRuns"][0]["PayRunStatus"] = "DRAFT"
    assert read(xero)[0]["Lines"] == []
    assert xero.asked == ["Organisation", "PayRuns"]


@pytest.mark.parametrize("version", ["US", "GLOBAL", "USONRAMP"])
def test_a_country_without_a_payroll_of_xeros_takes_one_call(read, version):
    xero = PayrollXero(version, AUSTRALIA)
    assert read(xero) == []
    assert xero.asked == ["Organisation"]


def test_the_payroll_of_the_country_is_asked_for(read):
    for version, answers, root in (("AUONRAMP", AUSTRALIA, "1.0"), ("NZ", NEW_ZEALAND, "2.0")):
        xero = PayrollXero(version, answers)
        read(xero)
        assert xero.requests[1].url.path == f"/payroll.xro/{root}/PayRuns"
