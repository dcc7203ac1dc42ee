"""Whether a run lives says its own process: what Redis forgets or never knew costs a run some seconds, not hours."""

from __future__ import annotations

import os
import shutil
import subprocess
import time

import dagster as dg
import pytest
import yaml
from dagster._core.definitions.reconstruct import reconstructable
from dagster._core.launcher import WorkerStatus
from dagster._core.remote_origin import RegisteredCodeLocationOrigin, RemoteJobOrigin, RemoteRepositoryOrigin
from dagster._core.run_coordinator import SubmitRunContext
from dagster._core.storage.tags import RETRY_NUMBER_TAG
from dagster._daemon.run_coordinator.queued_run_coordinator_daemon import QueuedRunCoordinatorDaemon

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.operations import run_launcher
from xero_pipeline.operations.dagster_home import open_instance, prepare_home
from xero_pipeline.operations.lost_runs import PROCESS, this_process
from xero_pipeline.operations.run_queue import QUEUE, celery_app, waiting_messages
from xero_pipeline.operations.run_worker import CarriedRuns, LostLaunches
from xero_pipeline.settings import Settings
from xero_pipeline.state import carried_run
from xero_pipeline.state.engine import open_state
from xero_pipeline.state.machines import LOST_SECONDS, carry, put_down, silent_for
from xero_pipeline_tests.postgresql import a_database_like
from xero_pipeline_tests.xero.person import free_port

PASSWORD = "r3d1s-pw"


@pytest.fixture
def settings(empty_database, tmp_path, monkeypatch):
    books = a_database_like(empty_database)
    for name in ("DAGSTER_HOME", "XERO_DAGSTER_URL", "XERO_BROKER_URL"):
        monkeypatch.setenv(name, "")  # so that what is set during the test is undone
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XERO_STATE_URL", books)
    monkeypatch.setenv("XERO_BROKER_URL", f"redis://:{PASSWORD}@127.0.0.1:{free_port()}/0")
    monkeypatch.setenv("XERO_RUNS_AT_ONCE", "7")
    return Settings.load(pipeline_home=tmp_path / "home", dagster_url=books, warehouse_url=books)


@pytest.fixture
def state(settings):
    engine = open_state(settings.state)
    yield engine
    engine.dispose()


@pytest.fixture
def redis(settings, tmp_path):
    assert shutil.which("redis-server"), "redis-server is missing: bash .ci/redis installs it"
    port = settings.broker_url.get_secret_value().rpartition(":")[2].partition("/")[0]
    command = ["redis-server", "--port", port, "--requirepass", PASSWORD, "--save", "", "--dir", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        yield settings.broker_url.get_secret_value()
        process.terminate()


@pytest.fixture
def instance(settings):
    prepare_home(settings)
    with dg.DagsterInstance.get() as opened:
        yield opened


def test_the_home_says_only_where_the_address_of_redis_is(settings):
    home = prepare_home(settings)
    written = yaml.safe_load((home / "dagster.yaml").read_text())
    assert written["run_launcher"]["class"] == "QueueRunLauncher"
    assert written["concurrency"]["runs"]["max_concurrent_runs"] == 7
    assert not [path for path in home.rglob("*") if path.is_file() and PASSWORD in path.read_text()]
    assert "run_launcher" not in yaml.safe_load((home / "command-line.yaml").read_text())


def test_dagster_loads_the_launcher_and_the_retries_of_the_home(instance):
    assert isinstance(instance.run_launcher, run_launcher.QueueRunLauncher)
    assert instance.run_launcher.celery.conf.worker_disable_prefetch
    assert instance.run_launcher.celery.conf.task_default_queue == QUEUE
    assert instance.run_retries_enabled
    assert instance.run_retries_retry_on_asset_or_op_failure
    assert type(instance.compute_log_manager).__name__ == "NoOpComputeLogManager"


def test_a_run_that_is_repeated_goes_before_those_that_wait(instance):
    waiting = [queued(instance) for _ in range(3)]
    repeated = queued(instance, {RETRY_NUMBER_TAG: "1"})
    queue = instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.QUEUED]), ascending=True)
    order = QueuedRunCoordinatorDaemon(interval_seconds=1)._priority_sort(queue)
    assert [run.run_id for run in order] == [repeated, *waiting]
    assert instance.get_concurrency_config().run_queue_config.max_concurrent_runs == 7


