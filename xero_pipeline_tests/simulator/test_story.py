from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from xero_pipeline_tests.simulator.laws import profit_and_loss, value_of
from xero_simulator.company import Company
from xero_simulator.config import BooksConfig, Story
from xero_simulator.simulator import Simulator
from xero_simulator.story import build_books

TODAY = dt.date(2026, 11, 22)
BEGINS = dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)
PLAIN = BooksConfig(today=TODAY, organisations=3, invoices=60, months=6)
BEFORE = replace(PLAIN, story=Story(BEGINS))
AFTER = replace(PLAIN, story=Story(BEGINS, BEGINS + dt.timedelta(hours=1)))
SEPTEMBER, OCTOBER = dt.date(2026, 9, 1), dt.date(2026, 10, 1)


def rise(name: str, month: dt.date, index: int, config: BooksConfig) -> Decimal:
    told, plain = (profit_and_loss(build_books(one, index), month) for one in (config, PLAIN))
    return value_of(told, name) - value_of(plain, name)


def test_one_bill_of_last_month_makes_advertising_what_it_costs() -> None:
    assert rise("Advertising", OCTOBER, 0, BEFORE) == Decimal(14_800)


def test_a_closed_month_changes_when_the_story_goes_on_and_not_before() -> None:
    assert rise("Consulting & Accounting", SEPTEMBER, 0, BEFORE) == 0
    assert rise("Consulting & Accounting", SEPTEMBER, 0, AFTER) == Decimal(2_365)
    lock = build_books(BEFORE, 0).records("Organisations")[0]["PeriodLockDate"]
    assert dt.datetime.fromtimestamp(int(lock[6:-10]), dt.UTC).date() == dt.date(2026, 9, 30)


def test_one_draft_has_a_total_that_is_no_number() -> None:
    odd = [row for row in build_books(BEFORE, 1).records("Invoices") if isinstance(row["Total"], dict)]
    assert [(row["Status"], row["Reference"]) for row in odd] == [("DRAFT", "Shelves for the back room")]


def test_one_posting_has_no_document() -> None:
    assert rise("Bank Fees", OCTOBER, 2, BEFORE) == Decimal("1234.50")


@pytest.mark.parametrize("index", range(3))
def test_the_same_story_makes_the_same_books(index: int) -> None:
    one, other = (build_books(AFTER, index) for _ in range(2))
    assert one.bench.tables == other.bench.tables


def test_books_with_a_story_grow_with_the_clock() -> None:
    now = [BEGINS.timestamp()]
    simulator = Simulator(AFTER, clock=lambda: now[0], follow_clock=True)
    tenant = simulator.organisations()[0].tenant_id

    def books() -> Company:
        return simulator.company(tenant)

    assert books().today == TODAY
    now[0] += 86_400
    assert books().today == TODAY + dt.timedelta(days=1)
    assert any(row["Reference"] == "Stand at the trade fair" for row in books().records("Invoices"))
