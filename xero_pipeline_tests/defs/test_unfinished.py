"""What does not fit into the calls of a run or a day is noted, asked for again, and complete in the end."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import dagster as dg
import pytest
import sqlalchemy as sa

from xero_pipeline import clock
from xero_pipeline.defs.assets.call_context import BUDGET, MAX_CALLS
from xero_pipeline.defs.automation.jobs import PULL, SYNC
from xero_pipeline.defs.resources import TokenStoreResource, WarehouseResource
from xero_pipeline.defs.specs import asset_key
from xero_pipeline.state.deferred_work import pause
from xero_pipeline.state.tables import state_table
from xero_pipeline.warehouse.schema.catalogue import table_group
from xero_pipeline.xero.endpoints import endpoint
from xero_pipeline_tests.defs.conftest import MONTHS
from xero_pipeline_tests.journeys.truth import LISTS, truth

pytestmark = pytest.mark.any_day_in_proof

TOLD = ("accounts", "contacts", "invoices", "payments", "users")
FOUR = ("accounts", "currencies", "payments", "users")


@pytest.fixture
def sensor(house):
    return house.sensor("unfinished")


def carry(house, request):
    """What the daemon does with a run request."""
    ops = request.run_config.get("ops", {})
    keys, key = request.asset_selection, request.partition_key
    return house._run(request.job_name, keys, partition_key=key, tags=request.tags, ops=ops)


def bounded(house, calls, *tables, tenant=None, tags=None, ops=None):
    """A run of the sync that may make so many calls."""
    keys = [asset_key(member.name) for name in tables for member in table_group(name)]
    tags = {MAX_CALLS: str(calls), **(tags or {})}
    return house._run(SYNC, keys, partition_key=tenant or house.tenants[0], tags=tags, ops=ops or {})


def called(house, tenant=None):
    rows = house.services.warehouse.query("select tenant_id, asset, run_id from xero.api_calls").to_pylist()
    return [row for row in rows if tenant in (None, row["tenant_id"])]


def noted(house):
    return {(one.tenant_id, one.asset): one for one in house.services.deferred_work.list()}


def failures(result):
    return [
        event.step_failure_data.user_failure_data.description for event in result.all_events if event.is_step_failure
    ]


def test_a_run_makes_no_call_more_than_its_bound_and_the_sensor_asks_for_exactly_what_is_left(house, sensor):
    result = bounded(house, 2, *FOUR, ops={"sync_users": {"config": {"full": True}}})
    assert len(called(house)) == 2
    left = {asset for _, asset in noted(house)}
    assert len(left) == 2
    (told, *_) = failures(result)
    assert "may make 2 calls" in told
    assert f"goes on with it at {min(one.resume_at for one in noted(house).values()):%Y-%m-%d %H:%M} UTC" in told

    assert not house.ask(sensor.name).run_requests
    assert "2 tables wait for calls" in house.ask(sensor.name).skip_message
    (request,) = house.ask(sensor.name, pause(0)).run_requests
    assert (request.job_name, request.partition_key) == (SYNC, house.tenants[0])
    assert set(request.asset_selection) == {asset_key(t.name) for name in left for t in table_group(name)}
    assert request.tags[MAX_CALLS] == "2"
    full = {name: entry["config"]["full"] for name, entry in request.run_config["ops"].items()}
    assert full == {f"sync_{name}": name == "users" for name in left}

    with_warehouse = {"xero_token_store": TokenStoreResource(), "xero_warehouse": WarehouseResource()}
    with dg.build_sensor_context(
        instance=house.instance, definitions=house.definitions, resources=with_warehouse
    ) as context:
        begun_anew = {one.partition_key for one in house.sensor("new_organisations")._raw_fn(context).run_requests}
    assert house.tenants[0] not in begun_anew
    assert house.tenants[1] in begun_anew

    at_work = {"xero/organisation": house.tenants[0]}
    house.instance.add_run(dg.DagsterRun(job_name=SYNC, status=dg.DagsterRunStatus.STARTING, tags=at_work))
    assert not house.ask(sensor.name, pause(0)).run_requests


def test_the_setting_bounds_a_run_without_a_tag_and_another_failure_takes_the_place_of_its_note(house, monkeypatch):
    tenant = house.tenants[0]
    monkeypatch.setenv("XERO_CALLS_PER_RUN", "1")
    house.sync("accounts", "users", tenants=[tenant])
    assert len(called(house)) == 1
    ((_, left),) = noted(house)
    house.fault("disconnected", {"accounts": "Accounts", "users": "Users"}[left], tenant)
    house.sync(left, tenants=[tenant])
    assert not noted(house)


def test_a_tag_that_is_no_number_is_refused_by_name(house):
    (told,) = failures(bounded(house, "many", "items"))
    assert "xero/max_calls is 'many'" in told


def test_a_first_load_within_a_small_budget_is_complete_in_the_end(house, sensor):
    tenant = house.tenants[0]
    bounded(house, 2, *TOLD)
    hours, runs = timedelta(), 1
    while noted(house):
        hours += pause(0)
        for request in house.ask(sensor.name, hours).run_requests:
            runs += 1
            carry(house, request)
        assert runs < 5
    per_run = {}
    for call in called(house):
        per_run[call["run_id"]] = per_run.get(call["run_id"], 0) + 1
    assert sorted(per_run.values()) == [1, 2, 2]
    with truth("http://simulator.localhost", tenant, house.services.transport) as told:
        lists = {one.table: told.records(as_asked(one)) for one in LISTS if one.table in TOLD}
    for name, records in lists.items():
        kept = house.services.warehouse.query(f"select raw from xero.{name}").column("raw").to_pylist()
        assert sorted(map(canonical, records)) == sorted(canonical(read(raw)) for raw in kept), name


def as_asked(one):
    return replace(one, params=dict(endpoint(one.table).params))


def canonical(record):
    return json.dumps(record, sort_keys=True, default=str)


def read(raw):
    return json.loads(raw, parse_float=Decimal, parse_int=Decimal)


def test_what_needs_more_than_a_budget_in_one_piece_waits_longer_each_time_and_for_the_rest(house, sensor):
    tenant, hours = house.tenants[0], timedelta(days=1)
    bounded(house, 1, "budgets", tags={BUDGET: "one"})
    bounded(house, 1, "accounts", "users", tags={BUDGET: "another"})
    ((_, left),) = [key for key in noted(house) if key != (tenant, "budgets")]
    (first,) = house.ask(sensor.name, hours).run_requests
    assert set(first.asset_selection) == {asset_key(t.name) for t in table_group(left)}
    house.sync(left, tenants=[tenant])
    for times in (2, 3):
        (request,) = house.ask(sensor.name, hours * times).run_requests
        assert set(request.asset_selection) == {asset_key(t.name) for t in table_group("budgets")}
        (told,) = failures(carry(house, request))
        (left,) = noted(house).values()
        assert left.in_vain == times
        assert left.resume_at - clock.now() == pytest.approx(pause(times - 1), abs=timedelta(minutes=1))
    assert "needs more calls in one piece" in told


def test_a_used_up_day_goes_on_when_xero_said(house, sensor):
    tenant = house.tenants[0]
    house.fault("day_limit", "Contacts", tenant, seconds=5 * 3600, times=1)
    house.sync("accounts", "contacts", tenants=[tenant])
    assert not house.ask(sensor.name, timedelta(hours=4)).run_requests
    (request,) = house.ask(sensor.name, timedelta(hours=5, minutes=1)).run_requests
    assert request.asset_selection == [asset_key(t.name) for t in table_group("contacts")]
    with house.services.state.begin() as state:
        state.execute(sa.delete(state_table("quota_limits")))
    assert not failures(carry(house, request))
    assert not noted(house)


def test_of_a_report_only_the_months_are_left_that_were_not_kept(house, sensor):
    tenant = house.tenants[0]
    months = MONTHS
    house._run(
        PULL, [asset_key("bank_summary")], tags={**range_of(months, tenant), MAX_CALLS: "2"}, partition_key=None, ops={}
    )
    (left,) = noted(house).values()
    assert (left.asset, len(left.months), left.in_vain) == ("bank_summary", len(months) - 2, 0)
    (request,) = house.ask(sensor.name, pause(0)).run_requests
    assert request.job_name == PULL
    assert not failures(carry(house, request))
    assert not noted(house)
    kept = house.services.warehouse.query("select distinct period_start as m from xero.bank_summary order by 1")
    assert kept.column("m").to_pylist() == months


def range_of(months, tenant):
    from xero_pipeline.defs.partitions import range_tags, report_key

    return range_tags([report_key(months[0], tenant), report_key(months[-1], tenant)])


def test_the_rolling_reread_neither_notes_nor_clears(house):
    bounded(house, 1, "accounts", "payments")
    before = noted(house)
    ops = {f"sync_{name}": {"config": {"reread_calls": 1}} for name in ("accounts", "payments")}
    house.sync("payments", tenants=house.tenants[:1], config={"sync_payments": ops["sync_payments"]})
    assert noted(house) == before


def test_every_pause_is_longer_until_a_day():
    hours = [pause(times) / timedelta(hours=1) for times in range(12)]
    assert hours[:6] == [1, 2, 4, 8, 16, 24]
    assert set(hours[5:]) == {24}
