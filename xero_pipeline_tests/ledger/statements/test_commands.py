"""`xero-pipeline statement …` prints what the functions say, for people, programs and spreadsheets."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from decimal import Decimal

import pytest
import time_machine

from xero_pipeline.ledger.statements.aged import aged
from xero_pipeline.ledger.statements.profit_and_loss import profit_and_loss
from xero_pipeline.ledger.statements.trial_balance import trial_balance
from xero_pipeline_tests.ledger.statements.shelves import numbers

FEBRUARY = (dt.date(2028, 2, 1), dt.date(2028, 2, 29))
RANGE = ("--from", "2028-02", "--to", "2028-02")
EVERY = [
    ("trial-balance", "--as-of", "2028-02-29"),
    ("profit-and-loss", *RANGE),
    ("balance-sheet", "--as-of", "2028-02", "--basis", "cash"),
    ("bank-summary", *RANGE),
    ("general-ledger", *RANGE, "--account", "610"),
    ("aged-receivables", "--as-of", "2028-02-29"),
    ("aged-receivables", "--as-of", "2028-02-29", "--documents"),
    ("aged-payables", "--as-of", "2028-02-29"),
    ("cash", *RANGE),
    ("cash-flow", *RANGE),
    ("budget", *RANGE),
]

SHOWN = {
    "trial-balance": "ytd_debit",
    "profit-and-loss": "amount",
    "balance-sheet": "amount",
    "bank-summary": "closing_balance",
    "general-ledger": "balance",
    "cash": "cash_received",
    "cash-flow": "amount",
    "budget": "actual",
}
"""A field whose amounts people see, too."""


@pytest.fixture
def name(companies):
    return companies[0].name


@pytest.mark.parametrize("words", EVERY, ids="-".join)
def test_people_programs_and_spreadsheets_read_the_same_amounts(run, name, words):
    code, shown, said = run(*words, "--organisation", name)
    assert (code, said) == (0, "")
    assert name in shown
    code, printed, _ = run(*words, "--organisation", name, "--json")
    told = json.loads(printed)
    assert (code, told["organisation"], told["currency"]) == (0, name, "NZD")
    assert told["to"] == "2028-02-29"
    assert (told.get("basis") == "cash", "cash basis" in shown) == ("--basis" in words,) * 2
    _, printed, _ = run(*words, "--organisation", name, "--csv")
    lines = list(csv.DictReader(io.StringIO(printed)))
    assert lines == [{key: "" if value is None else str(value) for key, value in row.items()} for row in told["rows"]]
    if words[0] in SHOWN:
        amounts = {Decimal(row[SHOWN[words[0]]]) for row in told["rows"] if row[SHOWN[words[0]]] is not None}
        assert amounts - {Decimal(0)} <= numbers(shown)


def test_the_rows_are_those_of_the_functions(run, name, companies, filled_duckdb):
    tenant_id = companies[0].tenant_id
    with filled_duckdb.reading() as connection:
        profit = profit_and_loss(connection, tenant_id, *FEBRUARY)
        cash = profit_and_loss(connection, tenant_id, *FEBRUARY, basis="cash")
        trial = trial_balance(connection, tenant_id, FEBRUARY[1])
        owed = aged(connection, tenant_id, "payables", FEBRUARY[1])

    def rows(*words):
        return json.loads(run(*words, "--organisation", name, "--json")[1])["rows"]

    assert [Decimal(row["amount"]) for row in rows("profit-and-loss", *RANGE)] == [one.amount for one in profit]
    on_cash = rows("profit-and-loss", *RANGE, "--basis", "cash")
    assert [Decimal(row["amount"]) for row in on_cash] == [one.amount for one in cash] != [one.amount for one in profit]
    found = rows("trial-balance", "--as-of", "2028-02")
    assert [(row["account_id"], Decimal(row["balance"])) for row in found] == [
        (one.account_id, one.balance) for one in trial
    ]
    found = rows("aged-payables", "--as-of", "2028-02")
    assert [(row["document_id"], row["days_overdue"]) for row in found] == [
        (one.document_id, one.days_overdue) for one in owed
    ]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("balance-sheet", "--as-of", "2001-01-01"), r"The books begin in \w+ 20\d\d\."),
        (("profit-and-loss", "--from", "2001-01", "--to", "2001-02", "--json"), r"The books begin in \w+ 20\d\d\."),
        (
            ("profit-and-loss", "--from", "2040-01", "--to", "2040-02"),
            r"Nothing is booked from 2040-01-01 to 2040-02-29\. The newest document is of 2028-\d\d-\d\d\.",
        ),
    ],
)
def test_zeros_of_days_without_books_are_told_from_those_of_a_quiet_month(run, name, words, told):
    code, shown, said = run(*words, "--organisation", name)
    assert (code, bool(shown)) == (0, True)
    assert re.fullmatch(told, said.strip())


def test_without_account_the_general_ledger_has_every_page(run, name):
    _, shown, _ = run("general-ledger", *RANGE, "--organisation", name)
    for page in ("Sales (200)", "Accounts Receivable (610)", "Business Bank Account (090)"):
        assert f"NZD: {page}" in shown


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("profit-and-loss", "--from", "2028-03-01", "--to", "2028-02-01"), "swap the two dates"),
        (("profit-and-loss", "--from", "1.3.2028"), "--from 1.3.2028"),
        (("balance-sheet", "--as-of", "2028-02-30"), "--as-of 2028-02-30"),
        (("balance-sheet", "--as-of", "1969-12-31"), "choose one from 1970-01-01 to 2099-12-31"),
        (("general-ledger", "--to", "9999-12-31"), "9999-12-31 is not a day that books may have"),
        (("profit-and-loss", "--year", "20267"), "'--year'"),
        (("general-ledger", "--account", "999"), "no account “999”"),
        (("budget", "--from", "2028-02-02", "--to", "2028-02-29"), "whole months"),
        (("balance-sheet", "--json", "--csv"), "exclude each other"),
    ],
)
def test_wrong_use_is_refused_in_one_paragraph(run, name, words, hint):
    code, shown, said = run(*words, "--organisation", name)
    assert (code, shown) == (2, "")
    assert hint in said
    assert "Traceback" not in said


def test_a_statement_is_one_organisations(run, name):
    code, _, said = run("balance-sheet")
    assert code == 2
    assert name in said
    assert "--organisation" in said


def test_without_a_day_a_statement_is_of_today_where_the_organisation_is(run, companies):
    kowhai, british, _ = (one.name for one in companies)
    with time_machine.travel(dt.datetime(2028, 2, 29, 11, 30, tzinfo=dt.UTC).timestamp(), tick=False):
        for name, day in ((kowhai, "2028-03-01"), (british, "2028-02-29")):
            for statement in ("balance-sheet", "aged-receivables", "profit-and-loss"):
                told = json.loads(run(statement, "--organisation", name, "--json")[1])
                assert (name, statement, told["to"]) == (name, statement, day)
            assert told["from"] == f"{day[:8]}01"
            told = json.loads(run("budget", "--organisation", name, "--json")[1])
            assert told["to"] == {"2028-03-01": "2028-03-31"}.get(day, day)


def test_an_organisation_without_journals_is_told_what_to_do(run):
    code, _, said = run("balance-sheet", "--organisation", "Empty Ltd")
    assert code == 2
    assert "xero-pipeline sync" in said
