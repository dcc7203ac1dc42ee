"""Xero's names of time zones, and which day it is in them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from babel.core import get_global

from xero_pipeline.warehouse.parse.declared_fields import time_zones
from xero_pipeline.warehouse.time_zones import beginning_of, day_in, zone_named
from xero_pipeline_tests.openapi.spec import document

NEW_ZEALAND, ALASKA, CUBA = "NEWZEALANDSTANDARDTIME", "ALASKANSTANDARDTIME", "CUBASTANDARDTIME"
SPEC = document("accounting")["schemas"]["TimeZone"]["enum"]
GONE_FROM_CLDR = {"KAMCHATKASTANDARDTIME": "Asia/Kamchatka", "MIDATLANTICSTANDARDTIME": "Etc/GMT+2"}


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_every_time_zone_of_xeros_spec_has_the_zone_that_cldr_gives_it():
    cldr = {re.sub(r"[ .-]", "", name).upper(): zone for name, zone in get_global("windows_zone_mapping").items()}
    assert time_zones() == {name: GONE_FROM_CLDR.get(name) or cldr[name] for name in SPEC}


@pytest.mark.parametrize("name", SPEC)
def test_every_zone_can_be_used(name):
    assert zone_named(name).utcoffset(at("2028-03-01T12:00")) is not None


@pytest.mark.parametrize("name", [None, "", "SOUTHPOLESTANDARDTIME"])
def test_a_zone_that_nobody_knows_is_utc(name):
    assert day_in(name, at("2028-02-29T23:59:59")) == date(2028, 2, 29)
    assert day_in(name, at("2028-03-01T00:00")) == date(2028, 3, 1)


@pytest.mark.parametrize(
    ("zone", "instant", "day"),
    [
        (NEW_ZEALAND, "2028-02-29T10:59:59", date(2028, 2, 29)),  # summer, +13
        (NEW_ZEALAND, "2028-02-29T11:00", date(2028, 3, 1)),
        (NEW_ZEALAND, "2027-02-28T11:30", date(2027, 3, 1)),
        (NEW_ZEALAND, "2028-03-31T11:00", date(2028, 4, 1)),  # the last month's end before the clocks go back, 2 April
        (NEW_ZEALAND, "2028-04-30T11:59:59", date(2028, 4, 30)),  # winter, +12
        (NEW_ZEALAND, "2028-04-30T12:00", date(2028, 5, 1)),
        (NEW_ZEALAND, "2028-09-30T11:00", date(2028, 10, 1)),  # since 24 September +13 again
        (ALASKA, "2028-02-01T05:00", date(2028, 1, 31)),  # 20:00 on the last evening
        (ALASKA, "2028-03-01T08:59:59", date(2028, 2, 29)),  # winter, -9
        (ALASKA, "2028-03-01T09:00", date(2028, 3, 1)),
        (ALASKA, "2028-04-01T07:59:59", date(2028, 3, 31)),  # since 12 March -8
        (ALASKA, "2028-04-01T08:00", date(2028, 4, 1)),
        (ALASKA, "2028-12-01T08:59:59", date(2028, 11, 30)),  # since 5 November -9 again
        ("CENTRALSTANDARDTIME(MEXICO)", "2028-03-01T05:59:59", date(2028, 2, 29)),
        ("UTC+13", "2028-02-29T11:00", date(2028, 3, 1)),
        ("UTC11", "2028-03-01T10:59:59", date(2028, 2, 29)),
    ],
)
def test_the_day_is_that_of_the_zone(zone, instant, day):
    assert day_in(zone, at(instant)) == day


@pytest.mark.parametrize("zone", [NEW_ZEALAND, ALASKA, CUBA, "LORDHOWESTANDARDTIME"])
def test_a_day_begins_where_the_one_before_ends_all_year_round(zone):
    for number in range(366):
        day = date(2028, 1, 1) + timedelta(days=number)
        begins = beginning_of(day, zone)
        assert day_in(zone, begins) == day
        assert day_in(zone, begins - timedelta(seconds=1)) == day - timedelta(days=1)
