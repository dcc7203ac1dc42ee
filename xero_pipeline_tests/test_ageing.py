"""Columns of what is open by age end where the user chose: after 30 days each, or with calendar months."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest

from xero_pipeline.ageing import first_due_sql
from xero_pipeline.warehouse.store import Warehouse


@pytest.fixture(params=["duckdb", "postgresql"])
def first_due(request):
    """Asks a database for the earliest due dates of some columns, of many days at once."""
    warehouse = Warehouse(request.getfixturevalue(f"{request.param}_url"))

    def asked(ageing, days, columns):
        told = ", ".join(f"{first_due_sql(ageing, 'day', place)} as c{place}" for place in range(1, columns + 1))
        listed = ", ".join(f"(date '{one}')" for one in days)
        rows = warehouse.query(f"select day, {told} from (values {listed}) as days(day) order by day").to_pylist()
        return [list(row.values()) for row in rows]

    return asked


def test_at_a_months_end_each_column_is_a_calendar_month(first_due):
    expected = {
        "2026-02-28": ["2026-02-01", "2026-01-01", "2025-12-01"],
        "2026-03-30": ["2026-02-28", "2026-01-31", "2025-12-31"],
        "2026-05-15": ["2026-04-16", "2026-03-16", "2026-02-16"],
        "2026-05-31": ["2026-05-01", "2026-04-01", "2026-03-01"],
        "2026-12-31": ["2026-12-01", "2026-11-01", "2026-10-01"],
        "2028-02-28": ["2028-01-29", "2027-12-29", "2027-11-29"],
        "2028-02-29": ["2028-02-01", "2028-01-01", "2027-12-01"],
    }
    found = {str(as_of): list(map(str, ends)) for as_of, *ends in first_due("months", expected, 3)}
    assert found == expected


def test_a_column_of_days_holds_30(first_due):
    ((_, *ends),) = first_due("days", ["2026-03-31"], 4)
    assert list(map(str, ends)) == ["2026-03-01", "2026-01-30", "2025-12-31", "2025-12-01"]


@pytest.mark.parametrize("ageing", ["days", "months"])
def test_no_column_is_empty_on_any_day(first_due, ageing):
    days = [dt.date(2027, 1, 1) + dt.timedelta(days=number) for number in range(800)]
    for ends in first_due(ageing, days, 5):
        assert all(later < earlier for earlier, later in pairwise(ends))
