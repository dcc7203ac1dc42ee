"""No row is lost while people work in Xero: edits, new and vanished records at every page boundary, in 200 ways."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from xero_pipeline.xero.endpoints import endpoint
from xero_pipeline.xero.pagination import Page, paginate
from xero_pipeline.xero.pagination.page import Records
from xero_pipeline.xero.pagination.reverse_ranges import PageRange, split_ranges
from xero_pipeline_tests.thoroughness import so_many
from xero_pipeline_tests.xero.office import MORNING, Office, People, by_id, changed_since, records_of, sized

SEEDS = so_many(200, 30)
OVERLAP = timedelta(minutes=5)
INVOICES = endpoint("invoices")
OTHERS = ["bank_transactions", "contacts", "credit_notes", "manual_journals", "payments", "purchase_orders", "quotes"]


@pytest.fixture(scope="module")
def office():
    return Office()


def naive(client, tenant_id, row, *, modified_since=None, workers=5):
    """Paging as one would write it at first: the pages from the front, a few at once."""

    def page(number):
        params = {"page": str(number), **row.params}
        return client.get(tenant_id, row.path, params=params, modified_since=modified_since, scope=row.scope)

    first = page(1)
    of = first.pagination.page_count
    with ThreadPoolExecutor(workers) as pool:
        for number, answer in enumerate([first, *pool.map(page, range(2, of + 1))], start=1):
            yield replace(Page.of(answer, row), number=number, total_pages=of)


def page_of(*stamps):
    """A page of records that were last changed at these instants."""
    changed = (
        {"InvoiceID": f"{number}", "UpdatedDateUTC": f"{at:%Y-%m-%dT%H:%M:%S.%f}"} for number, at in enumerate(stamps)
    )
    texts = [msgspec.Raw(msgspec.json.encode(record)) for record in changed]
    return Page(1, None, None, Records.of(texts, "InvoiceID"))


def lost(office, row, seed, *, reading=paginate, **people):
    """Read while people work; then the ids of untouched records that are missing, and the pages."""
    chance = random.Random(seed)
    worker_count, since = 1 + seed % 5, None
    books = office.open()
    before = office.truth(row.wrapper)
    if row.modified_since and seed % 3 == 2:
        since = MORNING - timedelta(days=chance.randint(5, 60))
    office.people = People(seed, row.wrapper, **people)
    with office.client() as client:
        pages = list(reading(client, office.tenant_id, row, modified_since=since, workers=worker_count))
    still = set(before) - office.people.touched
    assert books is office.books
    assert still, "a test of nothing"
    expected = still if since is None else still & changed_since(before, since)
    got = by_id(records_of(pages, row), row)
    assert all(got[name] == before[name] for name in expected & set(got))
    return expected - set(got), pages


@pytest.mark.parametrize("seed", range(SEEDS))
def test_every_record_that_nobody_touches_is_read_and_the_next_read_brings_the_rest(office, seed):
    row = sized(INVOICES, 3 + seed % 7)
    missing, pages = lost(office, row, seed, busy=1 + seed // 5 % 3)
    assert missing == set()
    assert not any(page.list_changed for page in pages)
    office.people = None
    with office.client() as client:
        since = pages[0].answer.server_time - OVERLAP
        later = list(paginate(client, office.tenant_id, row, modified_since=since))
    truth = office.truth("Invoices")
    seen = by_id([*records_of(pages, row), *records_of(later, row)], row)
    if seed % 3 == 2:  # an incremental read leaves out what is older than it asked for
        truth = {name: record for name, record in truth.items() if name in seen}
        assert changed_since(truth, since) == changed_since(office.truth("Invoices"), since)
    assert {name: seen[name] for name in truth} == truth


@pytest.mark.parametrize("table", OTHERS)
def test_so_it_is_with_every_other_list_that_comes_in_pages(office, table):
    for seed in range(10):
        row = sized(endpoint(table), 2 + seed % 4 if table != "quotes" else 1)
        assert (seed, lost(office, row, seed)[0]) == (seed, set())


def test_so_it_is_with_pages_of_a_fixed_size_that_tell_no_count(office):
    row = endpoint("linked_transactions")
    written = office.written.bench.tables["LinkedTransactions"]
    (_, model), *_ = written.items()
    for number in range(330):
        name = office.written.bench.id_of(f"linked/{number}")
        written[name] = {**model, "LinkedTransactionID": name}
    for seed in range(10):
        assert (seed, lost(office, row, seed, busy=30)[0]) == (seed, set())


def test_the_people_of_these_tests_do_harm_a_naive_reader(office):
    harmed = [seed for seed in range(20) if lost(office, sized(INVOICES, 3 + seed % 7), seed, reading=naive)[0]]
    assert len(harmed) > 10


@pytest.mark.parametrize("workers", [1, 2, 3, 4, 5])
def test_a_list_at_rest_costs_one_call_a_page(office, workers):
    office.open()
    row = sized(INVOICES, 7)
    with office.client() as client:
        pages = list(paginate(client, office.tenant_id, row, workers=workers))
    count = pages[0].answer.pagination.page_count
    assert sorted(office.pages_asked()) == list(range(1, count + 1))
    assert count > 5


@pytest.mark.parametrize("workers", [1, 2, 3, 4, 5])
def test_one_edit_costs_one_more_call_a_strip(office, workers):
    class OneEdit(People):
        def work(self, company, at):
            if len(office.requests) == 3:
                self._touch(company, self.first, at)

    office.open()
    people = OneEdit(1, "Invoices")
    people.first = records_first(office)
    office.people = people
    with office.client() as client:
        pages = list(paginate(client, office.tenant_id, sized(INVOICES, 4), workers=workers))
    count = pages[0].answer.pagination.page_count
    assert len(office.requests) <= count + workers
    assert len(office.requests) > count
    assert [page.number for page in pages] == list(range(1, len(pages) + 1))
    assert pages[-1].total_pages == len(pages)


def records_first(office):
    from xero_simulator.edits.working_copy import oldest_change

    return oldest_change(office.books, "Invoices")


def test_a_change_a_moment_before_the_first_answer_costs_calls_but_no_row(office):
    """Whether it is part of the first answer's count nobody can tell, so the strips are read again."""
    books = office.open()
    People(1, "Invoices")._touch(books, records_first(office), MORNING - timedelta(seconds=5))
    row = sized(INVOICES, 7)
    with office.client() as client:
        pages = list(paginate(client, office.tenant_id, row, workers=2))
    assert set(by_id(records_of(pages, row), row)) == set(office.truth("Invoices"))
    assert len(office.requests) > pages[0].answer.pagination.page_count


def test_a_walk_ends_with_the_page_that_begins_before_the_edge_and_not_at_it():
    """Rows of one instant stand in the order of their ids, so one that begins at the edge may not be the last."""
    walk = PageRange(9, 1, until=MORNING)
    for begins in (MORNING + timedelta(seconds=1), None, MORNING, MORNING - timedelta(microseconds=1)):
        assert walk.page is not None
        walk.take(page_of(*([] if begins is None else [begins])))
    assert walk.page is None


def test_a_walk_remembers_the_end_of_its_first_page():
    walk = PageRange(3, 1)
    for second in (5, 3, 1):
        walk.take(page_of(MORNING, MORNING + timedelta(seconds=second)))
    assert walk.boundary == MORNING + timedelta(seconds=5)
    assert walk.page is None


@pytest.mark.parametrize("workers", [1, 2, 5, 9])
@pytest.mark.parametrize("high", [1, 2, 3, 6, 100])
def test_strips_hold_every_page_once(high, workers):
    pages = []
    for strip in split_ranges(2, high, workers):
        while strip.page is not None:
            pages.append(strip.page)
            strip.take(page_of())
    assert sorted(pages) == list(range(2, high + 1))
