"""From people at work in Xero to the rows of the warehouse: nothing missing, nothing stale after one more sync."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from xero_pipeline.sync.incremental_sync import sync_collection
from xero_pipeline.sync.result import CallStats
from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline.xero.endpoints import endpoint
from xero_pipeline.xero.values import parse_xero_date
from xero_pipeline_tests.thoroughness import so_many
from xero_pipeline_tests.xero.office import Office, People, sized


@pytest.fixture(scope="module")
def office():
    return Office()


@pytest.fixture(scope="module")
def narrow_office():
    """One that refuses lists of more than 18 invoices: no day of its books has as many."""
    return Office(max_matching=18)


@pytest.fixture
def warehouse(duckdb_url):
    with Warehouse(duckdb_url).kept_open() as warehouse:
        yield warehouse


def sync(office, warehouse, row):
    tally = CallStats()
    with office.client(on_call=tally.add) as client:
        return sync_collection(
            client,
            warehouse,
            office.tenant_id,
            row,
            tally=tally,
            now=lambda: datetime.fromtimestamp(office.time.now, UTC),
        )


def rows(warehouse):
    found = warehouse.query(
        "select invoice_id, status, reference, total, updated_date_utc from xero.invoices", {}
    ).to_pylist()
    return {row["invoice_id"]: row for row in found}


def truth(office):
    return {
        name: {
            "invoice_id": name,
            "status": record["Status"],
            "reference": record.get("Reference"),
            "total": record["Total"],
            "updated_date_utc": parse_xero_date(record["UpdatedDateUTC"]),
        }
        for name, record in office.books.bench.tables["Invoices"].items()
    }


@pytest.mark.parametrize("seed", range(so_many(8, 1)))
def test_a_sync_among_people_misses_nothing_they_left_alone_and_the_next_brings_the_rest(office, warehouse, seed):
    row = sized(endpoint("invoices"), 3 + seed % 5)
    office.open()
    before = truth(office)
    office.people = People(seed, "Invoices", busy=1, vanish=False)
    sync(office, warehouse, row)
    still = before.keys() - office.people.touched
    assert len(still) > 5
    found = rows(warehouse)
    assert {name: found.get(name, {}).get("updated_date_utc") for name in still} == {
        name: before[name]["updated_date_utc"] for name in still
    }
    office.people = None
    sync(office, warehouse, row)
    assert rows(warehouse) == truth(office)


def test_a_list_that_xero_refuses_for_its_length_is_in_the_warehouse_after_one_sync(narrow_office, warehouse):
    narrow_office.open()
    outcome = sync(narrow_office, warehouse, sized(endpoint("invoices"), 7))
    assert rows(warehouse) == truth(narrow_office)
    assert outcome.records == len(truth(narrow_office))


def test_after_that_a_sync_without_changes_is_one_call(narrow_office, warehouse):
    narrow_office.open()
    row = sized(endpoint("invoices"), 7)
    sync(narrow_office, warehouse, row)
    assert sync(narrow_office, warehouse, row).calls == 1
