"""What webhooks tell of is read in as few calls as can be, and forgotten only when it is in the warehouse."""

from __future__ import annotations

import datetime as dt
import shutil

import pytest

from xero_pipeline.state.engine import open_state
from xero_pipeline.state.webhook_inbox import WebhookInbox
from xero_pipeline.state.webhook_records import WebhookEvent
from xero_pipeline.sync.events.event_read import CALLS_BY_ID, read_events
from xero_pipeline.warehouse.progress.read_progress import ReadProgress
from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline.xero.event_categories import CATEGORIES, category_of
from xero_pipeline_tests.sync.desk import Desk
from xero_simulator.edits import documents, records, silent_changes

pytestmark = pytest.mark.slow

NOBODY = "717f2bfc-c6d4-41fd-b238-3f2f0c0cf777"


class EventDesk(Desk):
    """A desk at which events arrive."""

    inbox: WebhookInbox

    def tell(self, table, *ids, at=None, kind="UPDATE"):
        at = at or self.now()
        category = category_of(table)
        self.inbox.add([WebhookEvent(self.tenant_id, category, name, at, kind, table) for name in ids], self.now())

    def read(self, table, **more):
        self.requests.clear()
        return self._carry(read_events, table, inbox=self.inbox, **more)

    @property
    def waiting(self):
        return [(one.asset, one.events) for one in self.inbox.waiting()]

    @property
    def asked(self):
        return [one.path.rpartition("/2.0/")[2] for one in self.requests]


@pytest.fixture(scope="module")
def synced(duckdb_template, tmp_path_factory):
    """An organisation whose lists with events are in a warehouse, to be copied, and the instant of that."""
    desk = EventDesk(invoices=30, months=2)
    desk.open()
    return desk.kept(CATEGORIES.values(), duckdb_template, tmp_path_factory.mktemp("synced"))


@pytest.fixture
def desk(synced, tmp_path):
    desk, path, then = synced
    engine = open_state(f"sqlite:///{tmp_path / 'state.sqlite'}")
    desk.inbox = WebhookInbox(engine)
    with desk.resumed(path, then, tmp_path, hours=1):
        yield desk
    engine.dispose()


def open_invoices(desk):
    found = [one for one in desk.books.records("Invoices") if one["AmountDue"] == one["Total"] != 0]
    found = [one for one in found if one["Status"] == "AUTHORISED"]
    return [one["InvoiceID"] for one in found]


def test_many_events_of_a_list_cost_one_call_and_are_forgotten_once_they_are_committed(desk):
    for name in open_invoices(desk)[:5]:
        documents.edit_invoice(desk.books, name, desk.now())
        desk.tell("invoices", name)
    result = desk.read("invoices")
    assert (result.calls, result.tables["invoices"].updated) == (1, 5)
    assert desk.waiting == []
    desk.agrees("invoices")


def test_an_event_that_comes_twice_or_late_costs_no_call(desk):
    (name, *_) = open_invoices(desk)
    documents.edit_invoice(desk.books, name, desk.now())
    desk.tell("invoices", name)
    told_at = desk.now()
    desk.read("invoices")
    desk.later(hours=1)
    desk.tell("invoices", name, at=told_at)
    assert desk.read("invoices").calls == 0
    assert desk.waiting == []


def test_what_a_read_of_changes_leaves_out_is_asked_for_by_its_id(desk):
    (one, two, *_) = open_invoices(desk)
    for name in (one, two):
        silent_changes.move_due_date(desk.books, name, dt.date(2027, 1, 5))  # Xero's list of changes is behind
        desk.tell("invoices", name)
    result = desk.read("invoices")
    assert desk.asked == ["Invoices", "Invoices"]
    assert result.tables["invoices"].updated == 2
    desk.agrees("invoices")


def test_a_payment_leads_to_the_document_it_pays(desk):
    (name, *_) = open_invoices(desk)
    payment = documents.add_payment(desk.books, name, desk.now())
    desk.tell("payments", payment["PaymentID"], kind="CREATE")
    desk.read("payments")
    assert desk.waiting == [("invoices", 1)]
    desk.read("invoices")
    assert desk.waiting == []
    desk.agrees("payments")
    desk.agrees("invoices")


def test_what_is_deleted_or_voided_comes_as_an_update(desk):
    (name, *_) = open_invoices(desk)
    payment = documents.add_payment(desk.books, name, desk.now())
    desk.tell("payments", payment["PaymentID"])
    desk.read("payments")
    desk.later(minutes=30)
    documents.delete_payment(desk.books, payment["PaymentID"], desk.now())
    documents.void_invoice(desk.books, name, desk.now())
    desk.tell("payments", payment["PaymentID"])
    desk.read("payments")
    desk.read("invoices")
    desk.agrees("payments")
    desk.agrees("invoices")


def test_ids_that_xero_does_not_know_cost_a_bounded_number_of_calls_and_the_rest_waits_for_the_rolling_refresh(desk):
    strangers = [f"{n:08d}-c6d4-41fd-b238-3f2f0c0cf777" for n in range(CALLS_BY_ID + 20)]
    desk.tell("payments", *strangers)
    assert desk.read("payments").calls == 1 + CALLS_BY_ID
    assert desk.waiting == []
    with desk.warehouse.reading() as connection:
        assert len(ReadProgress(connection, desk.tenant_id, "payments").ids_to_verify()) == 20
    desk.agrees("payments")


def test_killed_at_any_call_the_events_are_still_there_and_read_the_next_time(desk):
    (name, *_) = open_invoices(desk)
    silent_changes.move_due_date(desk.books, name, dt.date(2027, 1, 5))
    desk.tell("invoices", name)
    for calls in (0, 1):
        with desk.cut_after(calls):
            desk.read("invoices")
        assert desk.waiting == [("invoices", 1)]
    desk.read("invoices")
    assert desk.waiting == []
    desk.agrees("invoices")


@pytest.mark.parametrize("table", CATEGORIES.values())
def test_an_event_without_an_id_lets_the_list_be_read(desk, table):
    records.edit_contact(desk.books, next(iter(desk.books.bench.tables["Contacts"])), desk.now(), name="Renamed")
    desk.inbox.ask_for(desk.tenant_id, {table: category_of(table)}, desk.now())
    assert desk.read(table).calls == 1
    desk.agrees(table)


def test_before_a_list_was_ever_read_an_event_adds_nothing(desk, duckdb_template, tmp_path):
    shutil.copy(duckdb_template, tmp_path / "empty.duckdb")
    with Warehouse(f"duckdb:///{tmp_path / 'empty.duckdb'}").kept_open() as desk.warehouse:
        desk.tell("invoices", NOBODY)
        assert desk.read("invoices").calls == 0
    assert desk.waiting == []
