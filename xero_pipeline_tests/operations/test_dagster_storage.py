"""Dagster's history kept open: in the files or tables of Dagster's own storage, for threads and two programs."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.event_log.sqlite import sqlite_event_log
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage

from xero_pipeline.operations.dagster_home import POSTGRESQL_STORAGE, STORAGE, read_log_handlers_once
from xero_pipeline.operations.dagster_storage import FILES_KEPT_OPEN, SqliteStorage
from xero_pipeline_tests.operations.conftest import in_files_only

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dg.asset
def invoices():
    return dg.MaterializeResult(metadata={"rows": 7})


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "storage"


def run(instance):
    return dg.materialize([invoices], instance=instance, run_config=QUIET).run_id


def told(instance, run_id):
    return [event.dagster_event_type for event in instance.all_logs(run_id)]


def rows(instance):
    records = instance.fetch_materializations(invoices.key, limit=100).records
    return [record.asset_materialization.metadata["rows"].value for record in records]


def test_what_dagster_is_told_of_is_our_storage(opened):
    ours = {"files": STORAGE, "postgresql": POSTGRESQL_STORAGE}[opened.args[0]]["module"]
    # The second as another process opens it.
    with opened() as instance, dg.DagsterInstance.from_ref(instance.get_ref()) as again:
        assert [type(one.event_log_storage).__module__ for one in (instance, again)] == [ours] * 2


@pytest.mark.parametrize("first", [True, False])
def test_dagsters_own_storage_and_ours_read_what_the_other_wrote(opened, first):
    with opened(ours=first) as instance:
        before = run(instance)
        events = told(instance, before)
    with opened(ours=not first) as instance:
        assert told(instance, before) == events
        after = run(instance)
    with opened(ours=first) as instance:
        assert told(instance, after) == events
        assert rows(instance) == [7, 7]
        assert {one.run_id for one in instance.get_runs()} == {before, after}


@in_files_only
def test_two_that_have_the_files_open_see_what_the_other_writes(opened, folder):
    with opened() as instance:
        run(instance)
        beside = DagsterSqliteStorage(str(folder))
        after = run(instance)
        assert {one.run_id: one.is_success for one in beside.run_storage.get_runs()}[after]
        assert len(beside.event_log_storage.get_logs_for_run(after)) == len(told(instance, after))


def test_many_threads_write_their_runs_at_once(opened):
    with opened() as instance, ThreadPoolExecutor(4) as threads:
        read_log_handlers_once(instance)
        names = list(threads.map(lambda _: run(instance), range(12)))
        assert len({tuple(told(instance, name)) for name in names}) == 1
        assert rows(instance) == [7] * 12


@in_files_only
def test_no_more_files_stay_open_than_said_and_the_older_runs_are_read_as_before(opened, folder):
    with opened() as instance:
        names = [run(instance) for _ in range(FILES_KEPT_OPEN + 3)]
        files = {path.resolve().stem for path in Path("/proc/self/fd").iterdir() if path.resolve().suffix == ".db"}
        assert files & set(names)
        assert len(files & {*names, "index"}) <= FILES_KEPT_OPEN
        assert told(instance, names[0]) == told(instance, names[-1])


@in_files_only
def test_a_run_that_another_process_looked_at_first_is_written_all_the_same(opened, folder):
    with opened() as instance:
        run(instance)  # from now on the tables of a run are copied
        log = instance.event_log_storage
        DagsterSqliteStorage(str(folder)).event_log_storage.get_logs_for_run("looked-at")
        with log.run_connection("looked-at") as connection:
            assert connection.exec_driver_sql("SELECT COUNT(*) FROM event_logs").scalar_one() == 0


@in_files_only
def test_where_a_file_cannot_have_two_names_a_run_is_written_all_the_same(opened, monkeypatch):
    def refuse(*_):
        raise PermissionError("Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    with opened() as instance:
        names = [run(instance), run(instance)]
        assert told(instance, names[0]) == told(instance, names[1])
        assert rows(instance) == [7, 7]


def test_the_files_of_a_storage_that_is_closed_are_whole(folder):
    storage = SqliteStorage.from_local(str(folder))
    with storage.event_log_storage.run_connection("a-run"):
        pass
    storage.event_log_storage.dispose()
    storage.run_storage.dispose()
    assert not list(folder.rglob("*.db-wal"))


@in_files_only
def test_reading_old_runs_looks_through_dagsters_revisions_once_and_not_for_each(opened, folder, monkeypatch):
    with opened() as instance:
        names = [run(instance) for _ in range(4)]
        events = told(instance, names[0])
    looked = []
    read = sqlite_event_log.check_alembic_revision
    monkeypatch.setattr(sqlite_event_log, "check_alembic_revision", lambda *told: looked.append(1) or read(*told))
    with opened() as instance:
        before = len(looked)
        assert all(told(instance, name) == events for name in names)
    assert len(looked) - before <= 1


@in_files_only
def test_a_file_that_was_begun_and_not_finished_is_finished(opened, folder):
    with opened() as instance:
        (folder / "history" / "runs" / "half.db").touch()
        assert told(instance, "half") == []


def test_a_deleted_run_is_gone(opened):
    with opened() as instance:
        name = run(instance)
        instance.delete_run(name)
        assert not instance.get_runs()
        assert not told(instance, name)
