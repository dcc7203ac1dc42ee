"""Dagster's queue of runs, in which one that was lost goes on before others begin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagster._core.run_coordinator import QueuedRunCoordinator
from dagster._core.storage.tags import PRIORITY_TAG, RETRY_NUMBER_TAG

if TYPE_CHECKING:
    import dagster as dg
    from dagster._core.run_coordinator import SubmitRunContext

FIRST = {PRIORITY_TAG: "1"}


class RetriesFirstCoordinator(QueuedRunCoordinator):
    """Named under `run_coordinator` of the `dagster.yaml` that we write into our home.

    A run that is started once more stands at the end of Dagster's own queue. Behind a hundred first loads its
    organisation would wait for as long as they take, half read.
    """

    def submit_run(self, context: SubmitRunContext) -> dg.DagsterRun:
        """Put a run into the queue; before those that wait, if it repeats one."""
        run = context.dagster_run
        if RETRY_NUMBER_TAG in run.tags and PRIORITY_TAG not in run.tags:
            self._instance.add_run_tags(run.run_id, FIRST)
        return super().submit_run(context)
