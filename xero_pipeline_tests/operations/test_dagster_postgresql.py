"""Dagster's history in PostgreSQL with its connections kept open: what is lost is opened anew, and no writer waits."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial

import dagster as dg
import psycopg2
import pytest
from dagster._core.events import DagsterEvent, StepMaterializationData
from dagster._core.events.log import EventLogEntry
from sqlalchemy import make_url
from sqlalchemy.event import listens_for, remove
from sqlalchemy.pool import Pool

from xero_pipeline.operations.dagster_postgresql import EVENTS_KEPT_OPEN, KEPT_OPEN, PostgresqlStorage
from xero_pipeline_tests.clock import BEGINS

NAMES = ["accounts", "contacts", "invoices", "payments"]
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dg.asset
def invoices():
    return dg.MaterializeResult(metadata={"rows": 7})


def run(instance):
    return dg.materialize([invoices], instance=instance, run_config=QUIET).run_id


def made(name, run_id="a-run"):
    """An event: a table was made."""
    data = StepMaterializationData(dg.AssetMaterialization(name, tags={"dagster/data_version": "1"}), [])
    event = DagsterEvent("ASSET_MATERIALIZATION", "sync", event_specific_data=data)
    at = BEGINS.timestamp()
    return EventLogEntry(None, "info", "", run_id, at, step_key="sync", job_name="sync", dagster_event=event)


def ask(url, query):
    """Ask the server over a connection of its own."""
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with closing(psycopg2.connect(address)) as connection:
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute(query)
        return cursor.fetchall()


OTHERS = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


@pytest.fixture
def opened(opened_in):
    return partial(opened_in, "postgresql")


@pytest.fixture
def connections():
    """Those that were opened."""
    found = []

    def note(*_):
        found.append(1)

    listens_for(Pool, "connect")(note)
    yield found
    remove(Pool, "connect", note)


def test_a_run_goes_by_the_connections_that_are_open(opened, connections):
    with opened():
        pass  # the tables are there from now on
    connections.clear()
    with opened() as instance:
        run(instance)
        assert 0 < len(connections) <= EVENTS_KEPT_OPEN + KEPT_OPEN
        connections.clear()
        run(instance)
        assert not connections


def test_an_instance_that_is_closed_leaves_no_connection(opened, history_url):
    with opened() as instance:
        run(instance)
        assert ask(history_url, f"SELECT COUNT(*) > 0 {OTHERS}") == [(True,)]
    assert ask(history_url, f"SELECT COUNT(*) {OTHERS}") == [(0,)]


def test_what_many_threads_need_at_once_is_closed_when_they_are_done(opened, history_url):
    with opened() as instance, ThreadPoolExecutor(2 * EVENTS_KEPT_OPEN) as threads:
        list(threads.map(instance.all_logs, ["a-run"] * 100))
        assert 0 < ask(history_url, f"SELECT COUNT(*) {OTHERS}")[0][0] <= EVENTS_KEPT_OPEN + KEPT_OPEN


def test_only_events_do_not_wait_for_the_disk(opened, history_url):
    database = make_url(history_url).database
    ask(history_url, f'ALTER DATABASE "{database}" SET synchronous_commit = on; SELECT 1')
    with opened() as instance:
        found = {}
        for storage in (instance.event_log_storage.index_connection, instance.run_storage.connect):
            with storage() as connection:
                found[storage.__name__] = connection.exec_driver_sql("SHOW synchronous_commit").scalar_one()
    assert found == {"index_connection": "off", "connect": "on"}


def test_connections_that_the_server_ended_are_opened_anew(opened, history_url):
    with opened() as instance:
        before = run(instance)
        assert ask(history_url, f"SELECT pg_terminate_backend(pid, 10000) {OTHERS}")
        after = run(instance)
        assert {one.run_id for one in instance.get_runs()} == {before, after}


def test_a_process_that_was_forked_opens_its_own(opened):
    with opened() as instance:
        ours = backend(instance)
        reads, writes = os.pipe()
        if (child := os.fork()) == 0:
            os.write(writes, str(backend(instance)).encode())
            os._exit(0)
        os.waitpid(child, 0)
        assert int(os.read(reads, 20)) != ours
        assert backend(instance) == ours, "and the parent's goes on"


def backend(instance):
    with instance.event_log_storage.index_connection() as connection:
        return connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()


def test_in_the_web_server_what_takes_too_long_is_given_up(opened, history_url):
    with opened() as instance:
        instance.optimize_for_webserver(statement_timeout=5000, pool_recycle=3600, max_overflow=20)
        run(instance)
        with instance.event_log_storage.index_connection() as connection:
            assert connection.exec_driver_sql("SHOW statement_timeout").scalar_one() == "5s"
    assert ask(history_url, f"SELECT COUNT(*) {OTHERS}") == [(0,)]


def test_an_event_is_seen_though_another_run_is_writing_about_the_same_table(opened, history_url):
    """Who asks for events after the newest that it knows misses one that becomes visible later."""
    with opened() as instance, ThreadPoolExecutor(1) as threads:
        log = instance.event_log_storage
        log.store_event(made("invoices"))
        with log.index_transaction() as other:
            other.exec_driver_sql("SELECT 1 FROM asset_keys FOR UPDATE")
            writing = threads.submit(log.store_event_batch, [made("invoices")])
            waits = f"SELECT COUNT(*) {OTHERS} AND wait_event_type = 'Lock'"
            while ask(history_url, waits) == [(0,)]:
                assert not writing.done()
            assert ask(history_url, "SELECT COUNT(*) FROM event_logs") == [(2,)]
        writing.result()
        assert ask(history_url, "SELECT COUNT(*) FROM asset_event_tags") == [(2,)]


ROUNDS = 40
WRITE = f"""
import sys
from xero_pipeline.operations.dagster_postgresql import PostgresqlStorage
from {__name__} import made
log = PostgresqlStorage(sys.argv[1]).event_log_storage
for _ in range({ROUNDS}):
    log.store_event_batch([made(name, sys.argv[2]) for name in sys.argv[3:]])
