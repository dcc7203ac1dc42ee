"""What every sensor does before its own work: keep still during a first sync, see who may work, wait for nobody."""

# No `from __future__ import annotations` here: Dagster reads the annotations of sensors as they are.

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import dagster as dg

from xero_pipeline import clock
from xero_pipeline.container import Services
from xero_pipeline.defs.assets.collections import ORGANISATIONS_PER_RUN
from xero_pipeline.defs.automation.report_runs import next_turn, organisations_in_flight
from xero_pipeline.defs.partitions import runs_of_neighbours
from xero_pipeline.defs.resources import TOKEN_STORE, TokenStoreResource, glance, token_store_of
from xero_pipeline.errors import WarehouseBusy
from xero_pipeline.sync.work_planner import WorkPlanner

if TYPE_CHECKING:
    from xero_pipeline.defs.naming import Naming
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

    def next_runs(self, wanted: Iterable[str]) -> tuple[list[list[str]], str | None]:
        """The organisations of each run of this tick, in their order, and the cursor with which the next tick goes on.

        Dagster never carries a run key twice and says nothing: runs that failed must not keep their place in front.

        Args:
            wanted: Tenant ids; neighbours share a run.
        """
        runs = {run[0]: run for run in runs_of_neighbours(self.planner.known, wanted, at_most=ORGANISATIONS_PER_RUN)}
        turn, cursor = next_turn(runs, self.cursor, at_most=RUNS_PER_TICK)
        return [run for first, run in runs.items() if first in turn], cursor


def work_sensor(
    ask: Callable[[Tick], dg.SensorResult],
    naming: "Naming",
    *,
    name: str,
    description: str,
    job_name: str | None = None,
    jobs: Sequence[Any] | None = None,
    seconds: int = 30,
) -> dg.SensorDefinition:
    """A sensor that never calls Xero and is switched on until somebody switches it off.

    Args:
        ask: What it asks for.
        name: In our own project.
        job_name: The job of its runs, as it is called in this one.
        jobs: Those jobs, where there are several.
        seconds: How often it looks.
    """

    @dg.sensor(  # pyright: ignore[reportUnknownMemberType] - Dagster's own signature
        name=naming.named(name),
        required_resource_keys={naming.resource(TOKEN_STORE)},
        job_name=job_name,
        jobs=jobs,
        minimum_interval_seconds=seconds,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=description,
    )
    def tick(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        token_store = token_store_of(context, naming)
        if begun := token_store.first_sync():
            return dg.SensorResult(skip_reason=begun, cursor=context.cursor)
        try:
            known = context.instance.get_dynamic_partitions(naming.organisations)
            planner = _planner(context.instance, token_store, known)
            return ask(Tick(planner, token_store.services, context.cursor))
        except WarehouseBusy as busy:
            told = f"The warehouse is in use, the next tick looks again: {busy.message}"
            return dg.SensorResult(skip_reason=told, cursor=context.cursor)

    return tick


def _planner(instance: dg.DagsterInstance, token_store: TokenStoreResource, known: Sequence[str]) -> WorkPlanner:
    now = clock.now()
    return WorkPlanner(
        now=now,
        organisations=token_store.connected(),
        known=known,
        busy=organisations_in_flight(instance, known, now),
        noted=token_store.services.deferred_work.list(),
    )
