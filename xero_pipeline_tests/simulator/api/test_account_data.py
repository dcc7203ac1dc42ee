"""The Account Data API of the simulator: Xero's shapes, by the draft of its OpenAPI document, with their ugly sides.

Source: `xero-accountdata.yaml` 19.1.0, brandon-nicholson-xero/Xero-OpenAPI at 0223e80.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from decimal import Decimal

import pytest

from xero_pipeline.xero.reports.parse_tables import trial_balance_rows
from xero_pipeline_tests.simulator.helpers import BASE, Clock, let_in
from xero_simulator.config import BooksConfig
from xero_simulator.simulator import Simulator

TODAY = dt.date(2026, 3, 31)
NOON = dt.datetime(2026, 3, 31, 12, tzinfo=dt.UTC).timestamp()
URL = f"{BASE}/accountdata.xro/1.0"
WITHOUT_BANKS = 7  # Saltbush Instruments: who connects it may not view bank accounts
YEAR = {"startDate": "2025-04-01", "endDate": "2026-03-31"}


class Caller:
    def __init__(self, simulator, place):
        self.company = simulator.company(simulator.organisations()[place].tenant_id)
        self.http = let_in(simulator)
        self.http.headers["xero-tenant-id"] = self.company.tenant_id

    def ask(self, path, basis="ACCRUAL", **params):
        return self.http.get(f"{URL}/{path}", params={"accountingBasis": basis, **params})


@pytest.fixture(scope="module")
def clock():
    return Clock(NOON)


@pytest.fixture(scope="module")
def simulator(clock):
    config = BooksConfig(today=TODAY, organisations=8, invoices=120, months=13)
    return Simulator(config, clock=clock, limits=None)


@pytest.fixture(scope="module")
def caller(simulator):
    return Caller(simulator, 0)


def refusal(answer):
    return answer.status_code, answer.headers["content-type"], answer.json()["fieldValidationErrors"][0]["fieldName"]


@pytest.mark.parametrize(("basis", "cash"), [("ACCRUAL", "false"), ("CASH", "true")])
def test_one_call_has_the_balances_of_many_month_ends_as_the_trial_balances_have_them(caller, basis, cash):
    periods = {"comparisonPeriodCount": 12, "comparisonPeriodSize": "MONTH"}
    found = caller.ask("account-balances", basis, date="2026-02-28", **periods).json()["accountBalances"]
    days = {row["date"] for row in found}
    assert {"2026-02-28", "2026-01-31", "2025-04-30", "2025-03-31"} <= days
    for day in days:
        told = {"date": day, "paymentsOnly": cash}
        *rows, _ = trial_balance_rows(caller.company.report("TrialBalance", told, TODAY))
        theirs = {row.account_id: row.ytd_debit - row.ytd_credit for row in rows if row.ytd_debit != row.ytd_credit}
        ours = {row["accountId"]: Decimal(str(row["signedBalance"])) for row in found if row["date"] == day}
        assert ours == theirs


def test_balances_come_without_zeros_and_in_no_order(caller):
    rows = caller.ask("account-balances", date="2026-02-28").json()["accountBalances"]
    assert all(row["signedBalance"] for row in rows)
    assert {row["balance"]["type"] == "DEBIT" for row in rows if row["signedBalance"] > 0} == {True}
    codes = [row["account"]["code"] for row in rows]
    assert codes != sorted(codes)
    assert {"NONE", "DEBTORS"} <= {row["account"]["systemAccountCode"] for row in rows}


def test_filters_must_all_hold(caller):
    rows = caller.ask("account-balances", date="2026-02-28", **{"class": "ASSET", "type": "BANK"})
    assert {row["account"]["type"] for row in rows.json()["accountBalances"]} == {"BANK"}
    assert caller.ask("account-balances", date="2026-02-28", **{"class": "REVENUE", "type": "BANK"}).json() == {
        "accountBalances": []
    }


def test_who_may_not_view_bank_accounts_is_refused_without_a_word_or_gets_none_in_silence(simulator):
    caller = Caller(simulator, WITHOUT_BANKS)
    for params in ({}, {"type": "BANK"}):
        answer = caller.ask("account-balances", date="2026-02-28", **params)
        assert (answer.status_code, answer.content) == (403, b"")
    rows = caller.ask("account-balances", date="2026-02-28", **{"class": "ASSET"}).json()["accountBalances"]
    lines = caller.ask("account-transactions", **YEAR).json()["lines"]
    assert rows
    assert lines
    assert "BANK" not in {row["account"]["type"] for row in (*rows, *lines)}


@pytest.mark.parametrize(
    ("path", "params", "field"),
    [
        ("account-balances", {"date": "soon"}, "date"),
        ("account-balances", {"date": "2026-02-28", "comparisonPeriodCount": 3}, "comparisonPeriodCount"),
        (
            "account-balances",
            {"date": "2026-02-28", "comparisonPeriodCount": 101, "comparisonPeriodSize": "MONTH"},
            "comparisonPeriodCount",
        ),
        (
            "account-movements",
            {
                "startDate": "2026-01-31",
                "endDate": "2026-02-28",
                "comparisonPeriodCount": 1,
                "comparisonPeriodSize": "MONTH",
            },
            "comparisonPeriodSize",
        ),
        ("account-transactions", {"token": "made up"}, "token"),
        ("account-transactions", {**YEAR, "include": "contacts"}, "include"),
    ],
)
def test_what_is_wrong_is_refused_as_problem_json(caller, path, params, field):
    assert refusal(caller.ask(path, **params)) == (400, "application/problem+json", field)


def test_an_account_that_is_not_there_is_404(caller):
    answer = caller.ask("account-balances", date="2026-02-28", accountIds="00000000-0000-4000-8000-000000000000")
    assert (answer.status_code, answer.json()["title"]) == (404, "Not found")


def test_movements_are_what_the_balances_moved_by(caller):
    month = {"startDate": "2026-02-01", "endDate": "2026-02-28"}
    rows = caller.ask("account-movements", **month).json()["accountMovements"]
    for row in rows:
        expected = row["debits"] - row["credits"]
        assert row["signedMovement"] == pytest.approx(expected)
    debtors = next(row for row in rows if row["account"]["systemAccountCode"] == "DEBTORS")
    both = [
        caller.ask("account-balances", date=day, systemAccountCodes="DEBTORS").json()["accountBalances"][0]
        for day in ("2026-01-31", "2026-02-28")
    ]
    assert debtors["signedMovement"] == pytest.approx(both[1]["signedBalance"] - both[0]["signedBalance"])


def pages(caller, **params):
    answer = caller.ask("account-transactions", **params).json()
    yield answer
    while answer["pagination"]:
        assert len(answer["lines"]) == answer["pagination"]["pageSize"] == 200
        answer = caller.http.get(f"{BASE}{answer['pagination']['links']['next']}").json()
        yield answer


def test_all_lines_come_once_in_pages_of_one_journal_number(caller):
    found = list(pages(caller, **YEAR))
    assert len(found) > 3
    assert len({page["maxJournalNumber"] for page in found}) == 1
    lines = [line for page in found for line in page["lines"]]
    sums = Counter()
    for line in lines:
        sums[line["account"]["id"]] += Decimal(str(line["signedNetAmount"]))
    first, last = dt.date(2025, 4, 1), dt.date(2026, 3, 31)
    moved = {one: caller.company.ledger.movement(one, first, last) for one in sums}
    assert sums == moved
    assert sum(sums.values()) == 0
    assert {line["source"]["documentType"] for line in lines} >= {"INVOICE", "BILL", "PAYMENT"}
    half = found[0]["maxJournalNumber"] // 2
    earlier = [line for page in pages(caller, **YEAR, maxJournalNumber=half) for line in page["lines"]]
    assert 0 < len(earlier) < len(lines)
    assert max(line["journalNumber"] for line in earlier) <= half


def test_a_token_expires(caller, clock):
    first = caller.ask("account-transactions", **YEAR).json()
    clock.now += 900
    answer = caller.http.get(f"{BASE}{first['pagination']['links']['next']}")
    assert refusal(answer) == (400, "application/problem+json", "token")


def test_each_path_wants_its_own_scope(simulator, caller):
    scopes = ["openid", "offline_access", "accountdata.balances.read"]
    http = let_in(simulator, scopes, client_id="another-app")
    http.headers["xero-tenant-id"] = caller.company.tenant_id
    params = {"accountingBasis": "ACCRUAL", "date": "2026-02-28", **YEAR}
    answers = [http.get(f"{URL}/account-{name}", params=params) for name in ("balances", "movements", "transactions")]
    assert [one.status_code for one in answers] == [200, 401, 401]
    assert answers[1].headers["www-authenticate"] == "insufficient_scope"
