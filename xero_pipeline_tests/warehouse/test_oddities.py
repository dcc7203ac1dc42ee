"""Notes of what was odd, on both databases: each thing once, each record until it can be read."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from xero_pipeline.errors import RecordRefused
from xero_pipeline.warehouse.progress.issues import MANY, Issues, all_drift, quarantined_records, unreported_drift
from xero_pipeline.warehouse.progress.records import Drift
from xero_pipeline.xero.http.json_repair import readable
from xero_pipeline_tests.warehouse.answers import FIRST, LATER, TENANT, envelope, invoice, tables_of, uid

pytestmark = pytest.mark.slow

FIELD = Drift("field", "LineItems[].New", "", '{"a": 1}', 2, "x")
WORD = Drift("value", "Status", "FROZEN", '"FROZEN"', 1, None)


@pytest.fixture
def note(warehouse):
    def write(*found, at=FIRST, collection="invoices"):
        with warehouse.writing() as connection:
            Issues(connection, TENANT, collection).note_drift(found, at=at)

    return write


@pytest.fixture
def put_aside(warehouse):
    def write(name, raw=b"{}", *, at=FIRST, error="wrong"):
        with warehouse.writing() as connection:
            fault = RecordRefused(error, record_id=name, raw=raw)
            Issues(connection, TENANT, "invoices").quarantine([fault], at=at)

    return write


def kept_out(warehouse, collection=None):
    with warehouse.reading() as connection:
        found = quarantined_records(connection, collection)
    return {one["record_id"]: (one["error"], one["seen_at"].astimezone(FIRST.tzinfo)) for one in found}


def test_what_is_seen_again_keeps_its_first_sample_and_time(warehouse, note):
    note(FIELD, WORD)
    note(Drift("field", "LineItems[].New", "", "another", 3, "y"), at=LATER)
    rows = warehouse.query(
        "select kind, records, sample, example_record_id, first_seen_at, last_seen_at from xero.schema_drift order by 1"
    )
    field, word = rows.to_pylist()
    assert (field["records"], field["sample"], field["example_record_id"]) == (5, '{"a": 1}', "x")
    assert field["last_seen_at"] - field["first_seen_at"] == LATER - FIRST
    assert word["records"] == 1


def test_a_thing_is_reported_once_and_a_new_one_after_it_too(warehouse, note):
    note(FIELD)
    with warehouse.writing() as connection:
        assert [one["path"] for one in unreported_drift(connection, "invoices")] == ["LineItems[].New"]
        Issues(connection, TENANT, "invoices").note_reported(at=LATER)
    note(FIELD, WORD)
    with warehouse.reading() as connection:
        assert [one["path"] for one in unreported_drift(connection, "invoices")] == ["Status"]


def test_names_that_are_somebodys_data_do_not_flood_the_notes(warehouse, note):
    flood = [Drift("field", f"Map.{n}", "", "1", 1, None) for n in range(3 * MANY)]
    for _ in range(2):
        note(*flood)
    with warehouse.reading() as connection:
        assert Counter(one["records"] for one in all_drift(connection)) == {2: MANY}


def test_a_record_that_is_refused_again_keeps_since_when_unless_it_has_changed(warehouse, put_aside):
    put_aside("a")
    put_aside("a", at=LATER, error="still")
    assert kept_out(warehouse) == {"a": ("still", FIRST)}
    put_aside("a", b"[]", at=LATER)
    assert kept_out(warehouse) == {"a": ("wrong", LATER)}


def test_a_record_that_was_read_is_kept_out_no_longer_until_it_is_refused_again(warehouse, put_aside):
    put_aside("a")
    put_aside("b")
    with warehouse.writing() as connection:
        Issues(connection, TENANT, "invoices").resolve({"a"}, at=LATER)
    assert set(kept_out(warehouse, "invoices")) == {"b"}
    assert kept_out(warehouse, "contacts") == {}
    put_aside("a", at=LATER + timedelta(days=1))
    assert kept_out(warehouse)["a"] == ("wrong", LATER + timedelta(days=1))


def test_a_whole_read_releases_what_it_did_not_bring_any_more(warehouse, put_aside):
    put_aside("gone")
    put_aside("there", at=LATER)
    with warehouse.writing() as connection:
        Issues(connection, TENANT, "invoices").resolve_deleted(since=LATER, at=LATER)
    assert set(kept_out(warehouse)) == {"there"}


def test_a_text_no_database_has_a_place_for_costs_no_record(warehouse):
    """PostgreSQL refuses a NUL, and with it the whole batch."""

    refused, noticed = [], []
    body = envelope(invoice("a"), invoice("b", Reference="nul \0 here"), invoice("c", **{"New\0": "\0"}))
    tables = tables_of(
        "invoices", [readable(body)], wrapper="Invoices", tenant_id=TENANT, synced_at=FIRST,
        refuse=refused.append, notice=noticed.append,
    )  # fmt: skip
    warehouse.merge(tables)
    with warehouse.writing() as connection:
        issues = Issues(connection, TENANT, "invoices")
        assert refused == []
        issues.note_drift(noticed, at=FIRST)
    assert kept_out(warehouse) == {}
    loaded = warehouse.query("select invoice_id from xero.invoices")["invoice_id"].to_pylist()
    assert set(loaded) == {uid("a"), uid("b"), uid("c")}
    assert ("character", "Reference") in {(one.kind, one.path) for one in noticed}
