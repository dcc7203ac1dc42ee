"""Unrealised currency gains: inferred from Xero's trial balances, posted where they are proven, taken back next day."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xero_pipeline.ledger.revaluation.figures import Figure, OpenItem
from xero_pipeline.ledger.revaluation.month_ends import MonthEnd, Party, gain_of, proven_month_ends, scaled
from xero_pipeline.ledger.revaluation.rate_search import InferredRate, infer_rates
from xero_pipeline_tests.thoroughness import proof
from xero_simulator.books.rates import rate_on
from xero_simulator.edits.hidden_postings import post_unseen

JANUARY = dt.date(2026, 1, 31)
ZERO = Decimal(0)
RATES = st.tuples(st.integers(300_000, 1_500_000), st.integers(300_000, 1_500_000)).map(
    lambda both: {code: Decimal(rate).scaleb(-6) for code, rate in zip(("USD", "AUD"), both, strict=True)}
)
AMOUNTS = st.lists(st.integers(-50_000, 900_000).map(lambda cents: Decimal(cents).scaleb(-2)), max_size=6)


def worth(items, rates):
    return sum((item.value_at(scaled(rates[item.currency])) for item in items), ZERO)


def items_of(account, by_currency):
    return [
        OpenItem(account, currency, amount, ZERO, None if account == "bank" else f"{account}/{currency}/{place}")
        for currency, amounts in by_currency.items()
        for place, amount in enumerate(amounts)
        if amount
    ]


@proof
@settings(max_examples=150, deadline=None, derandomize=True)
@given(RATES, st.integers(1, 9_000_000), AMOUNTS, AMOUNTS, AMOUNTS, st.booleans())
def test_rates_that_are_claimed_are_those_the_figures_were_made_with(rates, bank, usd, aud, payable, has_bank):
    groups = [items_of("610", {"USD": usd, "AUD": aud}), items_of("800", {"AUD": payable})]
    if has_bank:
        groups.append(items_of("bank", {"USD": [Decimal(bank).scaleb(-2)]}))
    found = infer_rates([Figure(items, worth(items, rates)) for items in groups if items])
    assert found != "inconsistent"
    for currency, one in {} if found == "undetermined" else found.items():
        assert one.lowest <= rates[currency] <= one.highest
        assert not one.is_exact or one.rate == rates[currency]


def is_like(rate, other):
    return abs(rate - other) <= other * Decimal("0.05")


def test_two_currencies_in_one_balance_are_undetermined():
    items = items_of("610", {"USD": [Decimal(100)], "AUD": [Decimal(100)]})
    assert infer_rates([Figure(items, Decimal(250))]) == "undetermined"


def test_a_bank_account_and_receivables_at_two_rates_of_a_day_are_no_one_rate():
    bank, owed = items_of("bank", {"USD": [Decimal(5000)]}), items_of("610", {"USD": [Decimal(7000)]})
    at_two = [Figure(bank, worth(bank, {"USD": Decimal("0.61")})), Figure(owed, worth(owed, {"USD": Decimal("0.62")}))]
    assert infer_rates(at_two) == "inconsistent"


def test_a_rate_is_told_as_a_range_where_small_amounts_leave_one():
    items = items_of("610", {"USD": [Decimal("12.34")]})
    found = infer_rates([Figure(items, worth(items, {"USD": Decimal("0.612345")}))])["USD"]
    assert (found.lowest < Decimal("0.612345") < found.highest, found.is_exact) == (True, False)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.lists(st.tuples(RATES, AMOUNTS, AMOUNTS, st.sampled_from([0, 0, 0, 777])), min_size=2, max_size=5))
def test_month_ends_are_proven_with_xeros_rates_or_not_at_all(drawn):
    months, helpers, totals, hidden = [MonthEnd(0, dt.date(2025, 1, 31), [], {}, {})], [None], [ZERO], ZERO
    for number, (rates, usd, aud, something_else) in enumerate(drawn, start=1):
        items = items_of("610", {"USD": usd}) + items_of("800", {"USD": aud[:2], "AUD": aud[2:]})
        exact = {currency: InferredRate(rate, rate, rate) for currency, rate in rates.items()}
        hidden += something_else  # arises on receivables, and no document shows it
        gaps = {"610": hidden, "800": ZERO}
        for item in items:
            gaps[item.account_id] += gain_of(item, exact)
        totals.append(sum(gaps.values(), -hidden))
        day = dt.date(2025, 1 + number, 28)
        months.append(MonthEnd(number, day, items, gaps, {"498": totals[-2] - totals[-1]}))
        helpers.append(None)
    known = {month.day: rates for month, (rates, *_) in zip(months[1:], drawn, strict=True)}
    found = proven_month_ends(
        months, Party(("documents",), "498"), helpers, lambda currency, day, rate: is_like(rate, known[day][currency])
    )
    for (rates, *_), outcome in zip(drawn, found[1:], strict=True):
        for currency, one in (outcome.level.rates if outcome.level else {}).items():
            assert one.lowest <= rates[currency] <= one.highest


def test_every_month_end_is_proven_and_nothing_of_it_is_left_over_on_any_other_day(accountant):
    query = accountant.warehouse.query
    rows = query("select * from ledger.revaluations where foreign_amount <> 0").to_pylist()
    country, today = accountant.books.bench.country, accountant.books.today
    exact = [row for row in rows if row["lowest_rate"] == row["highest_rate"]]
    for row in exact:
        assert row["rate"] == rate_on(country, row["currency_code"], min(row["period_end"], today))
    assert len(exact) > 20
    assert all(row["is_proven"] for row in rows)
    assert {row["unrealised_gain"] == row["revalued_amount"] - row["booked_amount"] for row in rows} == {True}
    posted = query(
        "select journal_date, sum(net_amount) over (partition by account_id order by journal_date) as left_over "
        "from ledger.journal_lines where source_type in ('REVALUATION', 'REVALUATION-REVERSAL')"
    ).to_pylist()
    months = {row["period_end"] for row in rows}
    assert {row["journal_date"] for row in posted if row["left_over"]} <= months
    assert {row["journal_date"] for row in posted} >= months
    on_cash = query("select count(*) as n from ledger.cash_journal_lines where source_type like 'REVALUATION%'")
    assert on_cash.to_pylist() == [{"n": 0}]


def test_a_gain_that_no_rate_explains_stays_unexplained_in_its_month(accountant):
    post_unseen(accountant.books, dt.date(2026, 1, 20), {"498": Decimal(-75), "610": Decimal(75)}, "")
    accountant.pull()
    accountant.keep()
    rows = accountant.warehouse.query(
        "select l.journal_date, l.cause, a.code from ledger.journal_lines as l "
        "join xero.accounts as a on a.account_id = l.account_id where l.source_type = 'UNEXPLAINED'"
    ).to_pylist()
    assert {row["cause"] for row in rows} == {"REVALUATION"}
    assert {row["code"] for row in rows} <= {"498", "610", "800"}
    unproven = accountant.warehouse.query(
        "select distinct reason from ledger.revaluations where not is_proven and period_end = date '2026-01-31' "
        "and source_table is not null"
    ).to_pylist()
    assert unproven == [{"reason": "inconsistent"}]
    share = accountant.one("select explained_share as n from ledger.coverage where period_end = date '2026-01-31'")
    assert share["n"] < 1


@pytest.mark.parametrize("what", ["a revaluation", "and a cent or two at the bank"])
def test_where_nothing_is_open_in_another_currency_a_revaluation_is_named_and_not_posted(books, what):
    cents = {"rounding": 2, "bank": -2} if what.startswith("and") else {}
    books.put("accounts", account_id="unrealised", code="498", name="Unrealised", type="CURRENT",
              **{"class": "EXPENSE"}, system_account="UNREALISEDCURRENCYGAIN")  # fmt: skip
    before = {"gst": 10, "advance": -10}
    books.trial_balance(dt.date(2025, 12, 31), before)
    moved = {**before, "unrealised": -75, "receivables": 75}
    books.trial_balance(JANUARY, {**moved, **{name: moved.get(name, 0) + cent for name, cent in cents.items()}})
    found = books.differences(statements=["trial_balance"])
    causes = {account: cause for (_, account), (_, cause) in found.items() if cause != "CONVERSION"}
    expected = {"unrealised": "REVALUATION", "receivables": "REVALUATION"}
    assert causes == expected | dict.fromkeys(cents, "ROUNDING")
