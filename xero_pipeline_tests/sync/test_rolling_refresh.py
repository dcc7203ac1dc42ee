"""Reading again in parts finds what Xero changed or deleted without telling, and keeps to its calls."""

from __future__ import annotations

import datetime as dt

import pytest

from xero_pipeline.warehouse.progress.read_progress import ReadProgress
from xero_pipeline.warehouse.progress.records import RefreshRound
from xero_pipeline.xero.endpoints import endpoint
from xero_pipeline_tests.sync.desk import PAGED, Desk, Killed
from xero_pipeline_tests.xero.office import sized
from xero_simulator.edits import documents, records, silent_changes
from xero_simulator.edits.working_copy import open_copy
from xero_simulator.values.days import wire_day, wire_day_string

pytestmark = pytest.mark.slow

ROWS = {table: sized(endpoint(table), 20) for table in ("invoices", "bank_transactions", "payments")}
WHOLE = ("accounts", "items", "contact_groups", "tracking_categories")


@pytest.fixture(scope="module")
def synced(duckdb_template, tmp_path_factory):
    """An organisation whose lists are all in a warehouse, to be copied, and the instant of that."""
    desk = Desk()
    desk.open()
    for number in range(3):
        documents.add_invoice(desk.books, desk.now() - dt.timedelta(days=number), status="DRAFT")
    desk.written = desk.books
    desk.rows = ROWS
    return desk.kept((*PAGED, *WHOLE), duckdb_template, tmp_path_factory.mktemp("synced"))


@pytest.fixture
def desk(synced, tmp_path):
    desk, path, then = synced
    with desk.resumed(path, then, tmp_path, days=1):
        desk.requests.clear()
        yield desk


def round_of(desk, table):
    with desk.warehouse.reading() as connection:
        return ReadProgress(connection, desk.tenant_id, table).refresh_round()


def missing(desk, table):
    with desk.warehouse.reading() as connection:
        return ReadProgress(connection, desk.tenant_id, table).ids_to_verify()


def drafts(desk):
    return [name for name, one in desk.books.bench.tables["Invoices"].items() if one["Status"] == "DRAFT"]


def open_invoice(desk):
    return next(one for one in desk.books.records("Invoices") if one["Status"] == "AUTHORISED" and one["AmountDue"])


def test_edits_that_move_no_stamp_arrive_and_nothing_else_is_written(desk):
    invoice = open_invoice(desk)
    name, contact = invoice["InvoiceID"], invoice["Contact"]["ContactID"]
    silent_changes.rebook_line(desk.books, name, "310")
    silent_changes.mark_sent(desk.books, name, sent=not invoice["SentToContact"])
    late = invoice["DueDateString"] < "2026-03-10"
    silent_changes.move_due_date(desk.books, name, dt.date(2026, 5, 1) if late else dt.date(2026, 1, 5))
    for table in ("invoices", "contacts"):
        assert desk.sync(table).changed == 0, "no read of changes brings them"
    outcome = desk.reread("invoices")
    assert (outcome.tables["invoices"].updated, outcome.tables["invoice_line_items"].updated) == (1, 1)
    assert desk.reread("contacts").tables["contacts"].updated >= 1
    desk.agrees("invoices")
    desk.agrees("contacts")
    account = "select account_code from xero.invoice_line_items where invoice_id = :i and not is_deleted"
    assert "310" in desk.warehouse.query(account, {"i": name}).column(0).to_pylist()
    overdue = "select balances_accounts_receivable_overdue from xero.contacts_history where contact_id = :c"
    assert len(desk.warehouse.query(overdue, {"c": contact})) == 2, "the balance as it was is kept"


def test_an_allocation_that_vanishes_is_marked_on_the_credit_and_on_the_invoice(desk):
    credit = next(one for one in desk.books.records("CreditNotes") if one["Allocations"])
    gone = credit["Allocations"][0]["AllocationID"]
    documents.remove_allocation(desk.books, "CreditNotes", credit["CreditNoteID"], None)
    assert desk.reread("credit_notes").tables["credit_note_allocations"].removed == 1
    assert desk.reread("invoices").tables["invoice_credit_notes"].removed == 1
    found = desk.warehouse.query(f"select is_deleted from xero.credit_note_allocations where allocation_id = '{gone}'")
    assert found.to_pylist() == [{"is_deleted": True}]


