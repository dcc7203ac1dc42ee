"""On a day on which nothing happens, an organisation whose events arrive costs ten calls or fewer, reports and all."""

from __future__ import annotations

from datetime import timedelta

import pytest

from xero_pipeline import clock
from xero_pipeline.cli.mock_consent import connect_mock_organisations
from xero_pipeline.container import Services
from xero_pipeline.settings import Settings
from xero_pipeline.state.webhook_inbox import WebhookInbox
from xero_pipeline.state.webhook_records import WebhookEvent
from xero_pipeline.sync.events.poll_plan import DAYS, may_wait, watches
from xero_pipeline.sync.incremental_sync import sync_collection
from xero_pipeline.sync.reports import sync_report
from xero_pipeline.sync.reports_due import all_months_due
from xero_pipeline.sync.result import CallStats
from xero_pipeline.warehouse.progress.read_progress import read_states
from xero_pipeline.xero.event_categories import CATEGORIES
from xero_pipeline_tests.clock import TODAY
from xero_pipeline_tests.thoroughness import proof
from xero_simulator.config import BooksConfig
from xero_simulator.simulator import Simulator


@pytest.fixture
def services(tmp_path, monkeypatch):
    simulator = Simulator(BooksConfig(today=TODAY, invoices=20, months=3), limits=None)
    monkeypatch.setattr(Services, "simulator", property(lambda services: simulator))
    services = Services(Settings.load(pipeline_home=tmp_path / "home", mock_mode=True, _env_file=None))
    connect_mock_organisations(services)
    yield services
    services.close()


def calls_of_a_day(services, now):
    """A sync as the schedule has it, and the reports that follow; how many calls, and which reports."""
    tenant_id, inbox = services.organisations.list()[0].tenant_id, WebhookInbox(services.state)
    warehouse, tally = services.warehouse, CallStats()
    with services.client(on_call=tally.add) as client, warehouse.kept_open():
        for endpoint in services.collections:
            with warehouse.reading() as connection:
                cursor = read_states(connection, endpoint.table, [tenant_id])[tenant_id].cursor
            watch = watches(inbox, [tenant_id])[tenant_id]
            if may_wait(endpoint, cursor.complete_at if cursor else None, watch, now):
                continue
            sync_collection(client, warehouse, tenant_id, endpoint, tally=tally, now=lambda: now)
        due = all_months_due(warehouse, [tenant_id], services.reports, at=now, start_date=None)[tenant_id]
        for report, months in due.items():
            if months:
                for _ in sync_report(client, warehouse, tenant_id, report, months, tally=tally, now=lambda: now):
                    pass
    return tally.calls, {report.name for report, months in due.items() if months}


@proof
def test_a_quiet_day_takes_ten_calls_or_fewer(services):
    begun = clock.now()
    calls_of_a_day(services, begun)
    without, _ = calls_of_a_day(services, begun + timedelta(days=1))
    inbox, (one, *_) = WebhookInbox(services.state), services.organisations.list()
    told_at = begun + timedelta(hours=23)
    events = [WebhookEvent(one.tenant_id, name, "", told_at, "UPDATE", table) for name, table in CATEGORIES.items()]
    inbox.receive(events, (1, len(events)), told_at)
    days = [calls_of_a_day(services, begun + timedelta(days=2 + n)) for n in range(DAYS)]
    print(without, days)  # noqa: T201 - what is measured
    # Once a week the older months of the statements are looked at, events or not.
    usual = [calls for calls, reports in days if reports == {"trial_balance"}]
    assert len(usual) == DAYS - 1
    assert max(usual) <= 10
    assert without > 20
