"""The law of exactness, over whatever hypothesis can think of: no digit lost, no day moved, both ways agree."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xero_pipeline.warehouse.parse import timestamps
from xero_pipeline.warehouse.parse.python_reader import half_up
from xero_pipeline.warehouse.parse.record_reader import read_with_arrow, read_with_python
from xero_pipeline_tests.warehouse.answers import FIRST, TENANT, body, tables_of, texts_of

pytestmark = pytest.mark.slow

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def decimals(places, whole=15):
    """Decimals as JSON writes them: any number of places up to the documented, zeros at the end kept."""
    return st.builds(
        lambda number, scale: f"{Decimal(number).scaleb(-scale):f}",
        st.integers(-(10**whole) + 1, 10**whole - 1),
        st.integers(0, places),
    )


def rows_of(text):
    tables = tables_of("invoices", [body(text)], wrapper="Invoices", tenant_id=TENANT, synced_at=FIRST)
    return {name: table.to_pylist() for name, table in tables.items()}


@settings(max_examples=150, deadline=None)
@given(total=decimals(4), rate=decimals(10, whole=10), quantity=decimals(4))
def test_decimals_survive_to_the_last_digit(total, rate, quantity):
    rows = rows_of(
        f'{{"InvoiceID":"i","Total":{total},"CurrencyRate":{rate},"LineItems":[{{"LineItemID":"l","Quantity":{quantity}}}]}}'
    )
    assert rows["invoices"][0]["total"] == Decimal(total)
    assert rows["invoices"][0]["currency_rate"] == Decimal(rate)
    assert rows["invoice_line_items"][0]["quantity"] == Decimal(quantity)


@settings(max_examples=100, deadline=None)
@given(total=decimals(9, whole=14))
def test_a_finer_decimal_is_rounded_half_up_and_kept_in_raw(total):
    row = rows_of(f'{{"InvoiceID":"i","Total":{total}}}')["invoices"][0]
    assert row["total"] == Decimal(total).quantize(Decimal("0.0001"), ROUND_HALF_UP)
    assert total in row["raw"]


@given(value=st.integers(10**15, 10**18))
def test_a_number_too_large_for_its_column_is_refused_not_cut(value):
    with pytest.raises(ValueError, match="too many digits"):
        half_up(Decimal(value), 19, 4)


@settings(max_examples=150, deadline=None)
@given(day=st.dates(), offset=st.sampled_from(["", "+0000", "+1300", "-0800"]))
def test_days_never_shift(day, offset):
    ms = (datetime(day.year, day.month, day.day, tzinfo=UTC) - EPOCH) // timedelta(milliseconds=1)
    written = [f"/Date({ms}{offset})/", day.isoformat(), f"{day.isoformat()}T00:00:00", f"{day.isoformat()}T00:00:00Z"]
    for text in written:
        assert timestamps.days(pa.array([text])).to_pylist() == [day]
    assert timestamps.days(pa.array([*written, None, ""])).to_pylist() == [day] * 4 + [None, None]


# Xero's page "Dates and Timestamps" (developer.xero.com/documentation/advanced-docs/dates-and-timestamps-explained)
# writes the end of a locked year in New Zealand so; an instant with an offset: freakboy3742/pyxero#122.
def test_a_day_written_as_the_midnight_of_its_own_place_is_that_day_and_an_instant_is_not_moved():
    written = ["/Date(1419937200000+1300)/", "/Date(1451988985943+1300)/", "/Date(1419937200000)/"]
    assert timestamps.days(pa.array(written[:1])).to_pylist() == [date(2014, 12, 31)]
    assert timestamps.instants(pa.array(written[1:2])).to_pylist() == [datetime(2016, 1, 5, 10, 16, 25, 943000, UTC)]
    assert timestamps.days(pa.array(written)).to_pylist() == [date(2014, 12, 31), date(2016, 1, 5), date(2014, 12, 30)]


@settings(max_examples=100, deadline=None)
@given(day=st.dates(date(1900, 1, 1), date(2100, 1, 1)), minutes=st.integers(-12 * 60, 14 * 60))
def test_the_midnight_of_any_place_is_its_day(day, minutes):
    midnight = datetime(day.year, day.month, day.day, tzinfo=timezone(timedelta(minutes=minutes)))
    ms = (midnight - EPOCH) // timedelta(milliseconds=1)
    sign, (hours, rest) = "-" if minutes < 0 else "+", divmod(abs(minutes), 60)
    assert timestamps.days(pa.array([f"/Date({ms}{sign}{hours:02}{rest:02})/"])).to_pylist() == [day]


@settings(max_examples=150, deadline=None)
@given(moment=st.datetimes(timezones=st.just(UTC)).map(lambda m: m.replace(microsecond=m.microsecond // 1000 * 1000)))
def test_instants_are_exact_to_the_millisecond_in_every_format(moment):
    ms = (moment - EPOCH) // timedelta(milliseconds=1)
    iso = moment.replace(tzinfo=None).isoformat(timespec="milliseconds")
    written = [f"/Date({ms}+0000)/", f"{iso}Z", iso, f"{iso}0000", f"{iso}+00:00"]
    for text in written:
        assert timestamps.instants(pa.array([text])).to_pylist() == [moment]
    assert timestamps.instants(pa.array(written)).to_pylist() == [moment] * len(written)


@pytest.mark.parametrize("text", ["tomorrow", "2026-13-01", "/Date(x)/", "/Date(999999999999999)/", "20261101"])
def test_what_is_no_time_is_refused(text):
    for read in (timestamps.instants, timestamps.days):
        with pytest.raises(timestamps.UnreadableTime):
            read(pa.array([text]))


def test_a_time_with_a_zone_is_moved_to_utc_but_its_day_is_not():
    text = pa.array(["2026-01-05T23:30:00-08:00"])
    assert timestamps.instants(text).to_pylist() == [datetime(2026, 1, 6, 7, 30, tzinfo=UTC)]
    assert timestamps.days(text).to_pylist() == [date(2026, 1, 5)]


# No database has a place for a NUL: a record with one is put aside, see test_oddities.py.
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
lines = st.fixed_dictionaries(
    {"LineItemID": st.uuids().map(str)},
    optional={
        "Description": texts,
        "Quantity": st.integers(-999, 999),
        "Tracking": st.lists(st.just({"Name": "R"}), max_size=2),
    },
)
records = st.fixed_dictionaries(
    {"InvoiceID": st.uuids().map(str)},
    optional={
        "Reference": st.none() | texts,
        "Total": st.integers(-(10**9), 10**9),
        "IsDiscounted": st.booleans(),
        "Contact": st.none() | st.fixed_dictionaries({}, optional={"Name": texts}),
        "LineItems": st.none() | st.lists(st.none() | lines, max_size=3),
        "Unknown": st.recursive(st.none() | st.booleans() | texts, st.lists, max_leaves=4),
    },
)


def _no_nulls(values):
    """The careful way leaves null elements out at once, the quick way when the list becomes rows."""
    for value in values:
        value["LineItems"] = [line for line in value["LineItems"] or [] if line is not None]
    return values


@settings(max_examples=100, deadline=None)
@given(found=st.lists(records, min_size=1, max_size=4))
def test_the_quick_way_and_the_careful_way_read_the_same(found):
    import msgspec

    texts = texts_of(msgspec.json.encode({"Invoices": found}), "Invoices")
    refused = []
    careful = read_with_python("invoices", texts, refused.append)
    quick = read_with_arrow("invoices", texts)
    assert refused == []
    assert _no_nulls(quick.values.to_pylist()) == _no_nulls(careful.values.to_pylist())
    assert quick.raw == careful.raw
