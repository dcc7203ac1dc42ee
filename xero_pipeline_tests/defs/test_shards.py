"""Code locations that share the organisations: each starts the runs of its own, under names of its own."""

from datetime import UTC, datetime

import dagster as dg
import pytest

from xero_pipeline.cli.commands.sync import chosen_organisations
from xero_pipeline.cli.dagster_runs import Runner
from xero_pipeline.cli.output.sync_progress import Watch
from xero_pipeline.cli.selection import Selection
from xero_pipeline.container import Services
from xero_pipeline.definitions import build
from xero_pipeline.defs.resources import TokenStoreResource
from xero_pipeline.settings import Settings
from xero_pipeline.shard import Shard

AT = datetime(2026, 11, 22, 5, tzinfo=UTC)


@pytest.fixture(params=["1/2", "2/2"])
def shard(request, monkeypatch):
    monkeypatch.setenv("XERO_SHARD", request.param)
    return Shard.read(request.param)


@pytest.fixture
def own(house, shard):
    return [one for one in house.tenants if shard.has(one)]


@pytest.fixture
def definitions(shard):
    return build(Settings.load())


def test_shards_share_no_name(monkeypatch):
    """Two code locations with an asset of one key would be one asset to Dagster."""
    names = []
    for text in ("1/2", "2/2"):
        monkeypatch.setenv("XERO_SHARD", text)
        repository = build(Settings.load()).get_repository_def()
        keys = {key.to_user_string() for key in repository.asset_graph.get_all_asset_keys()}
        automation = {one.name for one in (*repository.schedule_defs, *repository.sensor_defs)}
        jobs = {name for name in repository.job_names if not name.startswith("__")}
        cut = {
            one.name
            for one in repository.asset_graph.all_partitions_defs
            if isinstance(one, dg.DynamicPartitionsDefinition)
        }
        names.append(keys | automation | jobs | cut)
    assert len(names[0]) > 100
    assert not names[0] & names[1]


def test_a_new_organisation_is_seen_by_its_own_shard(house, shard, own, definitions):
    sensor = next(one for one in definitions.sensors if one.name == f"{shard.name}_new_organisations")
    with dg.DagsterInstance.ephemeral() as instance:
        context = dg.build_sensor_context(
            instance=instance,
            repository_def=definitions.get_repository_def(),
            resources={"xero_token_store": TokenStoreResource()},
        )
        with context:
            result = sensor._raw_fn(context)
        asked = [key for request in result.dynamic_partitions_requests for key in request.partition_keys]
        cut = {request.partitions_def_name for request in result.dynamic_partitions_requests}
    assert sorted(asked) == sorted(own)
    assert cut == ({f"xero_organisations_{shard.number}_of_2"} if own else set())


def test_the_daily_sync_is_that_of_its_own_organisations(house, shard, own, definitions):
    schedule = next(one for one in definitions.schedules if one.name == f"{shard.name}_daily_sync")
    with house.on_disk() as there:
        there.instance.add_dynamic_partitions(f"xero_organisations_{shard.number}_of_2", house.tenants)
        with dg.build_schedule_context(
            instance=there.instance,
            repository_def=definitions.get_repository_def(),
            scheduled_execution_time=AT,
            resources={"xero_token_store": TokenStoreResource()},
        ) as context:
            requests = schedule.evaluate_tick(context).run_requests
    asked = {one for request in requests for one in house.tenants if one in str((request.partition_key, request.tags))}
    assert asked == set(own)


def test_a_sync_by_hand_brings_its_own_organisations(house, shard, own):
    services = Services(Settings.load())
    chosen = chosen_organisations(services, [])
    assert sorted(one.tenant_id for one in chosen) == sorted(own)
    with Watch({one.tenant_id: one.name for one in chosen}, 1) as watch:
        runner = Runner(services, house.instance, watch)
        assert all(runner.sync(one, Selection(("users",), ()), full=False) for one in chosen)
    rows = services.warehouse.query("select distinct tenant_id from xero.users").to_pylist()
    assert sorted(row["tenant_id"] for row in rows) == sorted(own)
    assert {run.job_name for run in house.instance.get_runs()} == (
        {f"{shard.name}_sync_organisation"} if own else set()
    )
