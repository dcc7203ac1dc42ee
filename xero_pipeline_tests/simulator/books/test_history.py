from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xero_simulator.books import build_company
from xero_simulator.company import Company
from xero_simulator.config import BooksConfig

FIRST = dt.date(2026, 6, 1)
MOVING = {"RepeatingInvoices", "Budgets"}
"""Lists that look ahead, so the next month shows in them; Xero gives them no useful instant either."""


def last_change(record: dict) -> dt.datetime:
    text = record.get("UpdatedDateUTC") or record["CreatedDateUTC"]
    return dt.datetime.fromtimestamp(int(text[6:-7]) / 1000, tz=dt.UTC)


def books(today: dt.date, seed: int = 5, invoices: int = 300) -> Company:
    return build_company(BooksConfig(today=today, start=FIRST, months=6, invoices=invoices, seed=seed), 0)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.dates(FIRST, dt.date(2026, 11, 20)), st.integers(1, 45), st.integers(0, 10**6))
def test_later_days_only_add_and_whatever_changed_says_so(day: dt.date, later: int, seed: int) -> None:
    before, after = books(day, seed).bench.tables, books(day + dt.timedelta(days=later), seed).bench.tables
    morning = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), dt.UTC)
    for wrapper, records in before.items():
        assert records.keys() <= after[wrapper].keys(), wrapper
    for wrapper, records in after.items():
        for key, record in records.items():
            if wrapper not in MOVING and before.get(wrapper, {}).get(key) != record:
                assert last_change(record) >= morning, (wrapper, record)


@pytest.mark.parametrize("today", [dt.date(2026, 11, 22), dt.date(2026, 12, 1), dt.date(2026, 11, 30)])
def test_nothing_is_dated_or_stamped_after_the_first_hour_of_today(today: dt.date) -> None:
    limit = dt.datetime.combine(today, dt.time(1), dt.UTC)
    company = books(today)
    for wrapper in company.wrappers():
        for record in company.records(wrapper):
            for name in ("Date", "FullyPaidOnDate", "UpdatedDateUTC", "CreatedDateUTC"):
                if name in record:
                    instant = dt.datetime.fromtimestamp(int(record[name][6:-7]) / 1000, tz=dt.UTC)
                    assert instant < limit, (wrapper, name)


def test_the_same_seed_writes_the_same_books() -> None:
    assert books(dt.date(2026, 11, 22)).bench.tables == books(dt.date(2026, 11, 22)).bench.tables


def test_another_seed_writes_other_books_with_other_ids() -> None:
    one, two = books(dt.date(2026, 11, 22), seed=1), books(dt.date(2026, 11, 22), seed=2)
    assert one.tenant_id != two.tenant_id
    assert not one.bench.tables["Invoices"].keys() & two.bench.tables["Invoices"].keys()


def test_a_span_that_moves_on_keeps_the_invoices_of_the_months_it_still_holds() -> None:
    def invoices(today: dt.date) -> dict[str, dict]:
        tables = build_company(BooksConfig(today=today, months=5, invoices=200), 0).bench.tables
        return {key: row for key, row in tables["Invoices"].items() if row["DateString"] >= "2026-08-01"}

    before, after = invoices(dt.date(2026, 11, 30)), invoices(dt.date(2026, 12, 1))
    assert before.keys() <= after.keys()
    changed = [row for key, row in before.items() if after[key] != row]
    assert all(last_change(after[row["InvoiceID"]]).date() == dt.date(2026, 12, 1) for row in changed)


@pytest.mark.parametrize(("invoices", "months"), [(1200, 24), (7, 5), (0, 3), (10_000, 7)])
def test_whole_months_hold_exactly_the_number_of_invoices_asked_for(invoices: int, months: int) -> None:
    config = BooksConfig(today=dt.date(2026, 11, 30), invoices=invoices, months=months)
    assert sum(config.invoices_in(month) for month in config.month_starts()) == invoices


def test_impossible_sizes_are_refused() -> None:
    with pytest.raises(ValueError, match="at least"):
        BooksConfig(today=FIRST, months=0)
