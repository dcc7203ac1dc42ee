"""Of more organisations than a tick of a sensor asks for, each has its turn, though runs of those before it failed."""

from __future__ import annotations

from datetime import timedelta

import dagster as dg
import pytest
import sqlalchemy as sa
import time_machine
from dagster._core.definitions.partitions.context import partition_loading_context

from xero_pipeline import clock
from xero_pipeline.container import Services
from xero_pipeline.definitions import build
from xero_pipeline.defs.automation.deferred_work import UNFINISHED
from xero_pipeline.defs.automation.event_reads import EVENTS_TO_READ
from xero_pipeline.defs.automation.ledger_updates import LEDGERS
from xero_pipeline.defs.automation.work_sensor import RUNS_PER_TICK
from xero_pipeline.defs.partitions import ORGANISATIONS
from xero_pipeline.defs.resources import TokenStoreResource, WarehouseResource
from xero_pipeline.settings import Settings
from xero_pipeline.state.deferred_work import DeferredTask
from xero_pipeline.state.webhook_inbox import WebhookInbox
from xero_pipeline.xero.event_categories import category_of
from xero_pipeline_tests import many_organisations as many

COUNT = 54
WITH_WORK = [many.tenant(number) for number in (*range(3, 50, 2), 53)]
"""Organisations that may work; no two are neighbours, so that none shares a run."""


@pytest.fixture
def services(duckdb_url, tmp_path, monkeypatch):
    """Of a home of many organisations in which nothing is due."""
    monkeypatch.setattr(many, "FIGURES", 1)
    monkeypatch.setattr(many, "CALLS", 1)
    monkeypatch.setenv("XERO_PIPELINE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XERO_WAREHOUSE_URL", duckdb_url)
    monkeypatch.setenv("XERO_WEBHOOK_KEY", "key")
    services = Services(Settings.load(_env_file=None))
    many.fill(services, COUNT, clock.now())
    yield services
    services.close()


@pytest.fixture
def requested(services):
    """Asks a sensor as Dagster's daemon does: with its last cursor, and no run key is carried twice."""
    definitions = build(services.settings)
    cursors, carried = {}, set()
    resources = {"xero_token_store": TokenStoreResource(), "xero_warehouse": WarehouseResource()}

    def tick(name):
        sensor = next(one for one in definitions.sensors if one.name == name)
        with (
            dg.build_sensor_context(
                instance=instance, cursor=cursors.get(name), definitions=definitions, resources=resources
            ) as context,
            partition_loading_context(dynamic_partitions_store=instance),
        ):
            data = sensor.evaluate_tick(context)
        cursors[name] = data.cursor
        new = [one for one in data.run_requests if one.run_key not in carried]
        carried.update(one.run_key for one in new)
        return [one.partition_key for one in new]

    with dg.DagsterInstance.ephemeral() as instance, time_machine.travel(clock.now().replace(minute=1), tick=False):
        instance.add_dynamic_partitions(ORGANISATIONS, [many.tenant(number) for number in range(COUNT)])
        yield tick


def work_deferred(services):
    for tenant in WITH_WORK:
        left = DeferredTask(tenant, "accounts", clock.now() - timedelta(hours=1), "day")
        services.deferred_work.note(left, progressed=True, tried=True)


def ledgers_behind(services):
    whose = sa.bindparam("whose", WITH_WORK, expanding=True)
    with services.warehouse.writing() as connection:
        connection.execute(sa.text("delete from ledger.kept where tenant_id in :whose").bindparams(whose))


def events_waiting(services):
    for tenant in WITH_WORK:
        WebhookInbox(services.state).ask_for(tenant, {"contacts": category_of("contacts")}, clock.now())


@pytest.mark.parametrize(
    ("sensor", "something_due"),
    [(UNFINISHED, work_deferred), (LEDGERS, ledgers_behind), (EVENTS_TO_READ, events_waiting)],
    ids=[UNFINISHED, LEDGERS, EVENTS_TO_READ],
)
def test_two_ticks_ask_for_all_of_twenty_five(services, requested, sensor, something_due):
    something_due(services)
    first, second = requested(sensor), requested(sensor)
    assert len(first) == RUNS_PER_TICK
    assert sorted(first + second) == sorted(WITH_WORK)
