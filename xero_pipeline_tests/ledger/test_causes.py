"""What is likely behind an amount that no document shows, where the simulated company has nothing of the kind."""

from __future__ import annotations

import datetime as dt

import pytest

JANUARY, FEBRUARY = dt.date(2026, 1, 31), dt.date(2026, 2, 28)


@pytest.fixture
def shop(books):
    """With accounts that a shop has."""
    for name, kind, of, currency in (
        ("stock", "INVENTORY", "ASSET", None),
        ("cost of sales", "DIRECTCOSTS", "EXPENSE", None),
        ("Payroll Bank Account", "BANK", "ASSET", "NZD"),
        ("Due from Payee", "CURRENT", "ASSET", None),
        ("PAYE", "CURRLIAB", "LIABILITY", None),
        ("loan", "TERMLIAB", "LIABILITY", None),
    ):
        books.put("accounts", account_id=name, code=name, name=name, type=kind, **{"class": of}, currency_code=currency)
    return books


def causes(books):
    books.posted("")
    rows = books.warehouse.query(
        "select account_id, cause from ledger.journal_lines where source_type = 'UNEXPLAINED'"
    ).to_pylist()
    return {row["account_id"]: row["cause"] for row in rows}


def test_the_cost_of_tracked_items_faces_the_inventory(shop):
    shop.trial_balance(JANUARY, {"bank": "1", "sales": "-1"})
    shop.trial_balance(FEBRUARY, {"bank": "1", "sales": "-1", "stock": "-40", "cost of sales": "40"})
    assert causes(shop)["cost of sales"] == "INVENTORY"


def test_other_costs_beside_them_are_explained_by_nothing(shop):
    shop.trial_balance(JANUARY, {"bank": "1", "sales": "-1"})
    shop.trial_balance(FEBRUARY, {"bank": "-5", "sales": "-1", "stock": "-40", "cost of sales": "46"})
    assert causes(shop)["cost of sales"] == "UNKNOWN"


def test_a_word_in_the_name_of_a_bank_account_excuses_nothing(shop):
    shop.trial_balance(JANUARY, {"bank": "1", "sales": "-1"})
    moved = {"Payroll Bank Account": "-9", "Due from Payee": "10", "PAYE": "-1"}
    shop.trial_balance(FEBRUARY, {"bank": "1", "sales": "-1"} | moved)
    found = causes(shop)
    assert {name: found[name] for name in moved} == {
        "Payroll Bank Account": "UNKNOWN",
        "Due from Payee": "UNKNOWN",
        "PAYE": "PAYROLL",
    }


def test_the_first_month_with_any_balance_begins_with_conversion_balances(shop):
    shop.trial_balance(JANUARY, {})
    shop.trial_balance(FEBRUARY, {"loan": "-500", "bank": "500"})
    assert causes(shop) == {"loan": "CONVERSION", "bank": "CONVERSION"}


def test_what_begins_later_is_not_from_before(shop):
    shop.trial_balance(JANUARY, {"bank": "1", "sales": "-1"})
    shop.trial_balance(FEBRUARY, {"loan": "-500", "bank": "501", "sales": "-1"})
    found = causes(shop)
    assert (found["loan"], found["bank"]) == ("UNKNOWN", "UNKNOWN")
