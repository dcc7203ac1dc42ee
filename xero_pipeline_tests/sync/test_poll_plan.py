"""Lists are left out only while everything says that nothing was missed, and never for longer than eight days."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from xero_pipeline.state.webhook_records import CategoryNote
from xero_pipeline.sync.events.poll_plan import ALWAYS, EventWatch, may_wait
from xero_pipeline.xero.endpoints import catalogue, endpoint
from xero_pipeline.xero.event_categories import CATEGORIES
from xero_pipeline.xero.on_request import on_request

NOW = datetime(2026, 5, 20, 5, 0, tzinfo=UTC)
YESTERDAY = NOW - timedelta(days=1)
DAY = timedelta(days=1)


def watch(told_at=NOW - timedelta(days=3), **changed):
    notes = {one: CategoryNote("t", one, told_at - DAY, told_at, 9, None) for one in CATEGORIES}
    return EventWatch(notes | {name: replace(notes[name], **more) for name, more in changed.items()})


def waiting_days(row, known, read_at=None):
    """Of eight daily syncs, those that leave a list out which was read the day before."""
    return [n for n in range(8) if may_wait(row, NOW + DAY * n - DAY, known, NOW + DAY * n)]


def test_a_quiet_day_asks_for_the_five_that_post_and_three_others_and_every_list_each_eighth_day():
    read = {row.table: NOW - timedelta(hours=30) for row in catalogue()}
    asked: dict[str, list[int]] = {}
    for day in range(32):
        at = NOW + DAY * day
        for row in catalogue():
            if not may_wait(row, read[row.table], watch(), at):
                read[row.table] = at
                asked.setdefault(row.table, []).append(day)
    a_day = [sum(day in days for days in asked.values()) for day in range(32)]
    assert max(a_day) <= 8
    (budgets, *_) = asked["budgets"]
    assert a_day[budgets] == 6, "a call for each budget comes on top"
    for table, days in asked.items():
        gaps = {other - one for one, other in pairwise(days)}
        assert gaps == ({1} if table in ALWAYS else {8}), table


@pytest.mark.parametrize("row", catalogue(), ids=lambda row: row.table)
def test_without_events_everything_is_asked_for_as_before(row):
    assert waiting_days(row, EventWatch()) == []


@pytest.mark.parametrize("row", on_request(), ids=lambda row: row.table)
def test_what_somebody_chose_besides_is_always_asked_for(row):
    assert waiting_days(row, watch()) == []


def test_a_list_with_events_waits_and_one_whose_category_never_told_anything_does_not():
    payments, known = endpoint("payments"), watch()
    assert len(waiting_days(payments, known)) == 7
    others = {name: note for name, note in known.notes.items() if name != "PAYMENT"}
    assert waiting_days(payments, EventWatch(others)) == []


@pytest.mark.parametrize("table", ["contacts", "payments", "quotes", "tax_rates"])
def test_what_was_missed_lets_everything_be_read_that_was_not_since(table):
    row = endpoint(table)
    (day, *_) = waiting_days(row, watch())
    at = NOW + DAY * day
    missed = watch(INVOICE={"missed_at": at - timedelta(hours=2), "last_at": at - timedelta(hours=1)})
    gap = replace(watch(), gap_at=at - timedelta(hours=2))
    for known in (missed, gap):
        assert not may_wait(row, at - DAY, known, at)
    assert may_wait(endpoint("payments"), at - timedelta(hours=1), gap, at)


def test_a_category_that_missed_something_has_to_tell_something_before_it_is_trusted_again():
    contacts, at = endpoint("contacts"), NOW
    (day, *_) = waiting_days(contacts, watch())
    at = NOW + DAY * day
    missed = watch(CONTACT={"missed_at": at - timedelta(days=2)})
    assert not may_wait(contacts, at - DAY, missed, at)
    again = watch(CONTACT={"missed_at": at - timedelta(days=2), "last_at": at - timedelta(days=1, hours=12)})
    assert may_wait(contacts, at - DAY, again, at)


def test_lists_without_events_are_asked_for_where_anything_was_told_since_they_were_read():
    quotes = endpoint("quotes")
    (day, *_) = waiting_days(quotes, watch())
    at = NOW + DAY * day
    assert not may_wait(quotes, at - DAY, watch(told_at=at - timedelta(hours=1)), at)


def test_an_event_of_a_quarter_ago_proves_nothing():
    assert waiting_days(endpoint("payments"), watch(told_at=NOW - timedelta(days=100))) == []
