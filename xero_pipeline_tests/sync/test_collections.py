"""Reading a collection: the cursor follows Xero's clock and moves with the last rows, or not at all."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import httpx
import pytest

from xero_pipeline.errors import AccessRefused, WarehouseBusy, XeroPipelineError
from xero_pipeline.sync.incremental_read import OVERLAP, READS
from xero_pipeline.sync.incremental_sync import sync_collection
from xero_pipeline.sync.page_batches import PAGES_PER_MERGE
from xero_pipeline.xero.endpoints import endpoint
from xero_pipeline_tests.sync.conftest import OURS, SERVER_TIME, TENANT, Xero, uid

FORBIDDEN = httpx.Response(403, json={"Detail": "The user's role has no access"})


@pytest.fixture
def sync(talk, warehouse):
    hours = count()

    def read(xero, table="invoices", **more):
        """Every read is an hour after the one before."""
        tally, client = talk(xero)
        now = OURS + timedelta(hours=next(hours))
        return sync_collection(client, warehouse, TENANT, endpoint(table), tally=tally, now=lambda: now, **more)

    return read


@pytest.fixture
def rows(warehouse):
    def read(table="invoices", column="invoice_id"):
        sql = f"select {column} as id, is_deleted from xero.{table} where tenant_id = :t"
        return {row["id"]: row["is_deleted"] for row in warehouse.query(sql, {"t": TENANT}).to_pylist()}

    return read


def a_page(*names):
    return [(name, {"Status": "AUTHORISED"}) for name in names]


def test_the_cursor_is_xeros_clock_at_the_first_answer_less_the_overlap(sync, warehouse):
    xero = Xero()
    xero.put(a_page("a"), a_page("b"), a_page("c"))
    sync(xero)
    cursor = warehouse.cursor(TENANT, "invoices")
    assert cursor.modified_since == SERVER_TIME + timedelta(seconds=1) - OVERLAP
    assert (cursor.complete_at, cursor.records) == (OURS, 3)


def test_an_answer_from_the_future_hides_no_change_of_today(sync, warehouse):
    xero = Xero()
    xero.put(a_page("a"))
    xero.time = OURS + timedelta(days=365)
    sync(xero)
    assert warehouse.cursor(TENANT, "invoices").modified_since == OURS


def test_the_next_read_asks_from_the_cursor_and_says_so(sync, warehouse):
    xero = Xero()
    xero.put(a_page("a"))
    assert sync(xero).modified_since is None
    since = warehouse.cursor(TENANT, "invoices").modified_since
    assert sync(xero).modified_since == since
    assert xero.asked_since == [None, since.strftime("%Y-%m-%dT%H:%M:%S")]


def test_a_full_read_asks_for_everything_and_moves_the_cursor_too(sync, warehouse):
    xero = Xero()
    xero.put(a_page("a"))
    sync(xero)
    before = warehouse.cursor(TENANT, "invoices").modified_since
    assert sync(xero, full=True).modified_since is None
    assert xero.asked_since == [None, None]
    assert warehouse.cursor(TENANT, "invoices").modified_since > before


def test_a_page_that_fails_leaves_the_rows_before_it_and_the_cursor_where_it_was(sync, warehouse, rows):
    xero = Xero()
    names = "abcdefgh"[: PAGES_PER_MERGE + 2]
    xero.put(*(a_page(name) for name in names))
    xero.breaks[len(names)] = FORBIDDEN
    with pytest.raises(AccessRefused):
        sync(xero)
    assert {uid(name) for name in names[:PAGES_PER_MERGE]} <= set(rows())
    assert warehouse.cursor(TENANT, "invoices") is None
    xero.breaks.clear()
    sync(xero)
    assert set(rows()) == {uid(name) for name in names}
    assert xero.asked_since[-1] is None, "the next read is whole again"


def test_a_crash_in_the_last_merge_loses_its_rows_and_the_cursor_together(sync, warehouse, rows, monkeypatch):
    from xero_pipeline.warehouse.progress.read_progress import ReadProgress

    def crash(progress, cursor):
        raise WarehouseBusy("gone")

    xero = Xero()
    xero.put(a_page("a"))
    monkeypatch.setattr(ReadProgress, "write", crash)
    with pytest.raises(XeroPipelineError):
        sync(xero)
    assert rows() == {}
    assert warehouse.cursor(TENANT, "invoices") is None


def test_a_sync_opens_the_warehouse_to_write_from_the_beginning(sync, warehouse, monkeypatch):
    """DuckDB takes long to open a file: to read it first and then anew to write would cost twice."""
    opened, engine = [], warehouse.dialect.engine

    def noted(*, read_only):
        opened.append(read_only)
        return engine(read_only=read_only)

    monkeypatch.setattr(warehouse.dialect, "engine", noted)
    sync(Xero())
    assert set(opened) == {False}


def test_an_empty_list_moves_the_cursor(sync, warehouse):
    outcome = sync(Xero())
    assert (outcome.records, outcome.changed) == (0, 0)
    assert warehouse.cursor(TENANT, "invoices").records == 0


def test_an_unchanged_second_read_changes_no_row(sync):
    xero = Xero()
    xero.put(a_page("a", "b"))
    assert sync(xero).changed == 2
    second = sync(xero)
    assert second.changed == 0
    assert second.tables["invoices"].unchanged == 2


def test_the_outcome_counts_calls_and_records(sync):
    xero = Xero()
    xero.put(a_page("a"), a_page("b", "c"))
    outcome = sync(xero)
    assert (outcome.calls, outcome.records) == (2, 3)


def test_progress_is_told_after_each_merge(sync):
    xero, told = Xero(), []
    pages = PAGES_PER_MERGE + 1
    xero.put(*(a_page(name) for name in "abcdefgh"[:pages]))
    sync(xero, progress=lambda done, of, records: told.append((done, of, records)))
    assert told == [(pages - 1, pages, pages - 1), (pages, pages, pages)]


def test_what_a_snapshot_does_not_list_any_more_is_marked_and_kept(sync, rows):
    xero = Xero("BrandingThemes", "BrandingThemeID")
    xero.put(a_page("a", "b"))
    sync(xero, "branding_themes")
    xero.put(a_page("b"))
    outcome = sync(xero, "branding_themes")
    assert rows("branding_themes", "branding_theme_id") == {uid("a"): True, uid("b"): False}
    assert outcome.tables["branding_themes"].removed == 1


def test_what_comes_back_is_not_deleted_any_more(sync, rows):
    xero = Xero("BrandingThemes", "BrandingThemeID")
    for page in (a_page("a", "b"), a_page("b"), a_page("a", "b")):
        xero.put(page)
        sync(xero, "branding_themes")
    assert rows("branding_themes", "branding_theme_id") == {uid("a"): False, uid("b"): False}


def test_a_list_of_changes_alone_marks_nothing_as_gone(sync, rows):
    xero = Xero("Accounts", "AccountID")
    xero.put(a_page("a", "b"))
    sync(xero, "accounts")
    xero.put([])
    assert sync(xero, "accounts").modified_since is not None
    assert rows("accounts", "account_id") == {uid("a"): False, uid("b"): False}


def test_a_full_read_of_such_a_list_does(sync, rows):
    xero = Xero("Accounts", "AccountID")
    xero.put(a_page("a", "b"))
    sync(xero, "accounts")
    xero.put(a_page("a"))
    sync(xero, "accounts", full=True)
    assert rows("accounts", "account_id") == {uid("a"): False, uid("b"): True}


def test_pages_never_mark_anything_as_gone(sync, rows):
    xero = Xero()
    xero.put(a_page("a", "b"))
    sync(xero)
    xero.put(a_page("a"))
    sync(xero, full=True)
    assert rows() == {uid("a"): False, uid("b"): False}


def test_a_list_that_changes_while_it_is_read_is_read_again(sync, warehouse):
    xero = Xero()
    xero.put(a_page("a"), a_page("b"))
    xero.counts = [2, 1]
    outcome = sync(xero)
    assert [int(r.url.params["page"]) for r in xero.requests] == [1, 2, 1, 2]
    assert outcome.calls == 4
    cursor = warehouse.cursor(TENANT, "invoices")
    assert cursor.modified_since == SERVER_TIME + timedelta(seconds=1) - OVERLAP, "of the first of both reads"
    assert cursor.records == 2


def test_a_list_that_never_stands_still_is_not_read_for_ever(sync, warehouse):
    xero = Xero()
    xero.put(a_page("a"), a_page("b"))
    xero.counts = [2, 1] * 9
    sync(xero)
    assert len(xero.requests) == 2 * READS
    assert warehouse.cursor(TENANT, "invoices") is not None


def test_a_list_that_never_stood_still_is_asked_for_again_from_where_this_read_started(sync, warehouse):
    """Counting shows that a record is missing and the order proves nothing: the cursor must not go past it."""

    def record(name, minutes):
        return {"InvoiceID": uid(name), "UpdatedDateUTC": f"/Date({ms(SERVER_TIME - timedelta(minutes=minutes))})/"}

    class Restless:
        """Not in the order of changes, and "lost" is always on the page that is not being asked for."""

        def __init__(self):
            self.calls = 0
            self.missing = True

        def __call__(self, request):
            self.calls += 1
            page = int(request.url.params["page"])
            lost = [record("lost", 50)] if page == 2 or not self.missing else []
            pages = {1: [record("a", 30), record("b", 90)], 2: [record("c", 20), record("d", 70)]}
            shown = pages[page] if self.missing else [*pages[page], *lost][: 3 if page == 2 else 2]
            at = ms(SERVER_TIME + timedelta(seconds=self.calls))
            told = {"page": page, "pageSize": 3, "pageCount": 2, "itemCount": 5}
            return httpx.Response(200, json={"DateTimeUTC": f"/Date({at})/", "pagination": told, "Invoices": shown})

    xero = Restless()
    outcome = sync(xero)
    assert xero.calls == 2 * READS
    assert "may be missing" in outcome.description
    assert warehouse.cursor(TENANT, "invoices").modified_since is None  # everything again
    xero.missing = False
    again = sync(xero)
    assert again.records == 5
    assert again.description is None
    assert warehouse.cursor(TENANT, "invoices").modified_since is not None


def ms(moment):
    return int(moment.timestamp() * 1000)
