"""Xero in somebody else's Dagster project: their keys, groups and names hold through assets, checks, sensors, runs."""

from __future__ import annotations

import importlib
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest
import time_machine
from dagster._core.definitions.partitions.context import partition_loading_context
from dagster._core.storage.tags import TagType, get_tag_type
from typer.testing import CliRunner

from xero_pipeline import XeroTableProps, XeroTranslator, build_xero_defs, xero_assets
from xero_pipeline.cli.app import app
from xero_pipeline.cli.dagster_project import Project
from xero_pipeline.container import Services
from xero_pipeline.defs.assets.call_context import BUDGET
from xero_pipeline.defs.partitions import report_key
from xero_pipeline.defs.resources import TokenStoreResource, WarehouseResource
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.operations.lost_runs import PROCESS
from xero_pipeline.settings import Settings
from xero_pipeline.sync.progress import Silent
from xero_pipeline_tests.defs.conftest import FIRST_MONTH, QUIET, surroundings
from xero_pipeline_tests.thoroughness import proof

DEFS_YAML = """\
type: xero_pipeline.XeroComponent

attributes:
  key_prefix: raw/erp
  groups: finance
  owners: ["team:finance"]
  collections: [accounts, invoices, payments]
  reports: [bank_summary]
  translation:
    tags: {of: "{{ schema }}.{{ name }}"}
"""
DEFINITIONS = """\
from pathlib import Path

import dagster as dg


@dg.asset
def warehouse():
    pass


@dg.job
def daily_sync():
    pass


@dg.definitions
def defs():
    theirs = dg.Definitions(assets=[warehouse], jobs=[daily_sync], resources={"warehouse": "theirs"})
    return dg.Definitions.merge(theirs, dg.load_from_defs_folder(path_within_project=Path(__file__).parent))
"""
PYPROJECT = """\
[tool.dg]
directory_type = "project"
[tool.dg.project]
root_module = "our_data"
"""


def key(name):
    return dg.AssetKey(["raw", "erp", "xero", name])


@pytest.fixture
def project(house, tmp_path, monkeypatch):
    """A project of somebody else's, in a folder of its own, with names in it that we have, too."""
    folder = tmp_path / "theirs"
    (folder / "our_data" / "defs" / "xero").mkdir(parents=True)
    (folder / "pyproject.toml").write_text(PYPROJECT)
    (folder / "our_data" / "__init__.py").touch()
    (folder / "our_data" / "definitions.py").write_text(DEFINITIONS)
    (folder / "our_data" / "defs" / "xero" / "defs.yaml").write_text(DEFS_YAML)
    monkeypatch.chdir(folder)
    monkeypatch.syspath_prepend(str(folder))
    yield folder
    for name in [name for name in sys.modules if name.split(".")[0] == "our_data"]:
        del sys.modules[name]


@pytest.fixture
def theirs(project):
    return importlib.import_module("our_data.definitions").defs()


def tick(house, definitions, name):
    """A tick of one of our sensors there."""
    sensor = next(one for one in definitions.sensors if one.name == name)
    found = {"xero_token_store": TokenStoreResource(), "xero_warehouse": WarehouseResource()}
    wanted = {name: resource for name, resource in found.items() if name in sensor.required_resource_keys}
    with (
        dg.build_sensor_context(instance=house.instance, definitions=definitions, resources=wanted) as context,
        partition_loading_context(dynamic_partitions_store=house.instance),
    ):
        asked = sensor.evaluate_tick(context).run_requests
        return [one if one.job_name else one._replace(job_name=sensor.job_name) for one in asked]


def carry(house, definitions, request):
    """What the daemon does with a run request."""
    return definitions.resolve_job_def(request.job_name).execute_in_process(
        instance=house.instance,
        partition_key=request.partition_key,
        asset_selection=request.asset_selection,
        run_config={**QUIET, **(request.run_config or {})},
        tags=request.tags,
        raise_on_error=False,
    )


def materialised(house, name):
    records = house.instance.fetch_materializations(key(name), limit=100).records
    return {record.partition_key: record.asset_materialization for record in records}


def test_a_component_brings_what_was_chosen_under_their_names_beside_their_own(theirs):
    specs = {spec.key: spec for spec in theirs.resolve_all_asset_specs()}
    ours = {found for found in specs if len(found.path) > 1}
    assert {key(name) for name in ("accounts", "invoice_line_items", "payments", "bank_summary")} <= ours
    assert all(found.path[:3] == ["raw", "erp", "xero"] for found in ours)
    assert not ours & {key(name) for name in ("contacts", "profit_and_loss", "aged_by_contact")}
    lines = specs[key("invoice_line_items")]
    assert (lines.group_name, lines.owners, lines.tags["of"]) == (
        "finance",
        ["team:finance"],
        "xero.invoice_line_items",
    )
    assert [dep.asset_key for dep in lines.deps] == [key("invoices")]
    assert {dep.asset_key for dep in specs[key("bank_summary")].deps} == {key("payments")}, (
        "what they have not is left out"
    )
    names = [*(job.name for job in theirs.jobs), *(s.name for s in theirs.schedules), *(s.name for s in theirs.sensors)]
    assert sorted(name for name in names if name != "daily_sync") == [
        "xero_daily_sync",
        "xero_months_to_pull",
        "xero_new_organisations",
        "xero_pull_reports",
        "xero_reread_organisation",
        "xero_rolling_reread",
        "xero_sync_organisation",
        "xero_unfinished",
    ]


