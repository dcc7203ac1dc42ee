"""What every sensor does before its own work: keep still during a first sync, see who may work, wait for nobody."""

# No `from __future__ import annotations` here: Dagster reads the annotations of sensors as they are.

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import dagster as dg

from xero_pipeline import clock
from xero_pipeline.container import Services
from xero_pipeline.defs.automation.report_runs import organisations_in_flight
from xero_pipeline.defs.partitions import ORGANISATIONS
from xero_pipeline.defs.resources import TokenStoreResource, glance
from xero_pipeline.errors import WarehouseBusy
from xero_pipeline.sync.work_planner import WorkPlanner

if TYPE_CHECKING:
    from xero_pipeline.warehouse.store import Warehouse

RUNS_PER_TICK = 20
"""A tick has 60 seconds, and a queue of thousands helps nobody: the next tick goes on where this one stopped."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A tick of a sensor that may ask for runs.

    Args:
        planner: Knows which organisations may work.
        cursor: Where the tick before stopped.
    """

    planner: WorkPlanner
    services: Services
    cursor: str | None

    @property
    def warehouse(self) -> "Warehouse":
        """The warehouse, for looks that must be short."""
        return glance(self.services)


def work_sensor(
    ask: Callable[[Tick], dg.SensorResult],
    *,
    name: str,
    description: str,
    job_name: str | None = None,
    jobs: Sequence[Any] | None = None,
) -> dg.SensorDefinition:
    """A sensor that never calls Xero, looks twice a minute and is switched on until somebody switches it off.

    Args:
        ask: What it asks for.
        name: In this project.
        job_name: The job of its runs.
        jobs: Those jobs, where there are several.
    """

    @dg.sensor(
        name=name,
        job_name=job_name,
        jobs=jobs,
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=description,
    )
    def tick(context: dg.SensorEvaluationContext, xero_token_store: TokenStoreResource) -> dg.SensorResult:
        if begun := xero_token_store.first_sync():
            return dg.SensorResult(skip_reason=begun, cursor=context.cursor)
        try:
            return ask(Tick(_planner(context.instance, xero_token_store), xero_token_store.services, context.cursor))
        except WarehouseBusy as busy:
            told = f"The warehouse is in use, the next tick looks again: {busy.message}"
            return dg.SensorResult(skip_reason=told, cursor=context.cursor)

    return tick


def _planner(instance: dg.DagsterInstance, token_store: TokenStoreResource) -> WorkPlanner:
    now, known = clock.now(), instance.get_dynamic_partitions(ORGANISATIONS)
    return WorkPlanner(
        now=now,
        organisations=token_store.connected(),
        known=known,
        busy=organisations_in_flight(instance, known, now),
        noted=token_store.services.deferred_work.list(),
    )
