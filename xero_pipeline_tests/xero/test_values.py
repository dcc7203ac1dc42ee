from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xero_pipeline.xero import values

AT = datetime(2018, 2, 15, 10, 5, 50, 940000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("/Date(1518689150940+0000)/", AT),
        ("/Date(1518689150940)/", AT),
        ("/Date(1518689150940+1300)/", AT),  # the number is UTC already: an offset is not added
        ("2018-02-15T10:05:50.94", AT),
        ("2018-02-15T10:05:50.9400000", AT),
        ("2018-02-15T10:05:50.940Z", AT),
        ("2018-02-15T23:05:50.94+13:00", AT),
        ("2018-02-15", datetime(2018, 2, 15, tzinfo=UTC)),
        ("/Date(0+0000)/", datetime(1970, 1, 1, tzinfo=UTC)),
        ("/Date(-62135596800000)/", datetime(1, 1, 1, tzinfo=UTC)),
    ],
)
def test_every_spelling_of_an_instant_is_read_as_utc(text, instant):
    assert values.parse_xero_date(text) == instant
    assert values.parse_xero_date(text).tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Date(1)",
        "/Date()/",
        "/Date(1+00)/",
        "/Date(99999999999999999)/",
        "15/02/2018",
        "20180215T100550",
        "2018-W07",
        "2018-02-30",
        "/Date(١)/",
        "2018-02-15T10:05:50.94 ",
    ],
)
def test_an_unknown_spelling_is_refused_aloud(text):
    with pytest.raises(ValueError, match=r"date|day|month"):
        values.parse_xero_date(text)


@given(st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30)))
def test_an_instant_survives_writing_and_reading_to_the_millisecond(naive):
    instant = naive.replace(tzinfo=UTC)
    back = values.parse_xero_date(values.to_xero_date(instant))
    assert timedelta(0) <= instant - back < timedelta(milliseconds=1)


def test_an_instant_without_zone_is_not_written():
    with pytest.raises(ValueError, match="zone"):
        values.to_xero_date(datetime(2018, 2, 15))
    in_auckland = AT.astimezone(timezone(timedelta(hours=13)))
    assert values.to_xero_date(in_auckland) == "/Date(1518689150940+0000)/"


def test_numbers_stay_exact():
    text = b'{"a":0.1,"b":123456789012345678901234.567,"c":1e3,"d":7,"e":"\\/Date(1)\\/"}'
    found = values.loads(text)
    assert found == {
        "a": Decimal("0.1"),
        "b": Decimal("123456789012345678901234.567"),
        "c": Decimal("1000"),
        "d": 7,
        "e": "/Date(1)/",
    }
    assert isinstance(found["a"], Decimal)


@pytest.mark.parametrize("body", [b"", b'{"a":', b"<html>", b'{"a":NaN}', b"{}{}"])
def test_a_broken_body_is_a_value_error(body):
    with pytest.raises(ValueError, match="not JSON"):
        values.loads(body)