def test_what_is_gone_is_asked_for_by_its_id_then_marked_with_its_lines_and_kept(desk):
    gone = drafts(desk)[0]
    silent_changes.erase_draft(desk.books, "Invoices", gone)
    outcome = desk.reread("invoices")
    assert desk.requests[-1].path.endswith(f"/Invoices/{gone}")
    assert (outcome.tables["invoices"].removed, outcome.tables["invoices"].updated) == (1, 0)
    assert gone in desk.deleted("invoices")
    lines = desk.warehouse.query("select is_deleted from xero.invoice_line_items where invoice_id = :i", {"i": gone})
    assert lines.column(0).to_pylist() == [True] * len(lines)
    assert len(lines) > 0
    assert missing(desk, "invoices") == []
    desk.later(days=1)
    assert desk.reread("invoices").changed == 0


def test_what_is_only_somewhere_else_is_brought_and_not_marked(desk):
    """A day that moved without a stamp: the old window lacks the record, the new one may have been read before."""
    record = open_copy(desk.books, "Invoices", open_invoice(desk)["InvoiceID"])
    record["Date"], record["DateString"] = wire_day(dt.date(2025, 6, 1)), wire_day_string(dt.date(2025, 6, 1))
    desk.books.revision += 1
    outcome = desk.reread("invoices")
    assert outcome.tables["invoices"].removed == 0
    desk.agrees("invoices")


def test_several_that_are_missing_share_a_call_and_those_it_lacks_are_asked_for_alone(desk):
    alive = [one["InvoiceID"] for one in desk.books.records("Invoices")[:5]]
    gone = drafts(desk)[0]
    silent_changes.erase_draft(desk.books, "Invoices", gone)
    with desk.warehouse.writing() as connection:
        ReadProgress(connection, desk.tenant_id, "invoices").add_ids_to_verify([gone, *alive], desk.now())
    desk.reread("invoices")
    asked = [request.query.get("ids") or request.path.rpartition("/")[2] for request in desk.requests[:2]]
    assert set(asked[0].split(",")) == {gone, *alive}
    assert asked[1] == gone
    assert desk.deleted("invoices") >= {gone}
    assert missing(desk, "invoices") == []


def test_what_the_calls_do_not_reach_is_left_for_the_next_day(desk):
    for name in list(desk.books.bench.tables["ManualJournals"])[:6]:
        open_copy(desk.books, "ManualJournals", name)["Status"] = "DRAFT"
        silent_changes.erase_draft(desk.books, "ManualJournals", name)
    days = 0
    while days == 0 or missing(desk, "manual_journals"):
        assert desk.reread("manual_journals", calls=14).calls <= 14
        desk.later(days=1)
        days += 1
    assert 1 < days < 9
    desk.agrees("manual_journals")


def test_all_collections_together_keep_to_the_days_calls_and_everything_comes_round(desk):
    begun = desk.now()
    for day in range(3):
        spent = {table: desk.reread(table, calls=12).calls for table in PAGED}
        assert 8 < sum(spent.values()) <= 12, (day, spent)
        desk.later(days=1)
    for table in set(PAGED) - {"linked_transactions"}:
        assert round_of(desk, table).complete_at > begun, table


def test_a_second_turn_on_the_same_day_has_no_calls_left(desk):
    assert desk.reread("payments", calls=1).calls <= 1
    second = desk.reread("payments", calls=1)
    assert (second.calls, second.description) == (0, "nothing more today")


def test_the_outcome_says_which_days_were_read_and_the_next_turn_goes_on_behind_them(desk):
    first = desk.reread("invoices", calls=6)
    reached = round_of(desk, "invoices").read_before
    assert first.description.endswith(f"before {reached}")
    calls = 0
    while not calls:  # it is not its turn every day
        desk.later(days=1)
        desk.requests.clear()
        calls = desk.reread("invoices", calls=6).calls
    assert f"Date>=DateTime({reached:%Y,%m,%d})" in desk.requests[0].query["where"]


def test_the_cursor_stays_where_it_is(desk):
    before = desk.warehouse.cursor(desk.tenant_id, "invoices")
    desk.reread("invoices")
    assert desk.warehouse.cursor(desk.tenant_id, "invoices") == before


def test_a_window_moves_the_pointer_with_its_rows_or_not_at_all(desk, monkeypatch):
    silent_changes.rebook_line(desk.books, desk.books.records("Invoices")[0]["InvoiceID"], "310")
    before = round_of(desk, "invoices")

    def crash(connection, one):
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(ReadProgress, "write", crash)
        with pytest.raises(Killed):
            desk.reread("invoices")
    assert round_of(desk, "invoices") == before
    changed = "select count(*) as n from xero.invoices_history where replaced_at is not null"
    assert desk.warehouse.query(changed).to_pylist() == [{"n": 0}]


