"""Lists that Xero refuses for their length are read in slices by themselves, and reading goes on where it stopped."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from itertools import pairwise

import httpx
import pytest

from xero_pipeline.errors import RequestRefused
from xero_pipeline.xero.endpoints import catalogue, endpoint
from xero_pipeline.xero.pagination import paginate
from xero_pipeline.xero.pagination.date_slices import Slice
from xero_pipeline_tests.thoroughness import so_many
from xero_pipeline_tests.xero.fakes import TENANT, App, client_of, envelope, good
from xero_pipeline_tests.xero.office import MORNING, Office, People, by_id, records_of, sized

SEEDS = so_many(200, 10)
SLICED = [row for row in catalogue() if row.slicing is not None]
INVOICES = sized(endpoint("invoices"), 4)


@pytest.fixture(scope="module")
def office():
    """Xero's bound is 100,000; here it is 18 records, which no busy day of these books reaches."""
    return Office(max_matching=18)


@pytest.fixture(scope="module")
def large_enough():
    return Office()


def everything(office, row, **more):
    with office.client() as client:
        return list(paginate(client, office.tenant_id, row, **more))


@pytest.mark.parametrize("row", [row for row in SLICED if row.table != "contacts"], ids=lambda row: row.table)
def test_a_list_over_the_bound_is_read_whole_in_slices(office, large_enough, row):
    office.open()
    large_enough.open()
    whole = by_id(records_of(everything(large_enough, row), row), row)
    pages = everything(office, row)
    assert by_id(records_of(pages, row), row) == whole
    assert [page.number for page in pages] == list(range(1, len(pages) + 1))
    if len(whole) > 18:
        assert len(pages) > 1
        assert {page.total_pages for page in pages} == {None}


def test_contacts_are_sliced_by_the_day_of_their_last_change():
    office = Office(max_matching=45)  # most were entered on one day
    office.open()
    row = endpoint("contacts")
    assert len(office.truth("Contacts")) > 45
    pages = everything(office, row)
    assert by_id(records_of(pages, row), row).keys() == office.truth("Contacts").keys()
    assert "where" in office.requests[-1].query


def test_most_lists_of_these_books_are_over_the_bound(large_enough):
    large_enough.open()
    over = {row.table for row in SLICED if len(large_enough.books.records(row.wrapper)) > 18}
    assert {"invoices", "bank_transactions", "payments", "manual_journals"} <= over


def test_lists_that_come_in_one_answer_are_sliced_too():
    office = Office(max_matching=3)
    office.open()
    row = endpoint("bank_transfers")
    pages = everything(office, row)
    assert len(pages) > 1
    assert by_id(records_of(pages, row), row) == office.truth("BankTransfers")


def test_the_first_cut_is_half_way_to_the_day_xero_says_it_is(office):
    office.open()
    everything(office, INVOICES)
    cut = date(2000, 1, 1) + (MORNING.date() - date(2000, 1, 1)) // 2
    assert f"Date>=DateTime(2000,01,01) AND Date<DateTime({cut:%Y,%m,%d})" in office.requests[3].query["where"]


@pytest.mark.parametrize(("table", "wrapper"), [("purchase_orders", "PurchaseOrders"), ("quotes", "Quotes")])
def test_lists_without_filters_are_sliced_by_their_own_day_parameters(table, wrapper):
    office = Office(max_matching=2)
    office.open()
    row = endpoint(table)
    pages = everything(office, row)
    assert by_id(records_of(pages, row), row) == office.truth(wrapper)
    assert not any("where" in request.query for request in office.requests)


def test_slices_come_by_age_and_tell_how_far_all_is_read(office):
    office.open()
    before = date.min
    for page in everything(office, INVOICES):
        days = [day_of(record) for record in records_of([page], INVOICES)]
        assert all(day >= before for day in days)
        if page.read_before is not None:
            assert all(day < page.read_before for day in days)
            assert page.read_before > before
            before = page.read_before
    assert before > date(2026, 1, 1)


def day_of(record):
    return datetime.fromisoformat(record["DateString"]).date()


def test_reading_goes_on_after_the_last_complete_slice_wherever_it_stopped(office):
    office.open()
    pages = everything(office, INVOICES)
    whole = set(office.truth("Invoices"))
    for stop in range(1, len(pages)):
        done = [page.read_before for page in pages[:stop] if page.read_before is not None]
        office.requests.clear()
        rest = everything(office, INVOICES, resume_from=done[-1] if done else None)
        got = by_id(records_of([*pages[:stop], *rest], INVOICES), INVOICES)
        assert set(got) == whole
        if done:
            assert all(day_of(record) >= done[-1] for record in records_of(rest, INVOICES))
            assert all("where" in request.query for request in office.requests)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_no_row_is_lost_in_slices_either_while_people_work(office, seed):
    office.open()
    before = office.truth("Invoices")
    office.people = People(seed, "Invoices", busy=1)
    row = sized(endpoint("invoices"), 2 + seed % 4)
    pages = everything(office, row, workers=1 + seed % 5)
    assert len(pages) > 10
    got = by_id(records_of(pages, row), row)
    assert set(before) - office.people.touched - set(got) == set()


