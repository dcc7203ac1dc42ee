"""What a built-in query is told becomes the value that is meant, or is refused with an example."""

from __future__ import annotations

import datetime as dt

import pytest

from xero_pipeline.errors import ConfigurationError, QueryRefused
from xero_pipeline.queries.parameters import Parameter

TODAY = dt.date(2026, 1, 31)


@pytest.mark.parametrize(
    ("kind", "default", "value"),
    [
        ("date", "today", TODAY),
        ("date", "30 days ago", dt.date(2026, 1, 1)),
        ("month", "this month", dt.date(2026, 1, 1)),
        ("month", "11 months ago", dt.date(2025, 2, 1)),
        ("month", "1 months ago", dt.date(2025, 12, 1)),
        ("integer", "10", 10),
        ("text", "all", None),
    ],
)
def test_what_is_not_told_has_its_default(kind, default, value):
    assert Parameter("x", kind, default, "").value(None, TODAY) == value


@pytest.mark.parametrize(
    ("kind", "given", "value"),
    [
        ("date", "2026-10-31", dt.date(2026, 10, 31)),
        ("date", dt.date(2026, 10, 31), dt.date(2026, 10, 31)),
        ("month", "2026-10", dt.date(2026, 10, 1)),
        ("month", "2026-10-31", dt.date(2026, 10, 1)),
        ("month", dt.date(2026, 10, 31), dt.date(2026, 10, 1)),
        ("integer", "5", 5),
        ("integer", 5, 5),
        ("text", "Kowhai", "Kowhai"),
    ],
)
def test_what_is_told_counts(kind, given, value):
    assert Parameter("x", kind, "today", "").value(given, TODAY) == value


@pytest.mark.parametrize(
    ("kind", "given"),
    [("date", "2026-13-01"), ("date", "today"), ("month", "2026"), ("integer", "-1"), ("integer", "many")],
)
def test_what_is_no_such_value_is_refused(kind, given):
    with pytest.raises(QueryRefused, match=f"x {given}: this is no {kind}. Write it as"):
        Parameter("x", kind, "today", "").value(given, TODAY)


@pytest.mark.parametrize(
    ("kind", "given"), [("date", "9999-12-31"), ("month", "0001-01"), ("month", dt.date(2100, 1, 1))]
)
def test_a_day_that_no_books_have_is_refused(kind, given):
    with pytest.raises(ConfigurationError, match="choose one from 1970-01-01 to 2099-12-31"):
        Parameter("x", kind, "today", "").value(given, TODAY)
