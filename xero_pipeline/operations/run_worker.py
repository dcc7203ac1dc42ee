"""A worker: takes runs from the queue and carries each in a process of its own, which shows that it lives."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Callable, Collection
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any

from xero_pipeline import clock
from xero_pipeline.log_lines import logs_json
from xero_pipeline.operations.run_queue import QUEUE, celery_app, waiting_messages
from xero_pipeline.state.carried_run import Beat, CarriedRun
from xero_pipeline.state.engine import open_state
from xero_pipeline.state.locks import exclusive
from xero_pipeline.state.machines import BEAT_SECONDS, LOST_SECONDS, silent_for

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    import dagster as dg
    from sqlalchemy import Engine

Opener = Callable[[], "AbstractContextManager[dg.DagsterInstance]"]
"""Opens Dagster's history."""

_log = logging.getLogger(__name__)

LAUNCH_SECONDS = 60.0
"""A launched run that nobody carries so long after, and that does not wait in the queue, has got lost on its way."""
_LOOK_SECONDS = 20.0
_LOST = "The message that starts this run got lost on its way to a worker."
_SHARED = ("dagster_postgres", "xero_pipeline.definitions", "xero_pipeline.warehouse.store")
"""What every run imports: once for all processes of a worker."""


class CarriedRuns:
    """The run that this process carries; Celery tells of its beginning and its end.

    Args:
        state: Address of the state database.
    """

    def __init__(self, state: str) -> None:
        self._state = state
        self._now: CarriedRun | None = None

    def begin(self, *, kwargs: dict[str, Any], **_: object) -> None:
        """A task begins."""
        from dagster._serdes import unpack_value

        (packed,) = kwargs.values()
        arguments: Any = unpack_value(packed)
        self._now = CarriedRun(self._state, str(arguments.run_id), _interrupt)

    def end(self, **_: object) -> None:
        """It has ended, however."""
        now, self._now = self._now, None
        if now is not None:
            now.end()


def work(broker: str, state: str, name: str, at_once: int, instance: Opener, enrol: Callable[[], object]) -> None:
    """Be a worker until somebody stops it: then it takes no more runs, and ends when those under way have ended.

    Args:
        broker: XERO_BROKER_URL.
        state: Address of the state database.
        name: What tells this worker from all others.
        at_once: How many runs it carries at a time.
        instance: Opens Dagster's history.
        enrol: Shows that this machine is there.
    """
    signals: Any = import_module("celery.signals")
    for module in _SHARED:
        import_module(module)
    app, carried = celery_app(broker), CarriedRuns(state)
    signals.task_prerun.connect(carried.begin, weak=False)
    signals.task_postrun.connect(carried.end, weak=False)
    beats: list[Beat] = []

    def start_beats(**_: object) -> None:
        beats.append(Beat(enrol, BEAT_SECONDS))
        beats.append(Beat(LostLaunches(app, state, instance).fail, _LOOK_SECONDS))

    signals.worker_ready.connect(start_beats, weak=False)
    quiet: list[str] = []
    if logs_json():
        # Else Celery sets up logging of its own, in place of ours, and greets in a picture.
        signals.setup_logging.connect(_keep_logging, weak=False)
        quiet = ["--quiet"]
    words = [*quiet, "worker", "--loglevel", "WARNING", "--hostname", _node(name), "--queues", QUEUE]
    words += ["--concurrency", str(at_once), "--without-gossip", "--without-mingle"]
    app.worker_main(words)


def _keep_logging(**_: object) -> None:
    """Logging stays as it is."""


def is_there(broker: str, name: str, *, seconds: float = 5.0) -> bool:
    """Whether the worker of that name answers through the queue."""
    return bool(celery_app(broker).control.ping(destination=[_node(name)], timeout=seconds))


def _node(name: str) -> str:
    return f"xero@{name}"


def _interrupt() -> None:
    """Again and again: between two steps of a run there are moments in which an interrupt is lost."""
    # Celery's processes ignore Ctrl-C; Dagster heeds it while a run is under way, and then ends it in order.
    if callable(signal.getsignal(signal.SIGINT)):
        os.kill(os.getpid(), signal.SIGINT)


class LostLaunches:
    """Runs whose message never reached a worker: the daemon was killed while it sent it, or Redis has lost it.

    Args:
        app: Celery's, to look into the queue.
        state: Address of the state database.
        instance: Opens Dagster's history.
    """

    def __init__(self, app: Any, state: str, instance: Opener) -> None:
        self._app, self._state, self._open = app, state, instance

    def fail(self) -> None:
        """Mark them as failed, so that Dagster starts them once more. One worker looks for all."""
        engine = open_state(self._state)
        try:
            with suppress(TimeoutError), exclusive(engine, "lost launches", timeout_seconds=0.1), self._open() as known:
                for run in self._lost(known, engine):
                    known.report_run_failed(run, _LOST)
        finally:
            engine.dispose()

    def _lost(self, instance: dg.DagsterInstance, engine: Engine) -> Collection[dg.DagsterRun]:
        import dagster as dg

        starting = instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTING]))
        late = {run.run_id: run for run in starting if self._seconds_since_launch(instance, run) > LAUNCH_SECONDS}
        if not late:
            return ()
        waiting = list(waiting_messages(self._app))
        queued = {run_id for run_id in late if any(run_id in message for message in waiting)}
        silent = silent_for(engine, late)
        # What was carried since the list was made stands no more under STARTING; so look last whether it does.
        lost = [run_id for run_id in late if run_id not in queued and silent.get(run_id, LOST_SECONDS) >= LOST_SECONDS]
        return instance.get_runs(dg.RunsFilter(run_ids=lost, statuses=[dg.DagsterRunStatus.STARTING])) if lost else ()

    @staticmethod
    def _seconds_since_launch(instance: dg.DagsterInstance, run: dg.DagsterRun) -> float:
        launched = instance.get_run_stats(run.run_id).launch_time
        return clock.now().timestamp() - launched if launched else 0.0
