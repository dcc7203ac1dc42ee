"""Margins and the year to date are sums and shares of the same figures that the statements show."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from xero_pipeline.metrics import year_to_date as module
from xero_pipeline.metrics.profit import Profit, ProfitMonth
from xero_pipeline.metrics.year_to_date import YearToDate, year_to_date
from xero_pipeline_tests.clock import TODAY


def months(first, *incomes):
    """Income and as much cost of sales as half of it, month after month."""
    year, month = divmod(first.year * 12 + first.month - 1, 12)
    return [
        ProfitMonth(
            Decimal(one), Decimal(one) / 2, Decimal(1), dt.date(year + (month + n) // 12, (month + n) % 12 + 1, 1)
        )
        for n, one in enumerate(incomes)
    ]


def test_a_margin_is_a_share_of_income_and_there_is_none_without():
    some = Profit(Decimal(200), Decimal(50), Decimal(90))
    assert (some.gross_margin, some.net_margin) == (Decimal("0.75"), Decimal("0.3"))
    for income in (0, -5):
        none = Profit(Decimal(income), Decimal(1), Decimal(1))
        assert none.gross_margin is none.net_margin is None


@pytest.fixture
def read(monkeypatch):
    """Reads the year of 20 May 2026 of books whose year ends on 31 March, of which the months are given."""

    def of(known, planned=()):
        class Entity:
            class year_end:
                start_of = staticmethod(lambda day: dt.date(2026, 4, 1))

        def by_month(connection, tenant_id, since, until, of="profit_and_loss"):
            return [one for one in (planned if of == "budget" else known) if since <= one.month <= until]

        monkeypatch.setattr(module, "entity_of", lambda connection, tenant_id: Entity)
        monkeypatch.setattr(module, "profit_by_month", by_month)
        return year_to_date(None, "t", dt.date(2026, 5, 20))

    return of


def incomes(found):
    return [None if one is None else one.income for one in found]


def test_each_month_has_those_before_it_since_the_financial_year_began(read):
    known = months(dt.date(2025, 4, 1), *range(10, 150, 10))
    year = read(known, months(dt.date(2026, 4, 1), 7, 8, 9))
    assert (year.months[0], year.months[-1], len(year.months)) == (dt.date(2026, 4, 1), dt.date(2027, 3, 1), 12)
    assert incomes(year.this_year) == [130, 270] + [None] * 10
    assert incomes(year.last_year)[:3] == [10, 30, 60]
    assert incomes(year.last_year)[-1] == sum(range(10, 130, 10))
    assert incomes(year.budget) == [7, 15, 24] + [None] * 9
    assert year.now == 1


def test_a_last_year_that_is_not_all_there_is_compared_with_nothing(read):
    year = read(months(dt.date(2025, 6, 1), *([10] * 12)))
    assert (set(year.last_year), set(year.budget)) == ({None}, {None})
    assert incomes(year.this_year)[:3] == [10, 20, None]
    assert read(months(dt.date(2025, 4, 1), 1, 2)) is None


def test_the_page_the_statement_and_the_months_agree(faces):
    year = faces.page(TODAY - dt.timedelta(days=75)).year  # the books end before the new year has begun
    assert isinstance(year, YearToDate)
    now = year.this_year[year.now]
    span = ("--from", f"{year.months[0]:%Y-%m}", "--to", f"{year.months[year.now]:%Y-%m}")
    lines = {row["account_name"]: Decimal(row["amount"]) for row in faces.terminal("profit-and-loss", *span)}
    assert now.net_profit == lines["Net Profit"]
    assert now.income == lines["Total Income"] + lines.get("Total Other Income", Decimal(0))
