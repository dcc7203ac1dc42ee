"""A plan says what the sync that follows will do, and admits what nobody knows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from xero_pipeline import clock
from xero_pipeline.settings import Settings
from xero_pipeline.state.engine import open_state
from xero_pipeline.sync.call_log import deliver_calls
from xero_pipeline.sync.estimate.calls import asking, calls_to_read
from xero_pipeline.sync.estimate.plan import Item, Plan, Planner
from xero_pipeline.warehouse.schema.catalogue import table as table_named
from xero_pipeline.warehouse.store import Cursor
from xero_pipeline.xero.endpoints import catalogue, endpoint
from xero_pipeline.xero.pagination import paginate
from xero_pipeline.xero.quota.call_context import CallContext
from xero_pipeline.xero.quota.call_outbox import CallOutbox
from xero_pipeline.xero.reports.catalogue import chosen_reports
from xero_pipeline_tests.clock import TODAY
from xero_pipeline_tests.sync.conftest import TENANT
from xero_pipeline_tests.xero.fakes import Clock, client_of
from xero_pipeline_tests.xero.test_paging import Lists


def test_what_is_composed_of_several_answers_takes_what_is_beside_its_list_and_at_first_nobody_knows():
    for table, beside in (("pay_runs", 1), ("fixed_assets", 4)):
        assert calls_to_read(endpoint(table), 250, changes=False) == beside + 3
        assert calls_to_read(endpoint(table), None, changes=False) is None
    assert calls_to_read(endpoint("account_balances"), 2_500, changes=False) == 1


REPORTS = chosen_reports(None, cash_basis=False)


@pytest.fixture
def state(tmp_path):
    engine = open_state(f"sqlite:///{tmp_path / 'asked.db'}")
    yield engine
    engine.dispose()


@pytest.fixture
def planner(warehouse, quota):
    def make(**more):
        settings = Settings(_env_file=None, start_date=TODAY, **more.pop("settings", {}))
        return Planner(warehouse, quota, TENANT, settings, **more)

    return make


def plan_of(**more):
    return Plan(**{"items": (), "left": 4_800, "per_day": 4_800, "per_minute": 55, **more})


def read_once(warehouse, table, count=0):
    """Says that a collection was read, and puts so many records into it."""
    at = clock.now()
    key = table_named(table).key[0]
    rows = [(TENANT, f"{number}", at) for number in range(count)]
    with warehouse.writing() as connection:
        for row in rows:
            connection.exec_driver_sql(
                f"insert into xero.{table} (tenant_id, {key}, is_deleted, synced_at) values (?, ?, false, ?)", row
            )
    warehouse.merge({}, cursor=Cursor(TENANT, table, at if endpoint(table).modified_since else None, at, count))


@pytest.mark.parametrize("records", [0, 1, 9, 10, 11, 20, 99, 100, 101, 120])
@pytest.mark.parametrize("table", ["invoices", "quotes"])
def test_a_list_takes_the_calls_that_were_planned(state, table, records):
    row = replace(endpoint(table), page_size=10)
    app = Lists(row, records, tells=row.paging == "pages")
    with client_of(app, state, Clock(), per_minute=1_000) as client:
        list(paginate(client, TENANT, row))
    assert calls_to_read(row, records, changes=False) == len(app.requests)


def test_a_first_load_counts_a_call_for_each_collection_and_says_that_it_may_be_more(planner):
    plan = planner().sync(catalogue(), REPORTS)
    assert plan.calls == len(catalogue()) + len(REPORTS)
    assert not plan.known
    assert {item.asset for item in plan.items if not item.known} == {
        one.table for one in catalogue() if one.paging != "whole"
    }


def test_what_xero_is_asked_makes_a_first_load_known(planner, state):
    app = Lists(endpoint("invoices"), 2_345, page_size=1)
    with client_of(app, state, Clock()) as client:
        plan = planner(ask=asking(client, TENANT)).sync([endpoint("invoices")], [])
    assert (plan.calls, plan.known, len(app.requests)) == (3, True, 1)


def test_changes_take_a_call_and_everything_a_call_a_page(planner, warehouse):
    read_once(warehouse, "invoices", 3)
    read_once(warehouse, "linked_transactions", 3)
    chosen = [endpoint("invoices"), endpoint("linked_transactions")]
    # Xero fixes the size of pages of linked transactions: one that is not full ends the list.
    assert [item.calls for item in planner().sync(chosen, []).items] == [1, 1]
    assert planner().sync(chosen, [], full=True).calls == 2
    assert planner().sync(chosen, []).known


def test_each_budget_takes_a_call_but_those_that_are_gone(planner, warehouse):
    read_once(warehouse, "budgets", 2)
    with warehouse.writing() as connection:
        connection.exec_driver_sql("update xero.budgets set is_deleted = true where budget_id = '0'")
    assert planner().sync([endpoint("budgets")], []).calls == 2


def test_bytes_are_those_of_earlier_calls_and_unknown_before_there_were_any(planner, warehouse, state):
    assert planner().sync([endpoint("invoices")], []).wire_bytes is None
    read_once(warehouse, "invoices", 1)
    app = Lists(endpoint("invoices"), 1)
    with client_of(app, state, Clock(), call_context=CallContext("invoices", "run")) as client:
        client.get(TENANT, "Invoices")
        client.get(TENANT, "Invoices", modified_since=datetime(2026, 1, 1, tzinfo=UTC))
    deliver_calls(CallOutbox(state), warehouse)
    with warehouse.writing() as connection:
        connection.exec_driver_sql(
            "update xero.api_calls set wire_bytes = case when modified_since is null then 5000 else 70 end, seconds = 2"
        )
    changes, everything = planner(), planner()
    assert changes.sync([endpoint("invoices")], []).wire_bytes == 70
    whole = everything.sync([endpoint("invoices")], [], full=True)
    assert (whole.wire_bytes, whole.items[0].seconds) == (5_000, 2.0)


def test_the_time_is_that_of_the_limits():
    def least(calls, seconds=None):
        return plan_of(items=(Item("invoices", calls, seconds=seconds),)).at_least

    assert [least(calls) // timedelta(minutes=1) for calls in (0, 1, 55, 56, 110, 111)] == [0, 0, 0, 1, 1, 2]
    assert least(10, seconds=100) == timedelta(seconds=20)  # five at once


def test_a_plan_fits_into_the_day_and_into_the_run():
    items = (Item("invoices", 100),)
    assert plan_of(items=items).fits
    assert not plan_of(items=items, left=99).fits
    assert not plan_of(items=items, per_run=99).fits
    assert plan_of(items=items, per_run=100).fits
    assert plan_of(items=items, per_day=1_000).share == 0.1


def test_a_backfill_is_planned_by_the_calls_of_its_windows(planner):
    months = [datetime(2026, month, 1, tzinfo=UTC).date() for month in range(1, 13)]
    plan = planner().backfill(REPORTS, months)
    calls = {item.asset: item.calls for item in plan.items}
    assert (calls["profit_and_loss"], calls["bank_summary"]) == (1, 12)
    assert plan.known
