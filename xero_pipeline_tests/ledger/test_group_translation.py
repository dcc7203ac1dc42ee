"""Translation into the presentation currency: a worked example, and laws that hold for any books and rates."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from xero_pipeline.calendar import year_start
from xero_pipeline.ledger.consolidation.members import RETAINED, GroupAccount, GroupMovement
from xero_pipeline.ledger.consolidation.months import MonthRates
from xero_pipeline.ledger.consolidation.rates import Rate
from xero_pipeline.ledger.consolidation.translated_amount import times
from xero_pipeline.ledger.consolidation.translation import Translation

ACCOUNTS = {
    key: GroupAccount(key, key, key, class_, "", system)
    for key, class_, system in (
        ("sales", "REVENUE", None),
        ("rent", "EXPENSE", None),
        ("bank", "ASSET", None),
        ("debtors", "ASSET", "DEBTORS"),
        ("loan", "LIABILITY", None),
        ("shares", "EQUITY", None),
        ("retained", "EQUITY", RETAINED),
        ("strange", None, None),
    )
}
STARTS = [dt.date(2026, month, 1) for month in range(1, 7)]
YEAR_END = (31, 3)


def month(start, average, closing):
    end = (start.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
    average, closing = (None if one is None else Rate(Decimal(one), "", 1) for one in (average, closing))
    problem = None if average and closing else "missing"
    return MonthRates(start, end, year_start(end, *YEAR_END), average, closing, problem)


def moved(account, start, amount, intercompany=0):
    return GroupMovement(account, start, year_start(start, *YEAR_END), Decimal(amount), Decimal(intercompany))


def translated(movements, months):
    return list(Translation(ACCOUNTS, ACCOUNTS["retained"]).run(movements, months))


def balances(found):
    shown = {one.account.account_id: one.balance.translated for one in found.standings if not one.account.is_result}
    return shown | {"earnings": found.earnings.translated, "reserve": found.reserve.translated}


def test_a_worked_example():
    """docs/group.md tells it in words."""
    february, march, april = STARTS[1:4]
    books = [
        moved("bank", february, 1000), moved("shares", february, -1000),
        moved("debtors", february, 500), moved("sales", february, -500),
        moved("rent", march, 200), moved("bank", march, -200),
        moved("debtors", april, 100), moved("sales", april, -100),
    ]  # fmt: skip
    first, second, third = translated(
        books, [month(february, "2.00", "2.10"), month(march, "2.05", "2.20"), month(april, "2.30", "2.40")]
    )
    assert balances(first) == {"bank": 2100, "debtors": 1050, "shares": -2000, "earnings": -1000, "reserve": -150}
    # 800 and 500 at 2.20 are 2860; shares stay 2000, the profit is 1000 less 410.
    assert balances(second) == {"bank": 1760, "debtors": 1100, "shares": -2000, "earnings": -590, "reserve": -270}
    # The year is over: what it earned is retained at what it was translated to.
    assert balances(third) == {
        "bank": 1920, "debtors": 1440, "shares": -2000, "retained": -590, "earnings": -230, "reserve": -540,
    }  # fmt: skip
    assert third.reserve_movement.translated == -270


cents = st.integers(-10_000_000, 10_000_000).map(lambda amount: Decimal(amount).scaleb(-2))
rates = st.integers(1, 10**13).map(lambda value: Decimal(value).scaleb(-10))


@st.composite
def journals(draw):
    """Balanced movements on any two accounts."""
    found = []
    for start in draw(st.lists(st.sampled_from(STARTS), min_size=1, max_size=12)):
        debit, credit = draw(st.lists(st.sampled_from(sorted(ACCOUNTS)), min_size=2, max_size=2, unique=True))
        amount = draw(cents)
        found += [moved(debit, start, amount), moved(credit, start, -amount)]
    return found


@settings(max_examples=60, deadline=None)
@given(journals(), st.lists(st.tuples(rates, rates), min_size=6, max_size=6))
def test_movements_and_balances_sum_to_zero_whatever_the_rates(books, given_rates):
    for found in translated(books, [month(start, *pair) for start, pair in zip(STARTS, given_rates, strict=True)]):
        for total in (
            sum(one.balance.translated for one in found.standings) + found.reserve.translated,
            sum(one.movement.translated for one in found.standings) + found.reserve_movement.translated,
            sum(balances(found).values()),
            found.reserve.base,
        ):
            assert total == 0


def net_assets(found):
    """Assets less liabilities, in base currency and translated; accounts without a class are assets."""
    sheet = [one.balance for one in found.standings if not one.account.is_result and not one.account.is_equity]
    return sum(one.base for one in sheet), sum(one.translated for one in sheet)


@settings(max_examples=60, deadline=None)
@given(journals(), st.lists(st.tuples(rates, rates), min_size=6, max_size=6))
def test_the_reserve_is_what_the_rates_alone_did_to_net_assets(books, given_rates):
    """IAS 21.41: opening net assets from closing rate to closing rate, the month's change from average to it."""
    months = [month(start, *pair) for start, pair in zip(STARTS, given_rates, strict=True)]
    opening, before = (0, 0), Decimal(0)
    for place, found in enumerate(translated(books, months)):
        closing = net_assets(found)
        results = sum(one.movement.translated for one in found.standings if one.account.is_result)
        paid_in = sum(one.movement.translated for one in found.standings if one.account.is_equity)
        reserve = found.reserve_movement.translated
        assert closing[1] == opening[1] - results - paid_in - reserve
        average, rate = (Decimal(one) for one in given_rates[place])
        by_rates = opening[0] * (rate - before) + (closing[0] - opening[0]) * (rate - average)
        roundings = len(ACCOUNTS) * 3 + len(books) * 2
        assert abs(-reserve - by_rates) <= Decimal("0.005") * roundings
        opening, before = closing, rate


