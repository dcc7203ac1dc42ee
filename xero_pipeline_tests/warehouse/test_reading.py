"""What is noted about reading in parts, and which records are there, on both databases."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

import pytest

from xero_pipeline.warehouse.load import present_rows
from xero_pipeline.warehouse.progress.read_progress import (
    ReadProgress,
    ReadState,
    counts_to_verify,
    read_states,
    refresh_rounds,
    write_notes,
)
from xero_pipeline.warehouse.progress.records import Cursor, RefreshRound, ResumePoint
from xero_pipeline_tests.warehouse.answers import tables_of

TENANT = "70784a63-d24b-46a9-a4db-0e70a274b056"
MORNING = dt.datetime(2026, 3, 10, 9, tzinfo=dt.UTC)
LATE = dt.datetime(2026, 3, 1, 23, 30, tzinfo=dt.UTC)  # the second of March in most of Asia


@pytest.fixture
def contacts(warehouse):
    """Three contacts: two that changed late on the first of March, one on the fifth; one is marked deleted."""
    changed = {"a": LATE, "b": LATE, "c": LATE + dt.timedelta(days=4)}
    records = [
        {"ContactID": name, "Name": name, "UpdatedDateUTC": f"/Date({int(at.timestamp() * 1000)}+0000)/"}
        for name, at in changed.items()
    ]
    body = json.dumps({"Contacts": records}).encode()
    warehouse.merge(tables_of("contacts", [body], wrapper="Contacts", tenant_id=TENANT, synced_at=MORNING))
    assert warehouse.mark_deleted("contacts", TENANT, ["b", "nobody"], at=MORNING + dt.timedelta(hours=1)) == 1
    return warehouse


def living(warehouse, **more):
    with warehouse.reading() as connection:
        return present_rows.active_ids(
            connection,
            "contacts",
            TENANT,
            **{"as_of": MORNING + dt.timedelta(days=1), "day": "updated_date_utc"} | more,
        )


def test_a_mark_is_set_once_and_the_row_stays(contacts):
    later = MORNING + dt.timedelta(hours=2)
    assert contacts.mark_deleted("contacts", TENANT, ["b"], at=later) == 0
    rows = contacts.query("select contact_id, is_deleted, synced_at from xero.contacts order by 1").to_pylist()
    assert [(row["contact_id"], row["is_deleted"]) for row in rows] == [("a", False), ("b", True), ("c", False)]
    versions = contacts.query("select is_deleted from xero.contacts_history where contact_id = 'b' order by seen_at")
    assert versions.column(0).to_pylist() == [False, True]


def test_what_was_written_since_is_not_marked(contacts):
    assert contacts.mark_deleted("contacts", TENANT, ["a"], at=MORNING - dt.timedelta(hours=1)) == 0


def test_the_living_are_those_that_were_there_and_are_not_marked(contacts):
    assert living(contacts) == {"a", "c"}
    assert living(contacts, as_of=MORNING) == set()


def test_days_are_those_of_xeros_clock_whatever_zone_the_database_is_in(contacts):
    first, second, sixth = (dt.date(2026, 3, day) for day in (1, 2, 6))
    assert living(contacts, start=first, end=second) == {"a"}
    assert living(contacts, start=second, end=sixth) == {"c"}
    with contacts.reading() as connection:
        counts = present_rows.counts_by_day(connection, "contacts", TENANT, "updated_date_utc", None)
        later = present_rows.counts_by_day(connection, "contacts", TENANT, "updated_date_utc", second)
        assert present_rows.row_counts(connection, ["contacts", "invoices"], TENANT) == {"contacts": 3, "invoices": 0}
    assert counts == [(first, 2), (dt.date(2026, 3, 5), 1)]
    assert later == counts[1:]


def test_a_cut_read_is_noted_written_over_and_forgotten(warehouse):
    cut = ResumePoint(TENANT, "invoices", None, LATE, dt.date(2026, 2, 1), 7, MORNING)
    further = ResumePoint(TENANT, "invoices", LATE, LATE, dt.date(2026, 3, 1), 9, MORNING)
    seen = []
    for note in (cut, further):
        with warehouse.writing() as connection:
            progress = ReadProgress(connection, TENANT, "invoices")
            progress.write(note)
            seen.append(progress.resume_point())
    with warehouse.writing() as connection:
        progress = ReadProgress(connection, TENANT, "invoices")
        progress.end_read()
        seen.append(progress.resume_point())
    assert seen == [cut, further, None]


def test_rounds_are_those_of_one_organisation(warehouse):
    one = RefreshRound(
        TENANT, "invoices", complete_at=MORNING, read_before=dt.date(2026, 2, 1), called_on=MORNING.date(), calls=3
    )
    with warehouse.writing() as connection:
        ReadProgress(connection, TENANT, "invoices").write(one)
        ReadProgress(connection, "another", "invoices").write(RefreshRound("another", "invoices"))
        assert refresh_rounds(connection, TENANT) == {"invoices": one}
        assert ReadProgress(connection, TENANT, "items").refresh_round() == RefreshRound(TENANT, "items")
    assert (one.calls_on(MORNING.date()), one.calls_on(LATE.date())) == (3, 0)


def test_the_missing_are_asked_for_in_the_order_in_which_they_were_noticed(warehouse):
    with warehouse.writing() as connection:
        progress = ReadProgress(connection, TENANT, "invoices")
        progress.add_ids_to_verify(["z"], LATE)
        progress.add_ids_to_verify(["z", "a"], MORNING)
        assert progress.ids_to_verify() == ["z", "a"]
        assert counts_to_verify(connection, TENANT) == {"invoices": 2}
        progress.remove_verified_ids(["z"])
        progress.remove_verified_ids([])
        assert progress.ids_to_verify() == ["a"]


def test_notes_of_several_organisations_are_written_and_read_together(warehouse):
    rounds = [RefreshRound(tenant, "items", complete_at=MORNING, answer=f"of {tenant}") for tenant in ("a", "b")]
    cursors = [Cursor(tenant, "items", None if tenant == "a" else LATE, MORNING, 3) for tenant in ("a", "b")]
    for notes in ([*cursors, *rounds], [replace(cursors[0], records=4)]):
        with warehouse.writing() as connection:
            write_notes(connection, notes)
    with warehouse.reading() as connection:
        found = read_states(connection, "items", ["a", "b", "never read"])
        assert read_states(connection, "items", ["b"])["b"] == found["b"]
    assert [found[tenant].cursor for tenant in ("a", "b")] == [replace(cursors[0], records=4), cursors[1]]
    assert [found[tenant].refresh_round for tenant in ("a", "b")] == rounds
    assert found["never read"] == ReadState(None, None, RefreshRound("never read", "items"))


def test_a_round_that_was_as_before_does_not_take_the_place_of_another_answer(warehouse):
    before = RefreshRound(TENANT, "items", complete_at=LATE, answer="as read by somebody else")
    with warehouse.writing() as connection:
        write_notes(connection, [before])
        write_notes(connection, [replace(before, complete_at=MORNING, answer="as it was when we began")])
        assert ReadProgress(connection, TENANT, "items").refresh_round() == before
        write_notes(connection, [replace(before, complete_at=MORNING)])
        assert ReadProgress(connection, TENANT, "items").refresh_round().complete_at == MORNING
