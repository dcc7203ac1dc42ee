"""`doctor`, `status` and /metrics say whether Xero's webhooks arrive, and are read."""

from __future__ import annotations

from datetime import timedelta

import pytest

from xero_pipeline import clock
from xero_pipeline.container import Services
from xero_pipeline.operations.health.webhooks import check_events, last_events, with_missed_events
from xero_pipeline.settings import Settings
from xero_pipeline.state.webhook_inbox import WebhookInbox
from xero_pipeline.web.monitoring.workload import _by_table
from xero_pipeline.webhooks.delivery import read_delivery
from xero_pipeline.webhooks.receiver import INTENT, REFUSED
from xero_pipeline_tests.webhooks.deliveries import body_of, event


@pytest.fixture
def listening(services, monkeypatch):
    monkeypatch.setenv("XERO_WEBHOOK_KEY", "key")
    listening = Services(Settings.load())
    yield listening
    listening.close()


@pytest.fixture
def inbox(listening):
    return WebhookInbox(listening.state)


def tenant(services):
    return services.organisations.list()[0].tenant_id


def told(services, *events, ago=timedelta()):
    at = clock.now() - ago
    found = read_delivery(body_of(*events), at)
    WebhookInbox(services.state).receive(found.events, found.numbers, at)


def said(services):
    return [(one.state, one.told) for one in check_events(services)]


def test_nothing_has_arrived_yet(listening):
    ((state, text),) = said(listening)
    assert state == "warning"
    assert "nothing has arrived" in text


def test_a_wrong_key_is_named_and_xeros_own_wrong_signatures_are_not(listening, inbox):
    now = clock.now()
    inbox.note({REFUSED: 3}, now)
    ((state, text),) = said(listening)
    assert (state, "not signed with XERO_WEBHOOK_KEY" in text) == ("problem", True)
    inbox.note({INTENT: 2}, now)
    assert [state for state, _ in said(listening)] == ["ok"]
    inbox.note({REFUSED: 1}, now + timedelta(hours=1))
    assert [state for state, _ in said(listening)] == ["warning"]


def test_the_last_delivery_is_told_and_what_waits_for_long(listening):
    whose = tenant(listening)
    told(listening, event(whose))
    ((state, text),) = said(listening)
    assert (state, f"{clock.now():%Y-%m-%d}" in text) == ("ok", True)
    assert list(last_events(listening)) == [whose]
    told(listening, event(whose, eventDateUtc="2026-05-19T07:00:00"), ago=timedelta(hours=1))
    assert [state for state, _ in said(listening)] == ["ok", "warning"]


def test_categories_that_nobody_knows_are_named(listening):
    told(listening, event(tenant(listening), category="BANKTRANSACTION"))
    (_, (state, text)) = said(listening)
    assert (state, "BANKTRANSACTION" in text) == ("warning", True)


def test_changes_without_events_are_an_issue_until_one_comes(listening, inbox):
    whose = tenant(listening)
    told(listening, event(whose), ago=timedelta(hours=2))
    assert with_missed_events({}, listening) == {}
    inbox.miss(whose, "INVOICE", clock.now() - timedelta(hours=1))
    (issue,) = with_missed_events({}, listening)[whose]
    assert (issue.kind, "invoices" in issue.message) == ("events_missed", True)
    told(listening, event(whose))
    assert with_missed_events({}, listening) == {}


def test_without_a_key_nobody_hears_of_events(services):
    told(services, event(tenant(services)))
    assert (last_events(services), with_missed_events({}, services)) == ({}, {})


def test_what_waits_is_counted_by_table(listening, inbox):
    whose = tenant(listening)
    told(listening, event(whose), event(whose, category="CONTACT"), event(whose, eventDateUtc="2026-05-19T07:00:00"))
    assert _by_table(inbox.waiting()) == {"contacts": 1, "invoices": 2}
