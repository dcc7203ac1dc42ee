"""Amounts and times read as people write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from xero_pipeline.web.formatting import ago, lasting, money, percent, whole

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def test_an_amount_has_all_its_cents_and_a_real_minus():
    assert money(Decimal("-1234567.8000")) == "−1,234,567.80"
    assert whole(Decimal("1234567.80")) == "1,234,568"
    assert money(None) == "–"
    assert percent(Decimal("0.0398")) == "4.0 %"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-5, "just now"), (-90, "1 minute ago"), (-7200, "2 hours ago"), (30, "in a moment"), (90_000, "in 1 day")],
)
def test_a_moment_is_told_by_how_far_it_is(seconds, words):
    assert ago(NOW + timedelta(seconds=seconds), NOW) == words


def test_a_short_time_is_told_in_seconds():
    assert lasting(timedelta(seconds=12.4)) == "12 s"