def test_their_runs_load_what_the_sensors_ask_for_and_note_it_under_their_keys(house, theirs):
    tenant = house.tenants[0]
    for other in house.tenants[1:]:
        house.services.organisations.mark(other, "disconnected")
    (request,) = tick(house, theirs, "xero_new_organisations")
    assert request.tags["xero/name"] == house.services.organisations.get(tenant).name
    result = carry(house, theirs, request)
    assert result.success
    checked = {verdict.asset_key for verdict in result.get_asset_check_evaluations()}
    assert checked == {key("accounts"), key("invoices"), key("payments")}
    facts = materialised(house, "invoices")[tenant].metadata
    assert facts["organisation"].value == house.services.organisations.get(tenant).name
    assert facts["rows_inserted"].value > 20
    assert set(materialised(house, "invoice_line_items")) == {tenant}

    # Bank transactions are no part of this project: nobody waits for their first load.
    (pull,) = tick(house, theirs, "xero_months_to_pull")
    assert pull.asset_selection == [key("bank_summary")]
    assert carry(house, theirs, pull).success
    assert report_key(FIRST_MONTH, tenant) in materialised(house, "bank_summary")
    assert not tick(house, theirs, "xero_months_to_pull")


def test_what_did_not_fit_into_their_run_is_asked_for_again_under_their_keys(house, theirs):
    tenant = house.tenants[0]
    house.fault("day_limit", "Payments", tenant, times=1)
    sync = theirs.resolve_job_def("xero_sync_organisation")
    assert not sync.execute_in_process(
        instance=house.instance, partition_key=tenant, run_config=QUIET, raise_on_error=False
    ).success
    (noted,) = house.services.deferred_work.list()
    assert noted.asset == "payments"
    with time_machine.travel(noted.resume_at + timedelta(minutes=1), tick=False):
        (request,) = tick(house, theirs, "xero_unfinished")
    assert (request.job_name, request.asset_selection) == ("xero_sync_organisation", [key("payments")])
    assert set(request.run_config["ops"]) == {"xero_sync_payments"}


def test_the_command_line_runs_the_assets_of_their_project(house, project, monkeypatch):
    tenant, name = house.tenants[0], house.services.organisations.get(house.tenants[0]).name
    monkeypatch.setenv("DAGSTER_HOME", str(Path(house.instance.root_directory)))
    monkeypatch.setenv("XERO_DEFINITIONS", "our_data.definitions")
    monkeypatch.setattr("xero_pipeline.operations.dagster_home.open_instance", lambda settings: _held(house.instance))
    done = CliRunner().invoke(app, ["sync", "--organisation", name, "--select", "accounts"])
    assert done.exit_code == 0, done.output
    assert set(materialised(house, "accounts")) == {tenant}
    (run,) = house.instance.get_runs()
    shown = {tag for tag in run.tags if get_tag_type(tag) is not TagType.HIDDEN}
    assert {tag for tag in shown if tag.startswith("xero/")} == {"xero/organisation", "xero/name"}
    assert {BUDGET, PROCESS} <= set(run.tags) - shown, "what only programs read is no part of the list of runs"
    refused = CliRunner().invoke(app, ["sync", "--organisation", name, "--select", "contacts"])
    assert isinstance(refused.exception, ConfigurationError)
    assert "our_data.definitions leaves out contacts" in str(refused.exception)
    switched = CliRunner().invoke(app, ["schedule", "off"])
    assert "part of our_data.definitions" in str(switched.exception)


def test_mock_mode_is_connected_by_one_command_and_a_real_xero_is_not(connected, tmp_path, monkeypatch):
    surroundings(monkeypatch, tmp_path, connected.simulator)
    done = CliRunner().invoke(app, ["connect", "--yes"])
    assert done.exit_code == 0, done.output
    assert all(tenant in done.output for tenant in connected.tenants)
    known = Services(Settings.load()).organisations.list()
    assert {one.tenant_id for one in known if one.status == "connected"} == set(connected.tenants)
    monkeypatch.setenv("XERO_MOCK_MODE", "false")
    refused = CliRunner().invoke(app, ["connect", "--yes"])
    assert isinstance(refused.exception, ConfigurationError)
    assert "--yes is for mock mode" in str(refused.exception)


