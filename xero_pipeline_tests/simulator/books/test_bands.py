from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from xero_pipeline_tests.simulator.laws import profit_and_loss, value_of
from xero_simulator.books import build_company
from xero_simulator.company import Company
from xero_simulator.config import BooksConfig

pytestmark = pytest.mark.slow

TODAY = dt.date(2026, 11, 22)


def figures(company: Company, month: dt.date) -> tuple[Decimal, Decimal, Decimal]:
    report = profit_and_loss(company, month)
    income = value_of(report, "Total Income")
    wages = company.bench.tables["Accounts"][company.bench.account_id("477")]["Name"]
    return income, value_of(report, "Total Cost of Sales") / income, value_of(report, wages) / income


@settings(max_examples=20, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**9), invoices=st.integers(0, 900), months=st.integers(2, 26), index=st.integers(0, 2))
@example(seed=1, invoices=1200, months=24, index=0)
@example(seed=1, invoices=1, months=12, index=0)
def test_every_full_month_earns_and_spends_within_its_bands(seed: int, invoices: int, months: int, index: int) -> None:
    config = BooksConfig(today=TODAY, invoices=invoices, months=months, seed=seed)
    company = build_company(config, index)
    for month in config.month_starts()[:-1]:
        income, cost, wages = figures(company, month)
        assert 200_000 <= income <= 300_000, month
        assert Decimal("0.28") <= cost <= Decimal("0.34"), month
        assert Decimal("0.55") <= wages <= Decimal("0.65"), month


@pytest.mark.parametrize("seed", range(1, 7))
@pytest.mark.parametrize("day", [16, 22, 28])
def test_the_running_month_is_about_as_far_as_the_calendar(seed: int, day: int) -> None:
    today = TODAY.replace(day=day)
    company = build_company(BooksConfig(today=today, seed=seed, months=3, invoices=150), 0)
    income, cost, wages = figures(company, today.replace(day=1))
    share = Decimal(day) / 30
    assert 200_000 * share * Decimal("0.7") <= income <= 300_000 * share * Decimal("1.3")
    assert Decimal("0.2") <= cost <= Decimal("0.45")
    assert Decimal("0.4") <= wages <= Decimal("0.8")


def test_a_hundred_invoices_a_month_keep_the_bands_too() -> None:
    config = BooksConfig(today=TODAY, invoices=1500, months=5, seed=99)
    income, cost, wages = figures(build_company(config, 1), dt.date(2026, 9, 1))
    assert 200_000 <= income <= 300_000
    assert Decimal("0.28") <= cost <= Decimal("0.34")
    assert Decimal("0.55") <= wages <= Decimal("0.65")