def test_before_its_first_load_is_complete_nothing_is_read_again(desk):
    with desk.warehouse.writing() as connection:
        connection.exec_driver_sql("delete from xero.cursors where endpoint = 'invoices'")
    assert desk.reread("invoices").calls == 0


def test_ids_alone_are_compared_when_a_round_takes_more_calls_than_there_are(desk, monkeypatch):
    """Windows hold whole days and leave room, so they take more calls than the pages of the list."""
    gone = drafts(desk)[0]
    silent_changes.erase_draft(desk.books, "Invoices", gone)
    with desk.warehouse.writing() as connection:
        connection.exec_driver_sql("update xero.rounds set swept_at = null")
        for table in set(PAGED) - {"invoices"}:  # have had their turns
            progress = ReadProgress(connection, desk.tenant_id, table)
            progress.write(RefreshRound(desk.tenant_id, table, called_on=desk.now().date()))
    monkeypatch.setattr(desk, "rows", {"invoices": sized(endpoint("invoices"), 10)})
    pages = -(-len(desk.truth("Invoices")) // 10)
    outcome = desk.reread("invoices", calls=pages)
    assert outcome.description == "again: all ids"
    assert [request.query.get("summaryonly") for request in desk.requests] == ["true"] * pages
    assert missing(desk, "invoices") == [gone]
    assert outcome.records == 0, "summaries lack lines and are never merged"
    desk.later(days=1)
    desk.reread("invoices", calls=pages)
    assert gone in desk.deleted("invoices")


def test_a_list_that_comes_whole_is_read_whole_each_day_by_one_call_and_shows_what_is_gone(desk):
    item = desk.books.records("Items")[0]["ItemID"]
    records.delete_item(desk.books, item)
    unused = desk.books.bench.account_id("505")
    records.delete_account(desk.books, unused)
    outcomes = [desk.sync(table) for table in ("items", "accounts")]
    assert [(one.calls, one.modified_since) for one in outcomes] == [(1, None)] * 2
    assert desk.deleted("items") == {item}
    assert unused in desk.deleted("accounts")
    desk.later(hours=2)
    again = desk.sync("items")
    assert (again.calls, again.records) == (1, 0), "the same day only changes are asked for"
    assert again.modified_since is not None


def test_groups_and_options_that_are_gone_are_marked_their_members_too(desk):
    group = desk.books.records("ContactGroups")[0]["ContactGroupID"]
    silent_changes.delete_contact_group(desk.books, group)
    category = desk.books.records("TrackingCategories")[0]
    option = category["Options"][0]["TrackingOptionID"]
    records.delete_tracking_option(desk.books, category["TrackingCategoryID"], option)
    desk.sync("contact_groups")
    assert desk.sync("tracking_categories").tables["tracking_options"].removed == 1
    assert desk.reread("contacts").tables["contact_group_memberships"].removed > 0
    assert group in desk.deleted("contact_groups")
    desk.agrees("contacts")


def test_a_list_read_whole_in_pages_notes_what_it_lacks_and_the_next_turn_asks(desk):
    gone = next(iter(desk.books.bench.tables["LinkedTransactions"]))
    desk.books.bench.tables["LinkedTransactions"].pop(gone)
    desk.books.revision += 1
    desk.sync("linked_transactions")
    assert missing(desk, "linked_transactions") == [gone]
    assert desk.deleted("linked_transactions") == set()
    assert desk.reread("linked_transactions").description == f"again: without {gone}"
    assert desk.deleted("linked_transactions") == {gone}


def test_a_full_read_is_a_whole_round(desk):
    desk.reread("payments", calls=11)
    desk.sync("payments", full=True)
    one = round_of(desk, "payments")
    assert (one.began_at, one.read_before) == (None, None)
    assert desk.now() - one.complete_at < dt.timedelta(minutes=1)


def test_a_record_that_cannot_be_read_is_told_and_not_taken_for_gone(desk):
    name = next(iter(desk.books.bench.tables["Payments"]))
    open_copy(desk.books, "Payments", name)["Amount"] = "a lot"
    desk.books.revision += 1
    outcome = desk.reread("payments")
    assert outcome.quarantined == {name}
    assert missing(desk, "payments") == []
    assert name not in desk.deleted("payments")
