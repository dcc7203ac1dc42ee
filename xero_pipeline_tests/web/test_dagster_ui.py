"""Dagster beside the page is used when it is ours, and never when it is another's."""

from __future__ import annotations

import dagster as dg
import httpx
import pytest
from dagster_graphql.schema import create_schema
from graphql import parse, validate

from xero_pipeline.defs.automation.jobs import SYNC
from xero_pipeline.defs.automation.schedules import DAILY, REREADING
from xero_pipeline.defs.partitions import ORGANISATIONS
from xero_pipeline.errors import XeroPipelineError
from xero_pipeline.shard import Shard
from xero_pipeline.web.dagster_graphql import LAUNCH, LOOK, START, STOP
from xero_pipeline.web.dagster_ui import REMEMBERED_SECONDS, DagsterUI
from xero_pipeline_tests.web.dagster_double import Dagster
from xero_pipeline_tests.xero.fakes import Clock

pytestmark = pytest.mark.slow
TENANT = "00000000-0000-4000-8000-000000000001"


@pytest.fixture
def instance(tmp_path):
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        yield instance


def ui(instance, handler, clock=None):
    more = {"clock": clock} if clock else {}
    return DagsterUI("http://dagster.test", instance, httpx.MockTransport(handler), **more)


def ours(instance, shards=0):
    return Dagster(info=instance.info_str(), shards=shards)


def test_where_nobody_answers_there_is_no_dagster(instance):
    def refused(request):
        raise httpx.ConnectError("refused")

    there = ui(instance, refused)
    assert there.look() is None
    assert there.turn(on=True) is False
    assert there.location_of(TENANT) is None


@pytest.mark.parametrize("answer", [httpx.Response(200, text="<html>"), httpx.Response(404, json={"detail": "no"})])
def test_another_program_on_that_port_is_no_dagster(instance, answer):
    assert ui(instance, lambda request: answer).look() is None


def test_a_dagster_that_stores_elsewhere_is_not_ours(instance):
    theirs = Dagster(info="local_artifact_storage: {config: {base_dir: /somewhere/else}}")
    assert ui(instance, theirs).look() is None


def test_a_dagster_that_does_not_know_our_newest_run_is_not_ours(instance):
    _a_run(instance)
    dagster = ours(instance)
    there = ui(instance, dagster)
    assert there.look() is None
    dagster.run = "Run"
    there.forget()
    assert there.look() is not None


def test_it_is_asked_again_after_some_seconds_and_not_before(instance):
    clock, dagster = Clock(), ours(instance)
    there = ui(instance, dagster, clock)
    assert there.look().on
    dagster.stopped = set(dagster.schedules)
    clock.now += REMEMBERED_SECONDS - 1
    assert there.look().on
    clock.now += 2
    assert not there.look().on
    assert there.look().next_at is None


def test_both_schedules_are_turned_and_the_new_state_is_seen_at_once(instance):
    dagster = ours(instance)
    there = ui(instance, dagster)
    assert there.look().on
    assert there.turn(on=False) is True
    ids = [one["variables"]["id"] for one in dagster.asked if "mutation" in one["query"]]
    assert ids == ["id-of-daily_sync", "id-of-rolling_reread"]
    assert not there.look().on


def test_a_run_goes_into_the_queue_with_its_tags(instance):
    dagster = ours(instance)
    there = ui(instance, dagster)
    where = there.location_of(TENANT)
    assert where.organisations == ORGANISATIONS
    assert there.launch(where, SYNC, ["xero/invoices"], {}, {"dagster/partition": "t"}) == "run-1"
    params = dagster.asked[-1]["variables"]["params"]
    assert params["selector"]["jobName"] == SYNC
    assert params["selector"]["repositoryLocationName"] == "xero_pipeline"
    assert params["selector"]["assetSelection"] == [{"path": ["xero", "invoices"]}]
    assert params["executionMetadata"]["tags"] == [{"key": "dagster/partition", "value": "t"}]


def test_a_dagster_that_has_gone_since_we_looked_is_none(instance):
    dagster = ours(instance)
    there = ui(instance, dagster)
    where = there.location_of(TENANT)
    dagster.failure = httpx.ConnectError("refused")
    assert there.launch(where, SYNC, (), {}, {}) is None
    assert there.look() is None