def queued(instance, tags=None):
    """A run that Dagster was asked for; its id."""
    origin = RemoteJobOrigin(
        RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("xero_pipeline"), "__repository__"), "nothing"
    )
    run = instance.create_run_for_job(nothing, tags=tags, remote_job_origin=origin, job_code_origin=nothing_origin())
    instance.run_coordinator.submit_run(SubmitRunContext(run, workspace=None))
    return run.run_id


def nothing_origin():
    return reconstructable(nothing).get_python_origin()


def started_run(instance):
    return instance.create_run_for_job(nothing, status=dg.DagsterRunStatus.STARTED)


@dg.job
def nothing():
    pass


def test_a_run_lives_as_long_as_its_process_says_so(instance, state, monkeypatch):
    run, launcher = started_run(instance), instance.run_launcher
    carry(state, run.run_id, "worker-1", os.getpid())
    assert launcher.check_run_worker_health(run).status == WorkerStatus.RUNNING

    monkeypatch.setattr(run_launcher, "LOST_SECONDS", -1.0)  # it has been silent for too long
    began = time.monotonic()
    assert launcher.check_run_worker_health(run).status == WorkerStatus.RUNNING, "one look does not count"
    monkeypatch.setattr("time.monotonic", lambda: began + 60)
    assert launcher.check_run_worker_health(run).status == WorkerStatus.FAILED


def test_a_run_that_shows_itself_after_an_outage_is_none_the_worse(instance, state, monkeypatch):
    run, launcher = started_run(instance), instance.run_launcher
    began = time.monotonic()
    assert launcher.check_run_worker_health(run).status == WorkerStatus.RUNNING
    carry(state, run.run_id, "worker-1", os.getpid())
    monkeypatch.setattr("time.monotonic", lambda: began + 60)
    assert launcher.check_run_worker_health(run).status == WorkerStatus.RUNNING


def test_a_carried_run_shows_itself_and_is_put_down_at_its_end(settings, state):
    from dagster._core.code_pointer import ModuleCodePointer
    from dagster._core.origin import JobPythonOrigin, RepositoryPythonOrigin
    from dagster._grpc.types import ExecuteRunArgs
    from dagster._serdes import pack_value

    origin = JobPythonOrigin("nothing", RepositoryPythonOrigin("python", ModuleCodePointer("a", "b")))
    arguments = ExecuteRunArgs(origin, "run-1", instance_ref=None, set_exit_code_on_failure=True)
    carried = CarriedRuns(settings.state)
    carried.begin(kwargs={"execute_job_args_packed": pack_value(arguments)})
    until = time.monotonic() + 20
    while "run-1" not in silent_for(state, ["run-1"]):
        assert time.monotonic() < until
    carried.end()
    assert silent_for(state, ["run-1"]) == {}


def test_a_run_that_begins_while_the_database_is_away_shows_itself_when_it_is_back(settings, state, monkeypatch):
    tries = []

    def open_at_the_second(url):
        tries.append(url)
        if len(tries) == 1:
            raise ConfigurationError("the server is away")
        return open_state(url)

    monkeypatch.setattr(carried_run, "open_state", open_at_the_second)
    monkeypatch.setattr(carried_run, "BEAT_SECONDS", 0.01)
    with carried_run.carried(settings.state, "run-1"):
        until = time.monotonic() + 20
        while "run-1" not in silent_for(state, ["run-1"]):
            assert time.monotonic() < until
    assert silent_for(state, ["run-1"]) == {}


