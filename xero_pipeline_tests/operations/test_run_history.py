"""Runs of the past are told in words that people know."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import dagster as dg
from dagster._core.definitions.job_base import InMemoryJob
from dagster._core.execution.api import execute_run_iterator

from xero_pipeline.cli.commands.logs import _job
from xero_pipeline.defs.partitions import ORGANISATIONS, range_tags
from xero_pipeline.defs.run_tags import ORGANISATION
from xero_pipeline.operations import run_history
from xero_pipeline.operations.run_history import SELECTED, STOPPED, past_run, run_error, run_records


@dg.asset
def invoices() -> None:
    """One of ours."""


def test_a_run_of_assets_that_somebody_chose_is_no_job_of_dagsters():
    definitions = dg.Definitions([invoices])
    with dg.DagsterInstance.ephemeral() as instance:
        definitions.resolve_implicit_global_asset_job_def().execute_in_process(
            instance=instance, asset_selection=[dg.AssetKey("invoices")]
        )
        (record,) = instance.get_run_records()
        told = past_run(instance, record, {})
    assert (told["job"], told["assets"]) == (SELECTED, ["invoices"])
    assert _job(told) == "selected tables: invoices"


def test_a_run_that_is_stopped_outside_its_steps_says_so_as_one_does_that_is_stopped_in_a_step():
    definitions = dg.Definitions([invoices], executor=dg.in_process_executor)
    job = definitions.resolve_implicit_global_asset_job_def()
    with dg.DagsterInstance.ephemeral() as instance:
        run = instance.create_run_for_job(job)
        events: Any = execute_run_iterator(InMemoryJob(job), run, instance)
        next(event for event in events if event.event_type == dg.DagsterEventType.ENGINE_EVENT)
        with suppress(dg.DagsterExecutionInterruptedError):
            events.throw(dg.DagsterExecutionInterruptedError)
            list(events)
        assert run_error(instance, run.run_id) == STOPPED


def test_of_many_tables_some_are_named():
    assert _job({"job": SELECTED, "assets": ["a", "b", "c", "d", "e"]}) == "selected tables: a, b, c and 2 more"
    assert _job({"job": "sync_organisation", "assets": ["a"]}) == "sync_organisation"


def test_a_run_of_a_shard_has_all_organisations_between_its_ends_in_the_order_of_the_shard():
    between = range_tags(["a", "c"])
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions(ORGANISATIONS, ["c", "x", "a"])
        instance.add_dynamic_partitions(f"{ORGANISATIONS}_3_of_4", ["a", "c"])
        instance.add_dynamic_partitions(f"{ORGANISATIONS}_3_of_16", ["a", "b", "c"])
        instance.add_dynamic_partitions(f"{ORGANISATIONS}_13_of_16", ["a", "y", "c"])
        runs = [
            dg.DagsterRun(job_name="shard_3_sync_organisation", tags=between),
            dg.DagsterRun(
                job_name="__ASSET_JOB", tags=between, asset_selection={dg.AssetKey(["shard_3", "xero", "invoices"])}
            ),
        ]
        for run in runs:
            instance.add_run(run)
        found = [one.dagster_run.run_id for one in run_records(instance, 9, "b")]
        assert found == [run.run_id for run in runs[::-1]]
        assert run_records(instance, 9, "x") == run_records(instance, 9, "y") == []


def test_the_job_of_a_shard_is_called_as_it_is_where_there_are_none():
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_run(dg.DagsterRun(job_name="shard_3_sync_organisation"))
        (record,) = instance.get_run_records()
        assert past_run(instance, record, {})["job"] == "sync_organisation"


def test_the_runs_of_an_organisation_are_also_those_it_shares_with_others(monkeypatch):
    monkeypatch.setattr(run_history, "_AT_ONCE", 2)
    tags = [
        {ORGANISATION: "b"},
        {ORGANISATION: "c"},
        range_tags(["a", "b"]),
        range_tags(["c", "d"]),
        {"dagster/partition": "2026-04-01|b"},
    ]
    definitions = dg.Definitions([invoices])
    job = definitions.resolve_implicit_global_asset_job_def()
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions(ORGANISATIONS, ["a", "b", "c", "d"])
        runs = [instance.create_run_for_job(job, tags=one).run_id for one in tags]

        def found(limit, tenant_id):
            return [one.dagster_run.run_id for one in run_records(instance, limit, tenant_id)]

        assert found(9, "b") == [runs[4], runs[2], runs[0]]
        assert found(2, "b") == [runs[4], runs[2]]
        assert found(9, "nobody") == []
        assert found(9, None) == runs[::-1]
