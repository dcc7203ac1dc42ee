"""A list read in slices goes on, in another process, where one was ended; its cursor is that of the first attempt."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from datetime import date

import pytest

from xero_pipeline.errors import BudgetReached, WaitError
from xero_pipeline.sync.incremental_read import OVERLAP
from xero_pipeline.sync.page_batches import PAGES_PER_MERGE
from xero_pipeline.sync.read_plan import CUT_IS_OLD
from xero_pipeline.xero import pagination
from xero_pipeline.xero.endpoints import endpoint
from xero_pipeline_tests.sync.desk import Desk
from xero_pipeline_tests.xero.office import People, changed_since, sized

pytestmark = pytest.mark.slow

SMALL = {"payments": sized(endpoint("payments"), 4)}


@pytest.fixture(scope="module")
def narrow():
    """Xero's bound is 100,000; here it is 30 records, which no busy day of these books reaches."""
    return Desk(invoices=150, max_matching=30)


@pytest.fixture(scope="module")
def wide():
    return Desk(invoices=150)


@pytest.fixture
def desk(narrow, warehouse):
    return opened(narrow, warehouse)


@pytest.fixture
def long_desk(wide, warehouse):
    return opened(wide, warehouse)


def opened(desk, warehouse):
    desk.warehouse, desk.rows = warehouse, SMALL
    desk.open()
    return desk


def cursor(desk, table="payments"):
    return desk.warehouse.cursor(desk.tenant_id, table)


def cut(desk, table="payments"):
    found = desk.warehouse.query("select * from xero.reads where endpoint = :e", {"e": table}).to_pylist()
    return found[0] if found else None


@pytest.mark.parametrize("seed", range(3))
def test_wherever_it_was_ended_nothing_is_missing_and_the_next_read_starts_at_the_first_attempt(desk, seed):
    chance = random.Random(seed)
    before = desk.truth("Payments")
    desk.people = People(seed, "Payments", busy=1, vanish=False)
    begun = desk.now()
    attempts = []
    while cursor(desk) is None:
        with desk.cut_after(chance.randint(17, 24)):
            desk.sync("payments")
        attempts.append(desk.now())
        assert len(attempts) < 9
        desk.later(hours=chance.randint(0, 12))
    assert len(attempts) > 1
    assert begun < cursor(desk).modified_since + OVERLAP < attempts[0]
    assert cut(desk) is None, "nothing is left to go on with"
    still = set(before) - desk.people.touched
    assert len(still) > 20
    assert still <= set(desk.ours("payments")) | desk.deleted("payments")
    desk.people = None
    desk.sync("payments")
    desk.agrees("payments")


def test_what_was_read_is_not_read_again(desk):
    with desk.cut_after(18):
        desk.sync("payments")
    reached = cut(desk)["read_before"]
    assert reached > date(2025, 12, 1)
    desk.requests.clear()
    desk.sync("payments")
    asked = [re.findall(r"Date>=DateTime\((\d+),(\d+),(\d+)\)", request.query["where"]) for request in desk.requests]
    assert min(date(*map(int, first)) for (first,) in asked) == reached
    desk.agrees("payments")


def test_the_cursor_tells_how_many_records_all_attempts_brought(desk):
    with desk.cut_after(22):
        desk.sync("payments")
    assert 0 < cut(desk)["records"] < len(desk.truth("Payments"))
    outcome = desk.sync("payments")
    assert outcome.records >= len(desk.truth("Payments"))
    assert cursor(desk).records == outcome.records


def test_a_full_read_that_was_cut_goes_on_as_one(desk):
    desk.sync("payments")
    desk.later(days=1)
    begun = desk.now()
    with desk.cut_after(18):
        desk.sync("payments", full=True)
    ended = desk.now()
    before = cursor(desk)
    desk.later(hours=5)
    assert desk.sync("payments").modified_since is None, "although nobody said so again"
    assert before.modified_since < begun < cursor(desk).modified_since + OVERLAP <= ended
    assert desk.sync("payments").modified_since is not None


