"""Months of a backfill: what cannot be pulled is refused, never left out in silence."""

from __future__ import annotations

import datetime as dt

import pytest

from xero_pipeline.cli.month_range import month, months_to_backfill
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.settings import Settings
from xero_pipeline_tests.clock import TODAY


@pytest.mark.any_day
def test_a_range_that_begins_before_the_first_month_is_refused_with_that_month():
    first = dt.date(TODAY.year - 3, 1, 1)
    before = f"{first.year - 1}-12"
    with pytest.raises(ConfigurationError) as refused:
        months_to_backfill(before, f"{first.year}-02", Settings(start_date=None))
    assert f"--from {before} is too early: {first:%Y-%m} is the first month" in str(refused.value)
    assert "unless XERO_START_DATE says otherwise" in str(refused.value)
    assert f"XERO_START_DATE={before}-01" in str(refused.value)


@pytest.mark.any_day
def test_the_first_month_is_where_the_setting_says():
    settings = Settings(start_date=dt.date(2025, 3, 1))
    assert months_to_backfill("2025-03", "2025-04", settings) == [dt.date(2025, 3, 1), dt.date(2025, 4, 1)]
    with pytest.raises(ConfigurationError, match="2025-03 is the first month of the reports, as XERO_START_DATE says"):
        months_to_backfill("2025-02", "2025-04", settings)


@pytest.mark.any_day
def test_a_month_that_has_begun_nowhere_is_refused_before_anybody_is_asked():
    with pytest.raises(ConfigurationError, match="--to 2099-01 has not begun yet"):
        months_to_backfill("2020-01", "2099-01", Settings(start_date=None))


@pytest.mark.parametrize("given", ["0001-01", "9999-12"])
def test_a_month_that_no_books_have_is_refused(given):
    with pytest.raises(ConfigurationError, match="choose one from 1970-01-01 to 2099-12-31"):
        month(given, "--since")
