"""Dagster beside the page is used when it is ours, and never when it is another's."""

from __future__ import annotations

import dagster as dg
import httpx
import pytest

from xero_pipeline.errors import XeroPipelineError
from xero_pipeline.web.dagster_ui import REMEMBERED_SECONDS, DagsterUI
from xero_pipeline_tests.web.dagster_double import Dagster
from xero_pipeline_tests.xero.fakes import Clock

pytestmark = pytest.mark.slow


@pytest.fixture
def instance(tmp_path):
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        yield instance


def ui(instance, handler, clock=None):
    more = {"clock": clock} if clock else {}
    return DagsterUI("http://dagster.test", instance, httpx.MockTransport(handler), **more)


def ours(instance):
    return Dagster(info=instance.info_str())


def test_where_nobody_answers_there_is_no_dagster(instance):
    def refused(request):
        raise httpx.ConnectError("refused")

    there = ui(instance, refused)
    assert there.look() is None
    assert there.turn(on=True) is False
    assert there.launch("job", (), {}, {}) is None


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
    dagster.status = "STOPPED"
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
    assert (
        ui(instance, dagster).launch("sync_organisation", ["xero/invoices"], {}, {"dagster/partition": "t"}) == "run-1"
    )
    params = dagster.asked[-1]["variables"]["params"]
    assert params["selector"]["jobName"] == "sync_organisation"
    assert params["selector"]["assetSelection"] == [{"path": ["xero", "invoices"]}]
    assert params["executionMetadata"]["tags"] == [{"key": "dagster/partition", "value": "t"}]


def test_a_dagster_that_has_gone_since_we_looked_is_none(instance):
    dagster = ours(instance)
    there = ui(instance, dagster)
    there.look()
    dagster.failure = httpx.ConnectError("refused")
    assert there.launch("job", (), {}, {}) is None
    assert there.look() is None


def test_a_dagster_that_takes_a_run_and_does_not_answer_is_no_reason_to_start_another(instance):
    dagster = ours(instance)
    there = ui(instance, dagster)
    there.look()
    dagster.failure = httpx.ReadTimeout("late")
    with pytest.raises(XeroPipelineError, match="did not answer"):
        there.launch("job", (), {}, {})


def test_what_dagster_refuses_is_told_in_its_words(instance):
    dagster = ours(instance)
    dagster.refusal = {"__typename": "PythonError", "message": "the code does not load\n"}
    with pytest.raises(XeroPipelineError, match="the code does not load"):
        ui(instance, dagster).launch("job", (), {}, {})


def _a_run(instance):
    @dg.op
    def nothing():
        pass

    @dg.job
    def empty():
        nothing()

    empty.execute_in_process(instance=instance)
