"""Runs of many partitions in our history: few transactions, and what Dagster reads is what its own storage leaves."""

import sqlite3

import dagster as dg
import pytest
import yaml
from dagster._core.events import DagsterEventType
from dagster._core.storage.partition_status_cache import get_and_update_asset_status_cache_value
from sqlalchemy import Engine
from sqlalchemy.event import listens_for, remove

from xero_pipeline.operations.dagster_home import BATCH, NO_COMPUTE_LOGS, storage_in

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
KEYS = [f"organisation-{number}" for number in range(5)]
PARTITIONS = dg.StaticPartitionsDefinition(KEYS)
ASSETS = ["invoices", "payments"]


def asset_of(meanwhile):
    """Two tables that one op writes, with a check."""

    @dg.multi_asset(
        specs=[dg.AssetSpec(name) for name in ASSETS],
        check_specs=[dg.AssetCheckSpec("readable", asset="invoices")],
        partitions_def=PARTITIONS,
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def sync(context):
        meanwhile(context)
        for name in ASSETS:
            yield dg.MaterializeResult(name, data_version=dg.DataVersion("1"))
        yield dg.AssetCheckResult(passed=True)

    return sync


def fail(context):
    context.log_event(dg.AssetMaterialization("invoices", partition=KEYS[0]))
    raise dg.Failure("Xero is away", allow_retries=False)


def statuses(instance, name):
    """As the UI shows the partitions of an asset: materialised, failed, in progress."""
    cached = get_and_update_asset_status_cache_value(instance, dg.AssetKey(name), PARTITIONS)
    return tuple(
        sorted(subset.get_partition_keys())
        for subset in (
            cached.deserialize_materialized_partition_subsets(PARTITIONS),
            cached.deserialize_failed_partition_subsets(PARTITIONS),
            cached.deserialize_in_progress_partition_subsets(PARTITIONS),
        )
    )


def run(instance, meanwhile=lambda _: None, keys=KEYS):
    ends = {"dagster/asset_partition_range_start": keys[0], "dagster/asset_partition_range_end": keys[-1]}
    job = dg.Definitions(assets=[asset_of(meanwhile)]).resolve_implicit_global_asset_job_def()
    return job.execute_in_process(instance=instance, run_config=QUIET, tags=ends, raise_on_error=False).run_id


@pytest.fixture
def opened(tmp_path, monkeypatch):
    """Opens a history, with our storage and batches or with Dagster's own and one event after the other."""

    def of(*, ours=True, name="storage"):
        monkeypatch.setenv(BATCH, "1000" if ours else "0")
        folder = tmp_path / name
        storage = storage_in(folder) if ours else {"sqlite": {"base_dir": str(folder)}}
        settings = {"storage": storage, "compute_logs": NO_COMPUTE_LOGS, "telemetry": {"enabled": False}}
        (tmp_path / "dagster.yaml").write_text(yaml.safe_dump(settings))
        return dg.DagsterInstance.from_config(str(tmp_path))

    return of


def planned(instance, run_id):
    return [e for e in instance.all_logs(run_id) if e.dagster_event.is_asset_materialization_planned]


def test_a_run_says_once_of_each_asset_which_partitions_it_plans(opened):
    with opened() as instance:
        events = planned(instance, run(instance))
    assert [event.dagster_event.asset_key.to_user_string() for event in events] == ASSETS
    assert {tuple(sorted(event.dagster_event.partitions_subset.get_partition_keys())) for event in events} == {
        tuple(KEYS)
    }


@pytest.mark.parametrize("reader", [True, False])
def test_partitions_that_a_failed_run_did_not_reach_failed_for_both_storages(opened, reader):
    with opened() as instance:
        run(instance, fail)
    with opened(ours=reader) as instance:
        assert statuses(instance, "invoices") == (KEYS[:1], KEYS[1:], [])
        assert statuses(instance, "payments") == ([], KEYS, [])
        run(instance, keys=KEYS[:3])
        assert statuses(instance, "payments") == (KEYS[:3], KEYS[3:], [])


def test_partitions_are_in_progress_while_their_run_is(opened):
    seen = {}

    def look(context):
        seen.update({name: statuses(context.instance, name) for name in ASSETS})

    with opened() as instance:
        run(instance, keys=KEYS[:1])
        run(instance, look, keys=KEYS[:3])
        assert seen == dict.fromkeys(ASSETS, (KEYS[:1], [], KEYS[:3]))
        assert statuses(instance, "invoices") == (KEYS[:3], [], [])


@pytest.mark.parametrize("reader", [True, False])
def test_the_newest_run_of_a_partition_is_found_by_both_storages(opened, reader):
    with opened() as instance:
        first, second = run(instance), run(instance, fail, keys=KEYS[:2])
    with opened(ours=reader) as instance:
        newest = instance.get_latest_planned_materialization_info
        assert newest(dg.AssetKey("payments")).run_id == second
        assert newest(dg.AssetKey("payments"), KEYS[0]).run_id == second
        assert newest(dg.AssetKey("payments"), KEYS[4]).run_id == first


LEFT = {
    "order": "SELECT dagster_event_type, asset_key FROM event_logs ORDER BY id",
    "partitions": "SELECT dagster_event_type, step_key, asset_key, partition FROM event_logs ORDER BY 1, 2, 3, 4",
    "planned": """SELECT json_extract(event, '$.dagster_event') FROM event_logs
        WHERE dagster_event_type LIKE '%_PLANNED' ORDER BY 1""",
    "tags": """SELECT e.asset_key, e.partition, t.asset_key, t.key, t.value, t.event_timestamp = e.timestamp
        FROM asset_event_tags t JOIN event_logs e ON e.id = t.event_id ORDER BY 1, 2, 3, 4""",
    "assets": """SELECT k.asset_key, e.asset_key, e.dagster_event_type, k.last_run_id = e.run_id
        FROM asset_keys k JOIN event_logs e ON e.id = json_extract(last_materialization, '$.storage_id') ORDER BY 1""",
    "checks": """SELECT c.asset_key, check_name, c.partition, execution_status, e.dagster_event_type
        FROM asset_check_executions c JOIN event_logs e ON e.id = evaluation_event_storage_id ORDER BY 1, 2, 3""",
}


def left(folder):
    with sqlite3.connect(folder / "history" / "runs" / "index.db") as connection:
        return {what: connection.execute(query).fetchall() for what, query in LEFT.items()}


def test_what_a_batch_leaves_is_what_single_events_leave(opened, tmp_path):
    for ours in (True, False):
        with opened(ours=ours, name=f"ours-{ours}") as instance:
            run(instance)
    batch = left(tmp_path / "ours-True")
    assert all(batch.values())
    assert batch == left(tmp_path / "ours-False")


def test_the_events_of_an_asset_know_their_rows(opened):
    with opened() as instance:
        run_id = run(instance)
        records = instance.fetch_materializations(dg.AssetKey("payments"), limit=100, ascending=True).records
        assert sorted(record.partition_key for record in records) == KEYS
        newest = instance.get_asset_records([dg.AssetKey("payments")])[0].asset_entry
        assert newest.last_materialization_record.storage_id == records[-1].storage_id
        assert newest.last_run_id == run_id
        versions = instance.event_log_storage.get_latest_tags_by_partition(
            dg.AssetKey("payments"), DagsterEventType.ASSET_MATERIALIZATION, ["dagster/data_version"]
        )
        assert versions == {key: {"dagster/data_version": "1"} for key in KEYS}


@pytest.fixture
def transactions():
    """How many were committed."""
    found = []

    def note(connection):
        found.append(connection)

    listens_for(Engine, "commit")(note)
    yield found
    remove(Engine, "commit", note)


def test_more_partitions_take_no_more_transactions(opened, transactions):
    with opened() as instance:
        run(instance)  # from now on every file is known
        counts = set()
        for keys in (KEYS[:2], KEYS):
            transactions.clear()
            run(instance, keys=keys)
            counts.add(len(transactions))
        assert len(counts) == 1
