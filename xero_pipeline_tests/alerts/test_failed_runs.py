"""A failed run is told once, and as solved when its job has succeeded since for every organisation it was of."""

from __future__ import annotations

import dagster as dg
import pytest
from dagster._core.events import JobFailureData
from dagster._utils.error import SerializableErrorInfo

from xero_pipeline.defs.partitions import ORGANISATIONS, range_tags
from xero_pipeline.defs.run_tags import ORGANISATION
from xero_pipeline.operations.alerts import runs
from xero_pipeline_tests import many_organisations as many
from xero_pipeline_tests.alerts.homes import look

JOB = "sync_organisation"
TOLD, SOLVED = "xero_pipeline: Last run failed", "xero_pipeline: 1 solved"


@dg.asset
def _asset() -> None:
    pass


@pytest.fixture
def ran(instance):
    """Notes how a run ended."""
    definitions = dg.Definitions(jobs=[dg.define_asset_job(JOB, "*")], assets=[_asset])
    job = definitions.resolve_job_def(JOB)
    instance.add_dynamic_partitions(ORGANISATIONS, [many.tenant(one) for one in range(45, 50)])

    def of(status, tags, data=None):
        run = instance.create_run_for_job(job, tags=tags, status=dg.DagsterRunStatus.STARTED)
        event = dg.DagsterEventType.RUN_SUCCESS if status == "success" else dg.DagsterEventType.RUN_FAILURE
        said = dg.DagsterEvent(event.value, JOB, message="Contact “Jane Roe” owes 1,234.56", event_specific_data=data)
        instance.report_dagster_event(said, run.run_id)
        return run.run_id

    return of


@pytest.fixture
def services(home, inbox, instance):
    """Of a home of which all else has been told."""
    services = home(inbox.address, dagster_ui="https://dagster.example.com")
    look(services, instance)
    inbox.clear()
    return services


@pytest.fixture
def told(services, inbox, instance):
    """What another look tells, by its title."""

    def titles():
        before = len(inbox)
        look(services, instance)
        return [one["title"] for one in inbox[before:]]

    return titles


def alone(number):
    return {ORGANISATION: many.tenant(number)}


def shared(first, last):
    return range_tags([many.tenant(first), many.tenant(last)])


def test_a_run_that_failed_is_told_with_its_link_and_without_what_it_said(told, inbox, ran):
    failed = ran("failure", alone(49)), ran("failure", shared(46, 48))
    assert told() == ["xero_pipeline: 2 need somebody"]
    body = inbox[-1]["message"]
    assert f"- {many.name(49)} (sync_organisation) https://dagster.example.com/runs/{failed[0]}\n" in body
    assert f"- {many.name(46)} and 2 more in the same run (sync_organisation) https://dag" in body
    assert "Jane Roe" not in body and "1,234.56" not in body
    ran("success", alone(49))
    assert told() == [SOLVED]


def test_a_run_that_an_organisation_shares_solves_the_failure_of_its_own(told, inbox, ran):
    ran("failure", alone(47))
    assert told() == [TOLD]
    ran("success", shared(45, 49))
    assert told() == [SOLVED]
    assert f"- {many.name(47)} (sync_organisation): Last run failed" in inbox[-1]["message"]


def test_a_shared_run_that_failed_is_solved_once_each_of_its_organisations_has_succeeded(told, ran):
    ran("failure", shared(46, 48))
    assert told() == [TOLD]
    ran("success", shared(45, 47))
    assert told() == []
    ran("success", alone(48))
    assert told() == [SOLVED]


def test_a_new_receiver_is_told_only_of_organisations_whose_last_run_failed(services, instance, inbox, ran):
    ran("failure", shared(46, 48))
    ran("success", shared(45, 47))
    look(services, instance)
    assert f"Last run failed (1)\n- {many.name(48)} (sync_organisation) " in inbox[-1]["message"]


def test_of_two_failures_of_an_organisation_neither_is_solved_before_it_succeeds(told, ran):
    ran("failure", alone(47))
    assert told() == [TOLD]
    ran("failure", shared(45, 49))
    assert told() == [TOLD]
    assert told() == []
    ran("success", shared(45, 49))
    assert told() == ["xero_pipeline: 2 solved"]


def test_a_failure_too_old_to_be_looked_at_is_solved_by_a_success_and_the_next_one_is_told(told, ran, monkeypatch):
    ran("failure", alone(47))
    assert told() == [TOLD]
    monkeypatch.setattr(runs, "RUNS_LOOKED_AT", 1)
    ran("success", alone(45))
    assert told() == [], "nobody knows"
    ran("success", shared(46, 48))
    assert told() == [SOLVED]
    ran("failure", alone(47))
    assert told() == [TOLD]


def test_a_run_that_a_person_stopped_neither_fails_nor_solves(told, ran):
    stopped = JobFailureData(SerializableErrorInfo("", [], "DagsterExecutionInterruptedError"))
    ran("failure", alone(46), stopped)
    assert told() == []
    ran("failure", alone(47))
    assert told() == [TOLD]
    ran("failure", alone(47), stopped)
    assert told() == []


def test_a_run_of_no_organisation_is_not_told(told, ran):
    ran("failure", {})
    assert told() == []


def test_only_of_last_runs_the_history_is_asked_why_they_failed(told, ran, monkeypatch):
    asked = []
    ran("failure", alone(47))
    ran("failure", alone(48))
    ran("success", alone(48))
    last = ran("failure", shared(45, 47))
    monkeypatch.setattr(runs, "run_error", lambda _, run_id: asked.append(run_id))
    told()
    assert asked == [last]
