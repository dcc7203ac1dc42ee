"""Dagster's history of 0.3.0 goes on: it knows assets, checks, jobs, sensors and schedules by their names alone.

`dagster-0.3.0.json` was written by the code of that release (commit 19e11e6), in a home without settings.
"""

from __future__ import annotations

import json

import dagster as dg
import pytest
import yaml

from xero_pipeline.definitions import defs
from xero_pipeline.operations.dagster_home import project_file
from xero_pipeline_tests.layouts.older import FROZEN

BEFORE = json.loads((FROZEN / "dagster-0.3.0.json").read_text())


@pytest.fixture(scope="module")
def repository() -> dg.RepositoryDefinition:
    return defs().get_repository_def()


def test_nothing_that_0_3_0_stored_lost_its_name(repository: dg.RepositoryDefinition) -> None:
    graph = repository.asset_graph
    today = {
        "assets": {key.to_user_string() for key in graph.get_all_asset_keys()},
        "checks": {f"{key.asset_key.to_user_string()}:{key.name}" for key in graph.asset_check_keys},
        "jobs": set(repository.job_names),
        "schedules": {one.name for one in repository.schedule_defs},
        "sensors": {one.name for one in repository.sensor_defs},
    }
    assert not {kind: lost for kind, names in today.items() if (lost := set(BEFORE[kind]) - names)}


def test_partitions_of_0_3_0_are_partitions_today(repository: dg.RepositoryDefinition) -> None:
    invoices = repository.asset_graph.get(dg.AssetKey(["xero", "invoices"])).partitions_def
    report = repository.asset_graph.get(dg.AssetKey(["xero", "trial_balance"])).partitions_def
    assert isinstance(invoices, dg.DynamicPartitionsDefinition)
    assert isinstance(report, dg.MultiPartitionsDefinition)
    assert invoices.name == "xero_organisations"
    assert sorted(report.partition_dimension_names) == ["month", "organisation"]
    assert "2026-01-01" in report.get_partitions_def_for_dimension("month").get_partition_keys()


def test_sensors_that_were_off_stay_off_for_they_are_known_by_the_code_location(
    repository: dg.RepositoryDefinition,
) -> None:
    (served,) = yaml.safe_load(project_file("workspace.yaml").read_text())["load_from"]
    assert (served["python_module"]["location_name"], repository.name) == ("xero_pipeline", "__repository__")