def test_changes_since_are_sliced_too(office):
    office.open()
    since = MORNING - timedelta(days=50)
    pages = everything(office, INVOICES, modified_since=since)
    assert all("if-modified-since" in request.headers for request in office.requests)
    assert len(office.requests) > len(pages) > 1, "the list itself was refused"


def test_a_day_that_is_over_the_bound_by_itself_is_said():
    office = Office(max_matching=0)
    office.open()
    with pytest.raises(RequestRefused, match="more than 100,000 records"):
        everything(office, INVOICES)
    *_, last = office.requests
    first, end = (date(*map(int, found)) for found in re.findall(r"(\d+),(\d+),(\d+)", last.query["where"]))
    assert end - first == timedelta(days=1)


@pytest.fixture
def client(engine, clock):
    made = []

    def make(app):
        made.append(client_of(app, engine, clock, per_minute=100_000))
        return made[-1]

    yield make
    for one in made:
        one.close()


class Refusing(App):
    def answer(self, request):
        return httpx.Response(400, json={"Message": "A mistake"})


def test_another_refusal_is_not_asked_over_and_over(client):
    app = Refusing()
    with pytest.raises(RequestRefused, match="A mistake"):
        list(paginate(client(app), TENANT, endpoint("invoices")))
    assert [request.url.params.get("where") for request in app.requests] == [None, "Date<DateTime(2000,01,01)"]


def test_a_list_that_is_not_there_is_not_sliced(client):
    app = Refusing()
    app.answer = lambda _: httpx.Response(404, text="The resource cannot be found")
    with pytest.raises(RequestRefused):
        list(paginate(client(app), TENANT, endpoint("invoices")))
    assert len(app.requests) == 1


class Drifting(App):
    """Refuses everything but slices, and grows with every answer, in no order that could be checked."""

    def answer(self, request):
        where = request.url.params.get("where")
        if where in {None, "Date>=DateTime(2000,01,01)"}:
            return httpx.Response(400, json={"Message": "Too many"})
        page = {"page": int(request.url.params["page"]), "pageSize": 1, "pageCount": 2, "itemCount": len(self.requests)}
        grows = page if where == "Date<DateTime(2000,01,01)" else page | {"itemCount": 2}
        return good(envelope("Invoices", [{"InvoiceID": f"{where}{page['page']}"}], pagination=grows))


def test_a_slice_that_may_lack_a_record_is_not_called_read(client):
    pages = list(paginate(client(Drifting()), TENANT, endpoint("invoices")))
    assert [page.list_changed for page in pages] == [False, True, False, False, False, False]
    assert [page.read_before is None for page in pages] == [True, True, True, False, True, True]


def test_a_list_that_offers_no_way_is_not_sliced(client):
    app = Refusing()
    with pytest.raises(RequestRefused, match="A mistake"):
        list(paginate(client(app), TENANT, endpoint("linked_transactions")))
    assert len(app.requests) == 1


def test_halving_leaves_no_day_out_and_takes_none_twice():
    todo, done = [Slice()], []
    while todo:
        one = todo.pop()
        halves = one.parts(date(2026, 11, 22)) if len(done) % 7 else one.parts(None)
        long = one.start is None or one.end is None or (one.end - one.start).days > 400
        if halves and long and len(done) < 200:
            todo += reversed(halves)
        else:
            done.append(one)
    assert done[0].start is None
    assert done[-1].end is None
    assert all(one.end == other.start for one, other in pairwise(done))


def test_a_day_is_not_halved():
    assert Slice(date(2026, 5, 1), date(2026, 5, 2)).parts(None) is None
    assert Slice(None, date(2000, 1, 1)).parts(None) is None


def test_a_slice_of_days_says_its_last_day_where_both_days_belong_to_it():
    may = Slice(date(2026, 5, 1), date(2026, 6, 1))
    assert may.params("DateFrom and DateTo") == {"DateFrom": "2026-05-01", "DateTo": "2026-05-31"}
    assert may.params("where Date") == {"where": "Date>=DateTime(2026,05,01) AND Date<DateTime(2026,06,01)"}
    assert Slice().params("where Date") == Slice().params("DateFrom and DateTo") == {}
