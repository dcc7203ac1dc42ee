"""What is stored of deliveries: each event once, in any order, of whom we know, and nothing on trust."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from xero_pipeline.state import webhook_inbox as module
from xero_pipeline.state.webhook_inbox import DELIVERED, FOREIGN, GAP, WebhookInbox
from xero_pipeline.webhooks.delivery import read_delivery
from xero_pipeline_tests.webhooks.conftest import NOW, connect
from xero_pipeline_tests.webhooks.deliveries import RECORD, body_of, event
from xero_pipeline_tests.xero.fakes import TENANT

OTHER = "c2cc9b6e-9458-4c7d-93cc-f02b81b0594f"


def receive(inbox, *events, first=1, at=NOW):
    told = read_delivery(body_of(*events, first=first), at)
    inbox.receive(told.events, told.numbers, at)
    return told


def test_the_same_event_is_there_once_however_often_it_comes(state):
    inbox = WebhookInbox(state)
    for _ in range(3):
        receive(inbox, event(TENANT), event(TENANT))
    assert len(inbox.events_of(TENANT, "invoices")) == 1
    (note,) = inbox.categories()
    assert (note.category, note.events, note.arrives) == ("INVOICE", 6, True)


def test_what_was_read_is_forgotten_and_what_came_meanwhile_stays(state):
    inbox = WebhookInbox(state)
    receive(inbox, event(TENANT))
    taken = inbox.events_of(TENANT, "invoices")
    receive(inbox, event(TENANT, eventDateUtc="2026-05-19T02:00:00.000"))
    inbox.remove(taken)
    assert [f"{one.event_date:%H:%M}" for one in inbox.events_of(TENANT, "invoices")] == ["02:00"]


def test_organisations_that_are_not_connected_leave_nothing_but_a_count(state):
    connect(state, OTHER, "disconnected")
    inbox = WebhookInbox(state)
    receive(inbox, event(OTHER), event("3a0f2d6e-0000-4c7d-93cc-f02b81b0594f"))
    assert inbox.waiting() == []
    assert inbox.categories() == []
    assert inbox.counts()[FOREIGN].number == 2


def test_a_category_that_nobody_knows_is_kept_and_asks_for_nothing(state):
    inbox = WebhookInbox(state)
    receive(inbox, event(TENANT, category="BANKTRANSACTION", data={"Type": "SPEND"}))
    assert inbox.waiting() == []
    assert [(one.category, one.events) for one in inbox.categories()] == [("BANKTRANSACTION", 1)]
    receive(inbox, first=1, at=NOW + timedelta(days=40))


def test_a_subscription_is_of_the_app(inbox):
    told = receive(inbox, event(OTHER, category="SUBSCRIPTION", tenantType="APPLICATION"))
    assert [(one.tenant_id, one.asset) for one in told.events] == [("", None)]
    assert [one.category for one in inbox.categories()] == ["SUBSCRIPTION"]


@pytest.mark.parametrize(
    ("changed", "stored"),
    [
        ({"resourceId": "../../Users"}, ("", "invoices")),
        ({"resourceId": 7}, ("", "invoices")),
        ({"resourceId": f"{{{RECORD}}}"}, ("", "invoices")),
        ({"resourceId": RECORD.upper()}, (RECORD, "invoices")),
        ({"resourceUrl": "http://169.254.169.254/latest/meta-data"}, (RECORD, "invoices")),
        ({"eventCategory": "invoice"}, (RECORD, "invoices")),
        ({"eventType": "<script>"}, (RECORD, "invoices")),
        ({"tenantType": "SOMETHING"}, (RECORD, "invoices")),
    ],
)
def test_a_value_that_is_not_what_it_must_be_is_left_out(inbox, changed, stored):
    receive(inbox, event(TENANT, **changed))
    (one,) = inbox.events_of(TENANT, "invoices")
    assert (one.resource_id, one.asset) == stored


@pytest.mark.parametrize(
    "changed",
    [{"tenantId": "x"}, {"tenantId": None}, {"eventCategory": None}, {"eventCategory": "A B"},
     {"eventCategory": "X" * 41}, {"eventCategory": "'; DROP TABLE"}],
)  # fmt: skip
def test_an_event_of_nobody_or_nothing_is_unreadable(changed):
    told = read_delivery(body_of(event(TENANT, **changed)), NOW)
    assert (list(told.events), told.unreadable) == ([], 1)


@pytest.mark.parametrize("date", ["2099-01-01T00:00:00", "1900-01-01T00:00:00", "yesterday", None, 5, "9" * 500])
def test_a_date_that_cannot_be_is_the_moment_of_arrival(date):
    (one,) = read_delivery(body_of(event(TENANT, eventDateUtc=date)), NOW).events
    assert one.event_date == NOW


def test_fields_that_nobody_knows_do_no_harm():
    body = json.loads(body_of(event(TENANT, data={"Type": "ACCREC"}, more=[1]))) | {"version": 2}
    assert len(read_delivery(json.dumps(body).encode(), NOW).events) == 1


def test_numbers_that_were_left_out_are_noticed_and_late_ones_are_no_gap(inbox):
    receive(inbox, event(TENANT), first=10)
    receive(inbox, event(TENANT), first=11)
    assert GAP not in inbox.counts()
    receive(inbox, event(TENANT), first=14)
    assert inbox.counts()[GAP].number == 2
    receive(inbox, event(TENANT), first=12)
    receive(inbox, event(TENANT), first=15)
    assert inbox.counts()[GAP].number == 2
    receive(inbox, event(TENANT), first=1)  # the webhook was made anew
    receive(inbox, event(TENANT), first=2)
    assert inbox.counts()[GAP].number == 2
    assert inbox.counts()[DELIVERED].number == 7


def test_of_very_many_events_of_a_list_the_rest_only_lets_the_list_be_read(inbox, monkeypatch):
    monkeypatch.setattr(module, "MOST_WAITING", 5)
    receive(inbox, *(event(TENANT, f"{n:08d}-c6d4-41fd-b238-3f2f0c0cf777") for n in range(9)))
    found = [one.resource_id for one in inbox.events_of(TENANT, "invoices")]
    assert len(found) == 6
    assert "" in found
