"""Parts of a list: what fits into the calls that are left, windows of days, records asked for by their ids."""

from __future__ import annotations

from datetime import date

import httpx
import pytest

from xero_pipeline.errors import RequestRefused
from xero_pipeline.xero.endpoints import catalogue, endpoint
from xero_pipeline.xero.pagination import Slice, paginate
from xero_pipeline.xero.pagination import by_id as ids
from xero_pipeline_tests.xero.fakes import TENANT, App, client_of
from xero_pipeline_tests.xero.office import Office, by_id, records_of, sized

IN_WINDOWS = [row for row in catalogue() if row.in_windows]


@pytest.fixture(scope="module")
def large_enough():
    return Office()


def everything(office, row, **more):
    with office.client() as client:
        return list(paginate(client, office.tenant_id, row, **more))


class Refusing(App):
    def answer(self, request):
        return httpx.Response(400, json={"Message": "A mistake"})


@pytest.mark.parametrize("fits", [3, 6, 12])
def test_a_list_of_more_pages_than_calls_left_is_read_in_slices_that_fit(large_enough, fits):
    large_enough.open()
    row = sized(endpoint("invoices"), 3)
    pages = everything(large_enough, row, calls_left=lambda: fits)
    assert by_id(records_of(pages, row), row) == large_enough.truth("Invoices")
    ends = [page.read_before for page in pages if page.read_before is not None]
    assert ends == sorted(set(ends))
    assert len(ends) > 2
    told = [page.answer.pagination.page_count for page in pages if page.answer.pagination]
    assert max(told) <= fits + 1
    assert len(large_enough.requests) < 3 * len(pages)


def test_a_list_that_fits_is_read_as_ever(large_enough):
    large_enough.open()
    row = sized(endpoint("invoices"), 3)
    pages = everything(large_enough, row, calls_left=lambda: 100)
    assert {page.read_before for page in pages} == {None}
    assert len(large_enough.requests) == len(pages) == pages[0].total_pages


def test_a_day_with_more_pages_than_calls_left_is_read_all_the_same(large_enough):
    """It cannot be cut; where the calls end, the client says so."""
    large_enough.open()
    row = sized(endpoint("invoices"), 1)
    pages = everything(large_enough, row, calls_left=lambda: 0)
    assert by_id(records_of(pages, row), row) == large_enough.truth("Invoices")


@pytest.mark.parametrize("row", IN_WINDOWS, ids=lambda row: row.table)
def test_a_window_holds_what_is_dated_in_it_and_windows_together_hold_all(large_enough, row):
    large_enough.open()
    cut = date(2026, 2, 10)
    parts = [everything(large_enough, row, window=window) for window in (Slice(None, cut), Slice(cut, None))]
    older, newer = (by_id(records_of(pages, row), row) for pages in parts)
    assert older.keys() & newer.keys() == set()
    assert older | newer == by_id(records_of(everything(large_enough, row), row), row)


@pytest.mark.parametrize("table", ["invoices", "contacts", "payments", "quotes"])
def test_a_record_asked_for_by_its_id_comes_whole_or_is_none(large_enough, table):
    large_enough.open()
    row = endpoint(table)
    (name, record), *_ = large_enough.truth(row.wrapper).items()
    with large_enough.client() as client:
        page = ids.one(client, large_enough.tenant_id, row, name)
        assert by_id(records_of([page], row), row) == {name: record}
        assert ids.one(client, large_enough.tenant_id, row, "00000000-0000-0000-0000-00000000dead") is None


def test_another_refusal_of_a_single_record_is_no_sign_of_its_end(engine, clock):
    with pytest.raises(RequestRefused, match="A mistake"):
        ids.one(client_of(Refusing(), engine, clock), TENANT, endpoint("payments"), "a")


@pytest.mark.parametrize("table", ["invoices", "contacts"])
def test_several_records_come_in_one_call_the_archived_too(large_enough, table):
    large_enough.open()
    row = endpoint(table)
    records = large_enough.truth(row.wrapper)
    names = sorted(records)[: ids.IDS_PER_CALL]
    with large_enough.client() as client:
        page = ids.several(client, large_enough.tenant_id, row, names)
    assert by_id(records_of([page], row), row) == {name: records[name] for name in names}


def test_a_first_page_shorter_than_xeros_fixed_size_is_all_there_is(large_enough):
    large_enough.open()
    row = endpoint("linked_transactions")
    assert 0 < len(large_enough.truth("LinkedTransactions")) < row.page_size
    assert len(everything(large_enough, row)) == len(large_enough.requests) == 1
