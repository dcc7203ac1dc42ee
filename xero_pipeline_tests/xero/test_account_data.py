"""What is asked of Xero's Account Data API (beta), and what of its answers is kept.

The answers have the shapes of its draft, xero-accountdata.yaml 19.1.0 (brandon-nicholson-xero/Xero-OpenAPI at 0223e80);
the line of a purchase order is its own example.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import httpx
import pytest
import time_machine

from xero_pipeline.errors import AccessRefused, RequestRefused, UnreadableAnswer
from xero_pipeline.xero.endpoints import chosen
from xero_pipeline.xero.explained.known import KnownBefore
from xero_pipeline.xero.pagination import paginate
from xero_pipeline.xero.quota.call_outbox import CallOutbox
from xero_pipeline.xero.values import loads
from xero_pipeline_tests.xero.fakes import TENANT, client_of

D = Decimal
MAY, APRIL, MARCH = date(2026, 5, 31), date(2026, 4, 30), date(2026, 3, 31)
WAGES, BANK = "575bc777-f59f-47d1-a449-83dfbaf38770", "2c2c2c2c-f59f-47d1-a449-83dfbaf38770"
EXAMPLE = {
    "documentId": "3c0e6a9d-2b5f-4e7a-9d1c-7f8e6d5c4b3a",
    "documentType": "PURCHASE_ORDER",
    "eventType": "CREATE",
    "contactId": "8a7c9d2e-3b1f-4e5a-9c8d-7f6e5d4c3b2a",
    "contactName": "Acme Supplies",
    "reference": "PO-1042",
}


def row(table, **more):
    (found,) = (one for one in chosen(explain=("account-data",), **more) if one.table == table)
    return found


def problem(field):
    flaw = {"fieldName": field, "title": "Invalid value", "status": 400, "detail": f"{field} is wrong"}
    body = {"title": "Validation failed", "status": 400, "detail": "no", "fieldValidationErrors": [flaw]}
    return httpx.Response(400, json=body, headers={"Content-Type": "application/problem+json"})


def line(account, number, amount, kind=None, day="2026-05-07", text="Wages of Tony Stark"):
    source = dict.fromkeys(EXAMPLE) | ({"documentType": kind, "documentId": f"{number}"} if kind else {})
    told = {"journalNumber": number, "journalDate": day, "description": text, "signedNetAmount": amount}
    return {**told, "account": {"id": account}, "source": source}


class AccountDataXero:
    """Answers with the balances and the lines it has, two lines a page; its tokens die when they are told to."""

    def __init__(self, *, balances=(), lines=(), expiring=0, later=(), link=True):
        self.balances, self.lines, self.later = list(balances), list(lines), list(later)
        self.expiring, self.link = expiring, link
        self.requests = []

    def __call__(self, request):
        self.requests.append(request)
        name, asked = request.url.path.rpartition("/")[2], request.url.params
        if name == "Organisation":
            return httpx.Response(200, json={"Organisations": []})
        if name == "account-balances":
            return httpx.Response(200, json={"accountBalances": self.balances})
        if "token" in asked:
            assert len(asked) == 1, "all else is in the token"
            if self.expiring:
                self.expiring -= 1
                return problem("token")
            number, start = map(int, asked["token"].split("-"))
        else:
            number, start = int(asked.get("maxJournalNumber", max(one["journalNumber"] for one in self.lines))), 0
        known = [one for one in self.lines if one["journalNumber"] <= number]
        self.lines = [*self.later, *self.lines]  # somebody posts while it is read
        link = f"/accountdata.xro/1.0/account-transactions?token={number}-{start + 2}"
        following = {"links": {"next": link}} if self.link else {"nextToken": f"{number}-{start + 2}"}
        page = {"pageSize": 200, **following} if start + 2 < len(known) else None
        body = {"currencyCode": "NZD", "maxJournalNumber": number, "lines": known[start : start + 2]}
        return httpx.Response(200, json={**body, "pagination": page})

    @property
    def asked(self):
        return [dict(one.url.params) for one in self.requests]


@pytest.fixture
def read(engine, clock):
    def once(xero, endpoint, *unexplained, **stored):
        known = KnownBefore(stored.get("records", dict), stored.get("full", False), lambda: unexplained)
        with client_of(xero, engine, clock) as client, time_machine.travel("2026-05-20", tick=False):
            (page,) = paginate(client, TENANT, endpoint, known=known)
        return [loads(bytes(text)) for text in page.records.texts]

    return once


def balance(day, amount):
    return {"accountId": WAGES, "date": day, "signedBalance": amount, "balance": {}, "account": {}}


@pytest.mark.parametrize(("cash", "bases"), [(False, ["ACCRUAL"]), (True, ["ACCRUAL", "CASH"])])
def test_one_call_a_basis_brings_all_month_ends_from_the_one_before_the_first_month(read, cash, bases):
    xero = AccountDataXero(balances=[balance("2026-05-31", 5230.1)])
    records = read(xero, row("account_balances", cash_basis=cash, since=date(2024, 4, 1)))
    assert [(one["accountingBasis"], one["date"]) for one in xero.asked] == [(basis, "2026-05-31") for basis in bases]
    assert {(one["comparisonPeriodCount"], one["comparisonPeriodSize"]) for one in xero.asked} == {("26", "MONTH")}
    assert [(one["Basis"].upper(), one["SignedBalance"]) for one in records] == [(name, D("5230.1")) for name in bases]


def test_more_than_a_hundred_and_one_month_ends_take_another_call(read):
    xero = AccountDataXero()
    read(xero, row("account_balances", since=date(2017, 12, 1)))
    assert [(one["date"], one.get("comparisonPeriodCount")) for one in xero.asked] == [
        ("2026-05-31", "100"),
        ("2017-12-31", "1"),
    ]


def test_a_month_that_was_read_once_is_asked_for_again_when_the_first_month_moves_on(read):
    xero = AccountDataXero()
    read(xero, row("account_balances", since=date(2026, 5, 1)), records=lambda: {f"2026-03-31/accrual/{WAGES}": "{}"})
    assert xero.asked[0]["comparisonPeriodCount"] == "2"


@pytest.mark.parametrize(
    ("answer", "error"),
    [(httpx.Response(403), AccessRefused), (problem("date"), RequestRefused), (httpx.Response(404), RequestRefused)],
)
def test_a_refusal_says_that_it_is_a_beta_and_how_to_ask_no_more(read, answer, error):
    with pytest.raises(error, match=r"a beta: the organisation must have joined it.*take account-data out"):
        read(lambda _: answer, row("account_balances"))


def test_an_answer_without_balances_is_no_empty_list(read):
    with pytest.raises(UnreadableAnswer, match="accountBalances is no list"):
        read(lambda _: httpx.Response(200, json={"accountBalances": {}}), row("account_balances"))


THREE = [line(WAGES, 546, 1), line(WAGES, 545, 2), line(WAGES, 102, 3)]


@pytest.mark.parametrize("link", [True, False])
def test_all_pages_are_of_the_journal_number_of_the_first_while_the_books_go_on(read, link):
    xero = AccountDataXero(lines=THREE, later=[line(WAGES, 600, 9)], link=link)
    (record,) = read(xero, row("account_transactions"), (WAGES, MAY, D(6)))
    assert [one["NetAmount"] for one in record["Lines"]] == [1, 2, 3]
    assert record["MaxJournalNumber"] == 546


def test_the_record_of_calls_holds_no_token(read, engine):
    read(AccountDataXero(lines=THREE), row("account_transactions"), (WAGES, MAY, D(6)))
    first, second = sorted(one["query"] for one in CallOutbox(engine).ended())
    assert f"accountIds={WAGES}" in first
    assert second == "token=…"


def test_an_expired_token_begins_again_once_at_the_same_journal_number(read):
    xero = AccountDataXero(lines=THREE, later=[line(WAGES, 600, 9)], expiring=1)
    (record,) = read(xero, row("account_transactions"), (WAGES, MAY, D(6)))
    assert [one["NetAmount"] for one in record["Lines"]] == [1, 2, 3]
    assert [one.get("maxJournalNumber") for one in xero.asked if "token" not in one] == [None, "546"]
    with pytest.raises(RequestRefused):
        read(AccountDataXero(lines=THREE, expiring=2), row("account_transactions"), (WAGES, MAY, D(6)))


def test_months_in_a_row_that_lack_the_same_accounts_are_one_call_and_a_call_is_of_twenty_accounts(read):
    xero = AccountDataXero(lines=THREE[:1])
    lacking = [(name, day, D(1)) for day in (MARCH, APRIL, MAY) for name in (WAGES, BANK)]
    records = read(xero, row("account_transactions"), *lacking)
    (only,) = xero.requests
    assert (only.url.params["startDate"], only.url.params["endDate"]) == ("2026-03-01", "2026-05-31")
    assert only.url.params.get_list("accountIds") == sorted([WAGES, BANK])
    assert len(records) == 6
    many = AccountDataXero(lines=THREE[:1])
    read(many, row("account_transactions"), *[(f"account-{number}", MAY, D(1)) for number in range(21)])
    assert [len(one.url.params.get_list("accountIds")) for one in many.requests] == [20, 1]


def test_what_is_known_is_asked_for_again_only_if_it_lacks_another_amount(read):
    xero = AccountDataXero(lines=THREE)
    stored = {"records": lambda: {f"2026-05-31/{WAGES}": '{"Unexplained": 6.00, "Lines": []}'}}
    (record,) = read(xero, row("account_transactions"), (WAGES, MAY, D(6)), **stored)
    assert record["Lines"] == []
    assert [one.url.path for one in xero.requests] == ["/api.xro/2.0/Organisation"]
    (record,) = read(xero, row("account_transactions"), (WAGES, MAY, D(7)), **stored)
    assert len(record["Lines"]) == 3


def test_nothing_that_names_an_employee_is_kept_nor_what_one_is_paid(read):
    told = [
        line(WAGES, 5, 100.25, "PAY_RUN"),
        line(WAGES, 4, 200.50, "PAYSLIP"),
        line(WAGES, 3, 50.00, "PAY_RUN"),
        line(WAGES, 2, 7, "SOMETHING_NEW"),
        line(WAGES, 1, 8, "BILL", text="Paper"),
        line(WAGES, 1, 9),
    ]
    (record,) = read(AccountDataXero(lines=told), row("account_transactions"), (WAGES, MAY, D(6)))
    kept = [(one["DocumentType"], one["NetAmount"], one["DocumentID"], one["Description"]) for one in record["Lines"]]
    assert kept == [
        ("SOMETHING_NEW", 7, "2", None),
        ("BILL", 8, "1", "Paper"),
        (None, 9, None, None),
        ("PAY_RUN", D("150.25"), None, None),
        ("PAYSLIP", D("200.5"), None, None),
    ]