def test_a_run_of_the_command_line_is_not_stopped_from_elsewhere(instance, state):
    run = instance.create_run_for_job(nothing, status=dg.DagsterRunStatus.STARTED, tags={PROCESS: this_process()})
    assert instance.run_launcher.terminate(run.run_id) is False
    assert instance.get_run_by_id(run.run_id).status == dg.DagsterRunStatus.STARTED


def starting_run(instance, seconds_ago, monkeypatch):
    run = instance.create_run_for_job(nothing)
    instance.report_dagster_event(
        dg.DagsterEvent("PIPELINE_STARTING", job_name=run.job_name, message="launched"), run_id=run.run_id
    )
    launched = instance.get_run_stats(run.run_id).launch_time
    from datetime import UTC, datetime

    from xero_pipeline import clock

    monkeypatch.setattr(clock, "now", lambda: datetime.fromtimestamp(launched + seconds_ago, UTC))
    return run


@pytest.mark.parametrize(
    ("seconds", "queued", "carried", "after"),
    [
        (120, False, False, "FAILURE"),
        (120, True, False, "STARTING"),
        (120, False, True, "STARTING"),
        (10, False, False, "STARTING"),
    ],
    ids=["nowhere", "in the queue", "carried", "a moment ago"],
)
def test_a_launch_that_got_lost_is_marked_failed_and_no_other(
    settings, instance, state, redis, monkeypatch, seconds, queued, carried, after
):
    run = starting_run(instance, seconds, monkeypatch)
    app = celery_app(redis)
    if queued:
        app.send_task("execute_job", kwargs={"execute_job_args_packed": {"run_id": run.run_id}}, queue=QUEUE)
        assert [run.run_id in message for message in waiting_messages(app)] == [True]
    if carried:
        carry(state, run.run_id, "worker-1", os.getpid())
    LostLaunches(app, settings.state, lambda: open_instance(settings)).fail()
    assert instance.get_run_by_id(run.run_id).status.value == after


def test_one_worker_looks_for_lost_launches_at_a_time(settings, instance, state, redis, monkeypatch):
    from xero_pipeline.state.locks import exclusive

    run = starting_run(instance, 120, monkeypatch)
    with exclusive(state, "lost launches", timeout_seconds=1):
        LostLaunches(celery_app(redis), settings.state, lambda: open_instance(settings)).fail()
    assert instance.get_run_by_id(run.run_id).status.value == "STARTING"


def test_a_run_that_is_put_down_is_forgotten(state):
    carry(state, "run-1", "worker-1", 1)
    carry(state, "run-2", "worker-1", 1)
    put_down(state, "run-1")
    assert set(silent_for(state, ["run-1", "run-2"])) == {"run-2"}
    assert silent_for(state, ["run-2"])["run-2"] < LOST_SECONDS


def test_the_calls_of_a_lost_run_on_another_machine_count_no_more(state, monkeypatch):
    import sqlalchemy as sa

    from xero_pipeline.state import machines
    from xero_pipeline.state.tables import state_table
    from xero_pipeline.xero.quota.usage_store import UsageTransaction

    slots = state_table("quota_slots")
    held = {"tenant_id": "a", "host": "worker-2", "expires_at": 9e12}
    with state.begin() as connection:
        connection.execute(sa.insert(slots), [{**held, "slot_id": str(pid), "pid": pid} for pid in (1, 2, 3)])
    carry(state, "run-1", "worker-2", 1)
    carry(state, "run-2", "worker-2", 2)
    with state.begin() as connection:
        carried = state_table("carried_runs")
        silent = carried.c.seen_at - machines.LOST_SECONDS - 1
        connection.execute(sa.update(carried).where(carried.c.pid == 1).values(seen_at=silent))
        UsageTransaction(connection, "here", lambda _: True).tidy(0.0)
        left = connection.execute(sa.select(slots.c.pid).order_by(slots.c.pid)).scalars().all()
    assert left == [2, 3]
