"""Dagster's run launcher over the queue: whether a run lives says its own process, through the state database."""

from __future__ import annotations

import time
from functools import cached_property
from typing import TYPE_CHECKING, Any

from dagster._core.launcher import CheckRunHealthResult, WorkerStatus
from dagster_celery.launcher import CeleryRunLauncher

from xero_pipeline.operations.lost_runs import PROCESS
from xero_pipeline.settings import Settings
from xero_pipeline.state.engine import open_state
from xero_pipeline.state.machines import BEAT_SECONDS, LOST_SECONDS, ask_to_stop, silent_for

if TYPE_CHECKING:
    import dagster as dg
    from sqlalchemy import Engine


class QueueRunLauncher(CeleryRunLauncher):
    """Named under `run_launcher` of the `dagster.yaml` that we write into our home.

    What Redis says of a run is worth little: of one whose machine is gone that it is under way, and after a restart of
    Redis nothing of any.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)  # pyright: ignore[reportUnknownMemberType] - Celery's settings
        self._missed_since: dict[str, float] = {}

    @cached_property
    def _state(self) -> Engine:
        return open_state(Settings.load().state)

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """Whether the process that carries a run lives.

        It is lost when two looks in a row find it silent: after an outage of the database itself everybody is, for a
        moment.
        """
        silent = silent_for(self._state, [run.run_id]).get(run.run_id)
        if silent is not None and silent < LOST_SECONDS:
            self._missed_since.pop(run.run_id, None)
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        first = self._missed_since.setdefault(run.run_id, time.monotonic())
        if time.monotonic() - first < BEAT_SECONDS:
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        del self._missed_since[run.run_id]
        return CheckRunHealthResult(WorkerStatus.FAILED, "The process of this run is gone")

    def terminate(self, run_id: str) -> bool:
        """Ask the worker that carries a run to stop it; one that none carries yet is not started any more.

        Returns:
            Whether it will stop.
        """
        run = self._instance.get_run_by_id(run_id)
        if run is None or run.is_finished or PROCESS in run.tags:
            return False  # what a command line carries, only that stops
        self._instance.report_run_canceling(run)
        if not ask_to_stop(self._state, run_id):
            # Whoever finds its message in the queue later finds it finished.
            self._instance.report_run_canceled(run)
        return True

    def get_run_worker_debug_info(self, run: dg.DagsterRun, include_container_logs: bool | None = True) -> str | None:
        """Nothing: Dagster asks when a run is lost, and Redis knows no more of it."""
        return None

    def dispose(self) -> None:
        """Close the state database."""
        if "_state" in vars(self):
            self._state.dispose()
        super().dispose()
