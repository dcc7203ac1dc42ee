"""Runs of many partitions in our history: few transactions, and what Dagster reads is what its own storage leaves."""

import re

import dagster as dg
import pytest
from dagster._core.definitions.asset_checks.asset_check_evaluation import AssetCheckEvaluationPlanned
from dagster._core.events import DagsterEventType
from dagster._core.storage.partition_status_cache import get_and_update_asset_status_cache_value
from sqlalchemy import Engine
from sqlalchemy.event import listens_for, remove

from xero_pipeline_tests.operations.conftest import in_files_only

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


def planned(instance, run_id):
    return [e for e in instance.all_logs(run_id) if e.dagster_event.is_asset_materialization_planned]


@in_files_only
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
    "planned": """SELECT CAST(json_extract(event, '$.dagster_event') AS TEXT) FROM event_logs
        WHERE dagster_event_type LIKE '%_PLANNED' ORDER BY 1""",
    "tags": """SELECT e.asset_key, e.partition, t.asset_key, t.key, t.value, t.event_timestamp = e.timestamp
        FROM asset_event_tags t JOIN event_logs e ON e.id = t.event_id ORDER BY 1, 2, 3, 4""",
    "assets": """SELECT k.asset_key, e.asset_key, e.dagster_event_type, k.last_run_id = e.run_id,
            k.last_materialization_timestamp IS NOT NULL
        FROM asset_keys k JOIN event_logs e
        ON e.id = CAST(json_extract(last_materialization, '$.storage_id') AS INTEGER) ORDER BY 1""",
    "checks": """SELECT asset_key, check_name, partition, execution_status, run_id IN (SELECT run_id FROM event_logs)
        FROM asset_check_executions ORDER BY 1, 2, 3""",
}

CHECKS_KNOW_THEIR_EVENTS = "partitions_subset" in AssetCheckEvaluationPlanned._fields
"""Before 1.12.13 a storage of Dagster's own kept no event of a check where all runs are, and none of its readers looked
for one there. Ours keeps it with those releases too, as later ones do that read the same tables.
"""
LEFT_OF_CHECKS = {
    "events of checks": """SELECT c.asset_key, check_name, c.partition, e.dagster_event_type
        FROM asset_check_executions c JOIN event_logs e ON e.id = evaluation_event_storage_id ORDER BY 1, 2, 3""",
    "planned checks": """SELECT c.asset_key, c.run_id = e.run_id, evaluation_event = e.event, create_timestamp IS NULL
        FROM asset_check_executions c JOIN event_logs e ON e.id = evaluation_event_storage_id ORDER BY 1""",
}


def left(instance):
    """What is in the tables, but for what no two runs have in common."""
    found = {}
    with instance.event_log_storage.index_connection() as connection:
        if not CHECKS_KNOW_THEIR_EVENTS:
            connection.exec_driver_sql("DELETE FROM event_logs WHERE dagster_event_type LIKE 'ASSET_CHECK%%'")
        for what, query in (LEFT | LEFT_OF_CHECKS if CHECKS_KNOW_THEIR_EVENTS else LEFT).items():
            of_json = r"(\1::jsonb ->> '\2')" if connection.dialect.name == "postgresql" else r"\g<0>"
            there = re.sub(r"json_extract\((\w+), '\$\.(\w+)'\)", of_json, query.replace("%", "%%"))
            found[what] = [tuple(row) for row in connection.exec_driver_sql(there)]
    return found


def both(opened, what):
    """What is left by our storage, then by Dagster's own."""
    found = []
    for ours in (True, False):
        with opened(ours=ours) as instance:
            instance.event_log_storage.wipe()
            what(instance)
            found.append(left(instance))
    return found


def test_what_a_batch_leaves_is_what_single_events_leave(opened):
    batch, single = both(opened, run)
    assert all(batch.values())
    assert batch == single


def test_what_a_failed_run_leaves_is_what_single_events_leave(opened):
    batch, single = both(opened, lambda instance: run(instance, fail))
    assert batch == single


@pytest.mark.parametrize("reader", [True, False])
def test_how_a_check_ended_is_read_by_both_storages(opened, reader):
    check = dg.AssetCheckKey(dg.AssetKey("invoices"), "readable")
    with opened() as instance:
        begun = [run(instance, fail), run(instance)]
    with opened(ours=reader) as instance:
        executions = instance.event_log_storage.get_asset_check_execution_history(check, limit=9)
        newest = instance.event_log_storage.get_latest_asset_check_execution_by_key([check])[check]
    assert [(one.run_id, one.status.value) for one in executions] == [(begun[1], "SUCCEEDED"), (begun[0], "PLANNED")]
    assert newest.run_id == begun[1]


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
def statements():
    """Those sent, and commits."""
    found = []

    def note(*_):
        found.append(1)

    kinds = ("commit", "before_cursor_execute")
    for kind in kinds:
        listens_for(Engine, kind)(note)
    yield found
    for kind in kinds:
        remove(Engine, kind, note)


def test_more_partitions_take_no_more_statements(opened, statements):
    with opened() as instance:
        run(instance)  # from now on every file and table is known
        counts = set()
        for keys in (KEYS[:2], KEYS):
            statements.clear()
            run(instance, keys=keys)
            counts.add(len(statements))
        assert len(counts) == 1