def test_a_read_of_changes_goes_on_only_if_it_asks_for_the_same(desk):
    desk.sync("payments")
    since = cursor(desk).modified_since
    desk.later(days=1)
    touch_all(desk)
    with desk.cut_after(18):
        desk.sync("payments")
    assert cut(desk)["modified_since"] == since
    desk.later(hours=1)
    outcome = desk.sync("payments", full=True)
    assert outcome.modified_since is None
    assert outcome.records == len(desk.truth("Payments")), "from the beginning"
    assert cut(desk) is None


def test_a_read_of_changes_that_was_cut_goes_on(desk):
    desk.sync("payments")
    since = cursor(desk).modified_since
    at = desk.later(days=1)
    touch_all(desk)
    with desk.cut_after(18):
        desk.sync("payments")
    desk.later(hours=1)
    desk.requests.clear()
    assert desk.sync("payments").modified_since == since
    assert all("where" in request.query for request in desk.requests)
    assert cursor(desk).modified_since < at + (desk.now() - at) / 2, "of the first attempt"
    desk.agrees("payments")


def touch_all(desk):
    from xero_simulator.edits.working_copy import mark, open_copy

    for name in list(desk.books.bench.tables["Payments"]):
        mark(desk.books, desk.now(), open_copy(desk.books, "Payments", name))
    assert changed_since(desk.truth("Payments"), desk.now())


def test_a_read_that_was_cut_long_ago_is_begun_anew(desk):
    with desk.cut_after(18):
        desk.sync("payments")
    desk.later(days=CUT_IS_OLD.days + 1)
    begun = desk.now()
    desk.requests.clear()
    desk.sync("payments")
    assert "where" not in desk.requests[0].query
    assert cursor(desk).modified_since > begun - OVERLAP


def test_the_rest_of_a_list_shows_nothing_about_what_is_gone(warehouse):
    desk = opened(Desk(max_matching=3), warehouse)
    for _ in range(9):
        with desk.cut_after(16):
            desk.sync("bank_transfers")
    assert cursor(desk, "bank_transfers") is not None
    desk.agrees("bank_transfers")


@pytest.mark.parametrize("calls", [5, 9, 30])
def test_a_list_with_more_pages_than_there_are_calls_left_comes_in_several_runs(long_desk, calls):
    runs = 0
    while cursor(long_desk) is None:
        with long_desk.cut_after(calls, ending=WaitError("The calls of this run are used up.")):
            long_desk.sync("payments", calls_left=lambda: long_desk.calls_left)
        runs += 1
        long_desk.later(hours=1)
        assert runs < 15
    assert runs > 1 or calls == 30
    long_desk.agrees("payments")


def test_a_read_that_ran_out_of_calls_says_whether_the_next_has_less_to_do(long_desk):
    for calls, further in ((1, False), (9, True)):
        stopped = BudgetReached("No more.", resume_at=long_desk.now())
        with long_desk.cut_after(calls, ending=stopped):
            long_desk.sync("payments", calls_left=lambda: long_desk.calls_left)
        assert stopped.progressed is further


def test_a_list_that_fits_is_not_sliced(long_desk):
    long_desk.sync("payments", calls_left=lambda: 100)
    assert not [request for request in long_desk.requests if "where" in request.query]


def test_pages_that_came_before_an_error_are_kept(long_desk):
    with long_desk.cut_after(PAGES_PER_MERGE - 1, ending=WaitError("No more.")):
        long_desk.sync("payments")
    assert long_desk.ours("payments")
    assert cursor(long_desk) is None


def test_after_a_slice_that_may_lack_a_record_nothing_counts_as_read(desk, monkeypatch):
    """The list is read once more from the end of the last slice that is whole."""
    asked, (page, *_) = [], everything(desk)

    def read(client, tenant_id, row, *, resume_from=None, **more):
        asked.append(resume_from)
        if len(asked) > 1:
            yield page
            return
        yield replace(page, read_before=date(2026, 1, 1))
        yield replace(page, list_changed=True)
        yield replace(page, read_before=date(2026, 2, 1))
        yield page

    monkeypatch.setattr(pagination, "paginate", read)
    desk.sync("payments")
    assert asked == [None, date(2026, 1, 1)]


def everything(desk):
    with desk.client() as client:
        return list(pagination.paginate(client, desk.tenant_id, SMALL["payments"]))
