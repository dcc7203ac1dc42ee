"""Two Xero apps in one project: each with its own home, connections, partitions and names."""

from __future__ import annotations

import dagster as dg
import pytest
from dagster._core.remote_representation.external_data import RepositorySnap

from xero_pipeline import build_xero_defs
from xero_pipeline.cli.dagster_project import Project
from xero_pipeline.cli.mock_consent import connect_mock_organisations
from xero_pipeline.container import Services
from xero_pipeline.defs.automation.sensors import NEW_ORGANISATIONS
from xero_pipeline.defs.partitions import ORGANISATIONS
from xero_pipeline.defs.resources import TokenStoreResource
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.settings import Settings
from xero_pipeline.sync.progress import Silent
from xero_pipeline_tests.defs.conftest import QUIET

THEIRS = "uk_xero_organisations"
DEFS_YAML = """\
type: xero_pipeline.XeroComponent

attributes:
  collections: [accounts]
  reports: [bank_summary]
"""
PYPROJECT = """\
[tool.dg]
directory_type = "project"
[tool.dg.project]
root_module = "two_apps_project"
"""


@pytest.fixture
def uk_home(tmp_path, house, monkeypatch):
    """The home of a second app, in which nobody is connected yet."""
    home = tmp_path / "uk"
    monkeypatch.setenv("XERO_UK_PIPELINE_HOME", str(home))
    monkeypatch.setenv("XERO_UK_CLIENT_ID", "the-app-of-the-united-kingdom")
    monkeypatch.setenv("XERO_UK_CLIENT_SECRET", "nobody may read this")
    return home


@pytest.fixture
def both(uk_home):
    """A project with an app of the environment and one beside it."""
    chosen = {"collections": ["accounts"], "reports": ["bank_summary"]}
    return dg.Definitions.merge(build_xero_defs(**chosen), build_xero_defs(**chosen, app="uk"))


def materialise(house, definitions, key, tenant):
    return definitions.resolve_implicit_global_asset_job_def().execute_in_process(
        instance=house.instance,
        asset_selection=[dg.AssetKey(key)],
        partition_key=tenant,
        run_config=QUIET,
        raise_on_error=False,
    )


def rows(settings):
    services = Services(settings)
    try:
        return services.warehouse.query("select count(*) as n from xero.accounts").to_pylist()[0]["n"]
    finally:
        services.close()


def names_of(definitions):
    repository = definitions.get_repository_def()
    names = {*repository.job_names, *(one.name for one in repository.sensor_defs)}
    names |= {one.name for one in repository.schedule_defs}
    return names | {one.key.to_user_string() for one in definitions.resolve_all_asset_specs()}


def test_everything_is_there_twice_and_what_one_app_had_keeps_its_names(both):
    names = {name for name in names_of(both) if "/" not in name}
    ours = {name for name in names if name.startswith("xero_")}
    assert {"xero_sync_organisation", "xero_daily_sync", "xero_months_to_pull"} <= ours
    assert {name for name in names if name.startswith("uk_")} == {f"uk_{name}" for name in ours}
    specs = {spec.key.to_user_string(): spec for spec in both.resolve_all_asset_specs()}
    assert specs["xero/accounts"].partitions_def.name == ORGANISATIONS
    assert specs["uk/xero/accounts"].partitions_def.name == THEIRS
    assert {"xero", "uk_xero"} <= set(both.resources)


def test_two_files_of_a_component_project_are_two_apps(uk_home, both, tmp_path, monkeypatch):
    folder = tmp_path / "two_apps_project"
    for where, app in (("xero", ""), ("xero_uk", "  app: uk\n")):
        (folder / "defs" / where).mkdir(parents=True)
        (folder / "defs" / where / "defs.yaml").write_text(DEFS_YAML + app)
    (folder / "pyproject.toml").write_text(PYPROJECT)
    for package in (folder, folder / "defs"):
        (package / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    loaded = dg.load_from_defs_folder(path_within_project=folder)
    assert names_of(loaded) == names_of(both)
    assert set(loaded.resources) == set(both.resources)


def test_each_app_syncs_into_its_own_home_for_its_own_organisations(house, both, uk_home):
    def sensor(name, **resources):
        one = next(one for one in both.sensors if one.name == name)
        with dg.build_sensor_context(instance=house.instance, definitions=both, resources=resources) as context:
            return one._raw_fn(context)

    key = "uk_xero_token_store"
    theirs = both.resources[key]
    assert sensor(f"uk_xero_{NEW_ORGANISATIONS}", **{key: theirs}).run_requests in (None, []), (
        "nobody is connected there"
    )
    settings = Settings.load(pipeline_home=uk_home)
    services = Services(settings)
    first = connect_mock_organisations(services)[0].tenant_id
    services.close()
    found = sensor(f"uk_xero_{NEW_ORGANISATIONS}", **{key: theirs})
    (request,) = found.dynamic_partitions_requests
    assert request.partitions_def_name == THEIRS
    assert first in request.partition_keys
    own = sensor(f"xero_{NEW_ORGANISATIONS}", xero_token_store=TokenStoreResource())
    assert not own.dynamic_partitions_requests, "its own were known before"

    house.instance.add_dynamic_partitions(THEIRS, [first])
    assert materialise(house, both, ["uk", "xero", "accounts"], first).success
    assert rows(settings) > 0
    assert rows(house.services.settings) == 0
    assert materialise(house, both, ["xero", "accounts"], house.tenants[0]).success
    assert rows(house.services.settings) > 0


def test_a_secret_is_named_in_dagster_and_never_shown(both):
    shown = str(RepositorySnap.from_def(both.get_repository_def(), defer_snapshots=True).resources)
    assert "XERO_UK_CLIENT_SECRET" in shown
    assert "nobody may read this" not in shown


def test_an_app_takes_no_address_and_no_secret_over_from_another(both, monkeypatch, uk_home):
    monkeypatch.setenv("XERO_CLIENT_SECRET", "of the first")
    monkeypatch.setenv("XERO_STATE_URL", "sqlite:////nowhere/state.sqlite")
    with both.resources["uk_xero_token_store"].process_config_and_initialize_cm() as token_store:
        settings = token_store.services.settings
    assert settings.home == uk_home
    assert settings.state == f"sqlite:///{uk_home / 'state.sqlite'}"
    assert settings.client_secret.get_secret_value() == "nobody may read this"
    assert settings.client_id == "the-app-of-the-united-kingdom"


def test_without_a_home_of_its_own_an_app_is_told_which_variable_is_missing(both, monkeypatch):
    monkeypatch.delenv("XERO_UK_PIPELINE_HOME")
    with (
        pytest.raises(dg.DagsterInvalidConfigError, match="XERO_UK_PIPELINE_HOME"),
        both.resources["uk_xero_token_store"].process_config_and_initialize_cm(),
    ):
        pass


def test_the_command_line_works_for_the_app_of_the_environment(both, house, monkeypatch, tmp_path):
    (tmp_path / "both_apps.py").write_text(
        "import dagster as dg\nfrom xero_pipeline import build_xero_defs\n"
        "chosen = {'collections': ['accounts'], 'reports': []}\n"
        "defs = dg.Definitions.merge(build_xero_defs(**chosen, app='uk'), build_xero_defs(**chosen))\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    project = Project(Settings.load(definitions="both_apps"), Silent())
    assert project.keys(["accounts"]) == [dg.AssetKey(["xero", "accounts"])]


def test_a_name_that_cannot_stand_in_names_is_refused():
    with pytest.raises(ConfigurationError, match="small letters"):
        build_xero_defs(app="United Kingdom")