"""


def test_two_programs_that_write_the_same_tables_in_another_order_do_not_wait_for_each_other(opened, history_url):
    orders = {"forth": NAMES, "back": NAMES[::-1]}
    with opened() as instance:
        words = [[sys.executable, "-c", WRITE, history_url, run_id, *names] for run_id, names in orders.items()]
        writers = [subprocess.Popen(one, stderr=subprocess.PIPE, text=True) for one in words]
        assert [(writer.communicate()[1], writer.returncode) for writer in writers] == [("", 0)] * 2
        for run_id, names in orders.items():
            told = [one.dagster_event.asset_key.to_user_string() for one in instance.all_logs(run_id)]
            assert told == names * ROUNDS
        newest = {one.asset_entry.asset_key.to_user_string(): one.asset_entry for one in instance.get_asset_records()}
        assert sorted(newest) == NAMES
        assert {one.last_run_id for one in newest.values()} <= set(orders)
        assert len(ask(history_url, "SELECT event_id FROM asset_event_tags")) == 2 * ROUNDS * len(NAMES)


def test_a_plain_dagster_that_is_open_beside_it_sees_each_event(opened):
    with opened() as instance, opened(ours=False) as beside:
        run_id = run(instance)
        assert [one.dagster_event_type for one in beside.all_logs(run_id)] == [
            one.dagster_event_type for one in instance.all_logs(run_id)
        ]
        assert beside.get_run_by_id(run_id).is_success
        assert beside.get_latest_materialization_event(invoices.key).run_id == run_id
        run_id = run(beside)
        assert instance.get_latest_materialization_event(invoices.key).run_id == run_id


def test_tables_that_are_missing_are_made_only_where_that_is_wanted(history_url):
    PostgresqlStorage(history_url, should_autocreate_tables=False)
    assert ask(history_url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'") == []
    PostgresqlStorage(history_url)
    ask(history_url, "SELECT COUNT(*) FROM runs, event_logs, jobs, instance_info")