@pytest.mark.parametrize(
    ("where", "told"),
    [
        ("our_dta.definitions", "cannot be loaded: No module named 'our_dta'"),
        ("our_data.definitions:warehouse", "is a AssetsDefinition, no Dagster Definitions"),
        ("our_data.definitions:nothing", "cannot be loaded"),
    ],
)
def test_a_project_that_cannot_be_loaded_is_refused_by_its_name(house, project, monkeypatch, where, told):
    with pytest.raises(ConfigurationError, match=told):
        Project(Settings.load(definitions=where), Silent())


class _held:
    def __init__(self, instance):
        self.instance = instance

    def __enter__(self):
        return self.instance

    def __exit__(self, *exc):
        return None


def test_a_translator_may_give_every_table_any_key_and_group(house):
    class Theirs(XeroTranslator):
        def get_asset_spec(self, props: XeroTableProps) -> dg.AssetSpec:
            spec = super().get_asset_spec(props)
            return spec.replace_attributes(key=f"{props.schema}_{props.name}", group_name=f"their_{props.group}")

    definitions = build_xero_defs(translator=Theirs(), collections=["accounts"], reports=["profit_and_loss"])
    specs = {spec.key.to_user_string(): spec for spec in definitions.resolve_all_asset_specs()}
    assert set(specs) == {"xero_accounts", "xero_profit_and_loss"}
    assert specs["xero_accounts"].group_name == "their_xero_settings"
    tenant = house.tenants[0]
    result = definitions.resolve_job_def("xero_sync_organisation").execute_in_process(
        instance=house.instance, partition_key=tenant, run_config=QUIET
    )
    (event,) = [event for event in result.all_events if event.is_step_materialization]
    assert (event.asset_key.to_user_string(), event.partition) == ("xero_accounts", tenant)


def test_two_tables_with_one_key_are_refused_by_name():
    class Careless(XeroTranslator):
        def get_asset_spec(self, props: XeroTableProps) -> dg.AssetSpec:
            return super().get_asset_spec(props).replace_attributes(key="xero")

    with pytest.raises(ConfigurationError, match=r"xero\.invoice_line_items and xero\.invoices the same asset key"):
        build_xero_defs(translator=Careless(), collections=["invoices"])


def test_the_assets_alone_carry_their_resources_with_them(house):
    definitions = dg.Definitions(
        assets=xero_assets(key_prefix=["raw"], collections=["accounts"], reports=[]),
        resources={"warehouse": "theirs"},
    )
    assert not list(definitions.sensors or [])
    result = definitions.resolve_implicit_global_asset_job_def().execute_in_process(
        instance=house.instance, partition_key=house.tenants[0], run_config=QUIET
    )
    (event,) = [event for event in result.all_events if event.is_step_materialization]
    assert event.asset_key == dg.AssetKey(["raw", "xero", "accounts"])


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"collections": ["invoice"]}, "there is no collection invoice. Did you mean invoices"),
        ({"reports": ["profit"]}, "there is no report profit"),
        ({"collections": [], "reports": []}, "Neither a collection nor a report is chosen"),
    ],
)
def test_a_name_that_does_not_exist_is_refused_with_the_nearest(options, told):
    with pytest.raises(ConfigurationError, match=told):
        build_xero_defs(**options)


def test_a_dbt_source_without_the_ledger_is_refused():
    with pytest.raises(ConfigurationError, match="dbt_source: the tables in Fivetran's layout"):
        build_xero_defs(collections=["invoices"], dbt_source="xero")


def test_without_schedules_sensors_and_checks_the_assets_and_their_jobs_are_left():
    definitions = build_xero_defs(collections=["accounts"], schedules=False, sensors=False, checks=False)
    assert not definitions.schedules
    assert not definitions.sensors
    assert not definitions.get_repository_def().asset_graph.asset_check_keys
    assert {job.name for job in definitions.jobs} == {"xero_sync_organisation", "xero_pull_reports"}
    assert all(spec.freshness_policy is None for spec in definitions.resolve_all_asset_specs())


@proof
def test_dg_scaffolds_the_component_and_finds_nothing_wrong_with_it(project):
    dg_command = str(Path(sys.executable).with_name("dg"))
    yaml = project / "our_data" / "defs" / "books" / "defs.yaml"
    (project / "our_data" / "defs" / "xero" / "defs.yaml").unlink()

    def run(*words):
        done = subprocess.run(
            [dg_command, *words], capture_output=True, text=True, check=False, cwd=project, env=_environment(project)
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    run("scaffold", "defs", "xero_pipeline.XeroComponent", "books", "--key-prefix", "raw", "--collections", "invoices")
    assert yaml.read_text().split() == (
        ["type:", "xero_pipeline.XeroComponent", "attributes:", "key_prefix:", "raw", "collections:", "-", "invoices"]
    )
    assert "All definitions loaded successfully" in run("check", "defs")


def _environment(project):
    import os

    return {**os.environ, "PYTHONPATH": str(project), "DAGSTER_DG_CLI_TELEMETRY_ENABLED": "false"}
