"""Whether anything syncs by itself: the schedule is on, and a daemon is there to start it."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from datetime import timedelta

import dagster as dg
import pytest
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.remote_origin import RegisteredCodeLocationOrigin, RemoteInstigatorOrigin, RemoteRepositoryOrigin
from dagster._core.scheduler.instigation import InstigatorState, InstigatorStatus, ScheduleInstigatorData
from dagster._daemon.types import DaemonHeartbeat

from xero_pipeline import clock
from xero_pipeline.calendar import add_months, month_start
from xero_pipeline.defs.automation.schedules import DAILY
from xero_pipeline.operations.health.dagster import ALIVE_SECONDS, MOST_PARTITIONS, check_dagster, is_on
from xero_pipeline.settings import Settings
from xero_pipeline_tests.clock import TODAY


@pytest.fixture
def instance(tmp_path):
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        yield instance


def found(instance):
    @contextmanager
    def opened():
        yield instance

    home, schedule = check_dagster(Settings.load(), opened, organisations=3)
    assert (home.check, home.state) == ("Dagster home", "ok")
    return schedule


def test_more_partitions_than_dagster_advises_are_told_with_how_many_code_locations_are_enough(instance, monkeypatch):
    monkeypatch.setenv("XERO_START_DATE", add_months(month_start(TODAY), -34).isoformat())

    def told(organisations):
        *_, last = check_dagster(Settings.load(), lambda: nullcontext(instance), organisations)
        return last

    assert told(MOST_PARTITIONS // 35).check == "schedule"
    many = told(10_000)
    assert (many.check, many.state) == ("partitions", "warning")
    assert "350,000 (10,000 organisations, 35 months)" in many.told
    assert "XERO_SHARD=1/4" in many.remedy
    monkeypatch.setenv("XERO_SHARD", "3/4")
    assert told(2_500).check == "schedule"


def beat(instance, at):
    instance.add_daemon_heartbeat(DaemonHeartbeat(at, "SCHEDULER", None, None))


@pytest.mark.any_day
def test_a_schedule_that_is_on_needs_a_daemon_that_was_there_lately(instance):
    never = found(instance)
    assert never.state == "warning"
    assert "a Dagster daemon was never there" in never.told
    ten_days_ago = clock.now() - timedelta(days=10)
    beat(instance, ten_days_ago.timestamp())
    gone = found(instance)
    assert gone.state == "warning"
    assert f"was last there at {ten_days_ago:%Y-%m-%d}" in gone.told
    beat(instance, clock.now().timestamp() - ALIVE_SECONDS / 2)
    assert found(instance).state == "ok"


def turned_off(instance, name, location="xero_pipeline"):
    origin = RemoteInstigatorOrigin(
        RemoteRepositoryOrigin(RegisteredCodeLocationOrigin(location), "__repository__"), name
    )
    data = ScheduleInstigatorData("0 5 * * *", None)
    instance.add_instigator_state(InstigatorState(origin, InstigatorType.SCHEDULE, InstigatorStatus.STOPPED, data))


@pytest.mark.parametrize(("setting", "on"), [("", True), ("code-1:4000", True), ("code-1:4000,code-2:4000", False)])
def test_with_shards_the_daily_sync_is_on_where_it_is_on_in_each_of_them(instance, monkeypatch, setting, on):
    monkeypatch.setenv("XERO_CODE_SERVER", setting)
    turned_off(instance, f"shard_2_{DAILY}", "shard_2")
    assert is_on(instance, Settings.load().shards) is on


def test_a_schedule_that_somebody_turned_off_is_as_it_must_be(instance):
    turned_off(instance, DAILY)
    one = found(instance)
    assert one.state == "ok"
    assert "schedule on" in one.told