def test_a_dagster_that_takes_a_run_and_does_not_answer_is_no_reason_to_start_another(instance):
    dagster = ours(instance)
    there = ui(instance, dagster)
    where = there.location_of(TENANT)
    dagster.failure = httpx.ReadTimeout("late")
    with pytest.raises(XeroPipelineError, match="did not answer"):
        there.launch(where, SYNC, (), {}, {})


def test_what_dagster_refuses_is_told_in_its_words(instance):
    dagster = ours(instance)
    dagster.refusal = {"__typename": "PythonError", "message": "the code does not load\n"}
    there = ui(instance, dagster)
    with pytest.raises(XeroPipelineError, match="the code does not load"):
        there.launch(there.location_of(TENANT), SYNC, (), {}, {})


@pytest.mark.parametrize("query", [LOOK, START, STOP, LAUNCH])
def test_dagster_understands_what_it_is_asked(query):
    assert validate(create_schema().graphql_schema, parse(query)) == []


def test_other_code_locations_alone_are_no_dagster_of_ours(instance):
    dagster = ours(instance)
    dagster.locations = {"finance": ""}
    assert ui(instance, dagster).look() is None


def test_with_shards_the_schedules_of_every_location_are_turned(instance):
    dagster = ours(instance, shards=2)
    there = ui(instance, dagster)
    assert there.look().carried
    assert there.look().on
    assert there.turn(on=False) is True
    assert dagster.stopped == {f"shard_{number}_{name}" for number in (1, 2) for name in (DAILY, REREADING)}
    assert not there.look().on
    assert there.turn(on=True) is True
    started = [one["variables"]["schedule"] for one in dagster.asked if "startSchedule" in one["query"]]
    assert {(one["repositoryLocationName"], one["scheduleName"]) for one in started} == {
        (f"shard_{number}", f"shard_{number}_{name}") for number in (1, 2) for name in (DAILY, REREADING)
    }


def test_the_daily_sync_of_a_shard_that_is_off_does_not_come_and_those_of_others_do(instance):
    dagster = ours(instance, shards=2)
    dagster.stopped = {f"shard_1_{DAILY}"}
    seen = ui(instance, dagster).look()
    assert not seen.on
    assert seen.next_sync_of(one_of(1)) is None
    assert seen.next_sync_of(one_of(2)) is not None


@pytest.mark.parametrize("number", [1, 2])
def test_a_run_goes_into_the_location_that_has_the_organisation(instance, number):
    dagster = ours(instance, shards=2)
    there = ui(instance, dagster)
    where = there.location_of(one_of(number))
    assert there.launch(where, SYNC, (), {}, {}) == "run-1"
    selector = dagster.asked[-1]["variables"]["params"]["selector"]
    assert selector["repositoryLocationName"] == f"shard_{number}"
    assert selector["jobName"] == f"shard_{number}_{SYNC}"
    assert where.organisations == f"{ORGANISATIONS}_{number}_of_2"


def test_a_shard_that_dagster_has_not_loaded_is_named_and_nothing_is_turned(instance):
    dagster = ours(instance, shards=2)
    dagster.unloaded = {"shard_2"}
    there = ui(instance, dagster)
    with pytest.raises(XeroPipelineError, match="has not loaded the code location shard_2"):
        there.turn(on=False)
    assert not dagster.stopped
    with pytest.raises(XeroPipelineError, match="shard_2"):
        there.launch(there.location_of(one_of(2)), SYNC, (), {}, {})


def test_where_a_shard_is_missing_nobody_knows_whose_organisations_they_are(instance):
    dagster = ours(instance, shards=3)
    del dagster.locations["shard_2"]
    assert ui(instance, dagster).look() is None


def one_of(number):
    """An organisation of one of two shards."""
    return next(tenant for tenant in map(str, range(9)) if Shard(number, 2).has(tenant))


def _a_run(instance):
    @dg.op
    def nothing():
        pass

    @dg.job
    def empty():
        nothing()

    empty.execute_in_process(instance=instance)