@settings(max_examples=30, deadline=None)
@given(journals())
def test_in_the_same_currency_nothing_changes_and_nothing_is_reserved(books):
    for found in translated(books, [month(start, "1", "1") for start in STARTS]):
        assert found.reserve.translated == 0
        assert all(one.balance.base == one.balance.translated for one in found.standings)


@settings(max_examples=30, deadline=None)
@given(journals(), rates)
def test_at_one_rate_for_ever_the_reserve_holds_no_more_than_what_rounding_leaves(books, rate):
    *_, last = translated(books, [month(start, rate, rate) for start in STARTS])
    assert abs(last.reserve.translated) <= Decimal("0.01") * (len(books) + len(ACCOUNTS))


def test_what_was_there_before_the_first_month_comes_in_at_its_average():
    january, february = STARTS[:2]
    (found,) = translated([moved("bank", january, 100), moved("shares", january, -100)], [month(february, "2", "3")])
    assert balances(found) == {"bank": 300, "shares": -200, "earnings": 0, "reserve": -100}
    assert {one.account.account_id: one.movement.translated for one in found.standings} == {"bank": 100, "shares": 0}


def test_a_missing_rate_leaves_all_that_stands_on_it_empty_and_only_that():
    january, february, march = STARTS[:3]
    books = [moved("bank", start, 100) for start in STARTS[:3]] + [moved("sales", start, -100) for start in STARTS[:3]]
    without_average = [month(january, "2", "2"), month(february, None, "2"), month(march, "2", "2")]
    first, second, third = translated(books, without_average)
    assert balances(first)["earnings"] == -200
    assert balances(second) == {"bank": 400, "earnings": None, "reserve": None}
    assert balances(third) == {"bank": 600, "earnings": None, "reserve": None}
    (sales,) = (one for one in third.standings if one.account.account_id == "sales")
    assert sales.movement.translated == -200
    without_closing = [month(january, "2", "2"), month(february, "2", None), month(march, "2", "2")]
    first, second, third = translated(books, without_closing)
    assert balances(second) == {"bank": None, "earnings": -400, "reserve": None}
    assert balances(third) == {"bank": 600, "earnings": -600, "reserve": 0}


def test_an_amount_is_rounded_half_away_from_zero_exactly():
    assert times(Decimal("0.05"), Decimal("0.1")) == Decimal("0.01")
    assert times(Decimal("-0.05"), Decimal("0.1")) == Decimal("-0.01")
    assert times(Decimal("999999999999999.99"), Decimal("1.0000000001")) == Decimal("1000000000099999.99")
    assert times(Decimal(0), None) == 0
