"""Dagster's history loses what is old, and nothing that its UI still goes by."""

from datetime import timedelta
from pathlib import Path

import dagster as dg
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage

from xero_pipeline import clock
from xero_pipeline.defs.automation.history_retention import TIDY, TIDYING, drop_events
from xero_pipeline.operations.dagster_storage import EventLog
from xero_pipeline_tests.defs.test_told_again import KEYS, PARTITIONS, books  # noqa: F401 - a fixture
from xero_pipeline_tests.thoroughness import proof

DAY = timedelta(days=1)


def events(instance, key="lines"):
    return instance.fetch_materializations(dg.AssetKey(key), limit=100).records


def test_what_is_younger_stays(books):  # noqa: F811
    books.run()
    before = [record.storage_id for record in events(books.instance)]
    assert drop_events(books.instance, clock.now() - DAY) == 0
    assert [record.storage_id for record in events(books.instance)] == before


def test_of_what_is_older_the_newest_of_each_partition_stays_and_nothing_is_stale_or_missing(books):  # noqa: F811
    books.run()
    books.versions["lines", "org-1"] = "2"
    (run,) = books.instance.get_runs()
    books.run()
    assert len(events(books.instance)) > len(KEYS)
    assert drop_events(books.instance, clock.now() + DAY) > 0
    assert sorted(record.partition_key for record in events(books.instance)) == KEYS
    assert len(events(books.instance, "invoices")) == len(KEYS) + 1, "of one partition the first and the newest"
    assert books.unsynced() == []
    assert books.instance.get_materialized_partitions(dg.AssetKey("lines")) == set(KEYS)
    if isinstance(books.instance.event_log_storage, SqliteEventLogStorage) and not isinstance(
        books.instance.event_log_storage, EventLog
    ):
        return  # Dagster's own looks for the file of a run once
    assert not [one for one in books.instance.all_logs(run.run_id) if one.is_dagster_event and one.step_key is None]
    assert len(books.instance.get_runs()) == 2, "the list of runs stays"


@proof
def test_the_next_run_goes_on_from_what_stayed(books):  # noqa: F811
    for _ in range(4):
        books.run()
    drop_events(books.instance, clock.now() + DAY)
    assert len(events(books.instance, "invoices")) == len(KEYS) + 1
    assert books.run()["tracking"] == []
    books.versions["lines", "org-2"] = "2"
    assert books.run()["lines"] == ["org-2"]
    assert books.unsynced() == []
    assert books.failed("lines") == []


def test_files_of_single_runs_go_too(house):
    with house.on_disk() as there:
        there.sync("users", tenants=there.tenants[:1])
        files = list(Path(there.instance.root_directory).rglob("history/runs/*.db"))
        assert len(files) == 2, "one of the run, one for all"
        drop_events(there.instance, clock.now() + DAY)
        left = list(Path(there.instance.root_directory).rglob("history/runs/*.db"))
        assert [file.name for file in left] == ["index.db"]


def test_it_is_a_schedule_of_our_own_project(house):
    assert house.schedule(TIDYING).job.name == TIDY
    job = house.definitions.resolve_job_def(TIDY)
    assert job.execute_in_process(instance=house.instance).success
