"""What webhooks tell of leads to one run: its lists, and the ledger."""

from __future__ import annotations

from datetime import timedelta

import dagster as dg
import pytest
import time_machine

from xero_pipeline import clock
from xero_pipeline.definitions import build
from xero_pipeline.defs.automation.jobs import daily_config
from xero_pipeline.defs.build import naming
from xero_pipeline.defs.partitions import range_tags
from xero_pipeline.defs.selection import select_assets
from xero_pipeline.defs.specs import asset_key
from xero_pipeline.settings import Settings
from xero_pipeline.state.webhook_inbox import WebhookInbox
from xero_pipeline.state.webhook_records import WaitingList, WebhookEvent
from xero_pipeline.sync.events.event_pace import is_due
from xero_pipeline.xero.event_categories import category_of
from xero_simulator.edits import documents


@pytest.fixture
def told(house, monkeypatch):
    """A house that takes webhooks, and what lets events arrive."""
    monkeypatch.setenv("XERO_WEBHOOK_KEY", "key")
    house.definitions = build(Settings.load())
    inbox = WebhookInbox(house.services.state)

    def tell(table, tenant_id, resource_id=""):
        at = clock.now()
        inbox.add([WebhookEvent(tenant_id, category_of(table), resource_id, at, "UPDATE", table)], at)

    return tell


def carry(house, request):
    keys, key, ops = request.asset_selection, request.partition_key, request.run_config["ops"]
    return house._run("read_events", keys, partition_key=key, tags=request.tags, ops=ops)


def calls(house):
    return len(house.services.warehouse.query("select 1 from xero.api_calls").to_pylist())


def test_without_a_key_there_is_neither_sensor_nor_job():
    definitions = build(Settings(_env_file=None, mock_mode=True))
    assert "events_to_read" not in [one.name for one in definitions.sensors]
    assert "read_events" not in [one.name for one in definitions.jobs]


def test_from_event_to_row_and_ledger_in_one_run_of_one_call(house, told, own_books):
    tenant, *_ = house.tenants
    house.sync("organisations", "accounts", "invoices", tenants=[tenant])
    company = own_books(tenant)
    invoice = documents.add_invoice(company, clock.now())
    told("invoices", tenant, invoice["InvoiceID"])
    before = calls(house)
    (request,) = house.ask("events_to_read").run_requests
    assert request.partition_key == tenant
    assert carry(house, request).success
    sql = "select count(*) as n from ledger.journal_lines where source_id = "
    found = house.services.warehouse.query(sql + f"'{invoice['InvoiceID']}'").to_pylist()
    assert found[0]["n"] > 0
    assert calls(house) == before + 1
    assert not house.ask("events_to_read").run_requests


def test_neighbours_share_a_run_and_whoever_is_at_work_waits(house, told):
    for tenant in house.tenants:
        told("contacts", tenant)
    told("payments", house.tenants[0])
    (request,) = house.ask("events_to_read").run_requests
    assert request.tags.items() >= range_tags(house.tenants).items()
    assert set(request.run_config["ops"]) == {"sync_contacts", "sync_payments"}
    assert {asset_key("contacts"), asset_key("payments"), asset_key("journal_lines", "ledger")} <= {
        *request.asset_selection
    }
    tags = {"xero/organisation": house.tenants[1]}
    house.instance.add_run(dg.DagsterRun(job_name="sync", status=dg.DagsterRunStatus.STARTING, tags=tags))
    assert [one.partition_key for one in house.ask("events_to_read").run_requests] == [
        house.tenants[0],
        house.tenants[2],
    ]


def test_what_could_not_be_read_is_asked_for_again_when_more_is_told_or_after_a_while(house, told):
    tenant, *_ = house.tenants
    told("invoices", tenant)
    with time_machine.travel(clock.now().replace(minute=1), tick=False):
        (first,), (again,) = house.ask("events_to_read").run_requests, house.ask("events_to_read").run_requests
        (later,) = house.ask("events_to_read", timedelta(minutes=10)).run_requests
        told("invoices", tenant, "717f2bfc-c6d4-41fd-b238-3f2f0c0cf777")
        (more,) = house.ask("events_to_read", timedelta(seconds=30)).run_requests
    assert first.run_key == again.run_key
    assert len({first.run_key, later.run_key, more.run_key}) >= 2


@pytest.mark.parametrize(
    ("left", "minutes", "due"),
    [(4800, 0, True), (2401, 0, True), (2400, 9, False), (2400, 10, True), (961, 10, True), (960, 600, False)],
)
def test_the_daily_sync_keeps_its_calls(left, minutes, due):
    at = clock.now()
    waiting = WaitingList("t", "invoices", 1, at - timedelta(minutes=minutes), at)
    assert is_due(waiting, left, 4800, at) is due


def test_the_daily_sync_leaves_out_what_events_tell_and_reads_it_again_once_something_was_missed(house, told):
    tenant, *_ = house.tenants
    inbox, at = WebhookInbox(house.services.state), clock.now()
    sparing = {name: {"config": {"sparing": True}} for name in ("sync_payments", "sync_invoices")}
    house.sync("invoices", "payments", tenants=[tenant], config=sparing)
    assert calls(house) == 2
    numbered = [
        WebhookEvent(tenant, category, "", at, "UPDATE", category_of(category)) for category in ("INVOICE", "PAYMENT")
    ]
    inbox.receive(numbered, (1, 2), at)
    house.sync("invoices", "payments", tenants=[tenant], config=sparing)
    assert calls(house) == 3
    inbox.receive(numbered, (9, 9), clock.now())  # six were left out
    house.sync("invoices", "payments", tenants=[tenant], config=sparing)
    assert calls(house) == 5


def test_with_a_key_every_list_of_the_daily_sync_is_asked_for_sparingly(house, told):
    choice = select_assets(Settings.load())
    names = naming(Settings.load(), choice)
    config = daily_config(names, choice, events=True)["ops"]
    assert len(config) == len(choice.collections)
    assert all(one["config"]["sparing"] for one in config.values())
    assert config["sync_users"]["config"]["min_age_days"] == 7
