"""The sensor that keeps ledgers: whenever documents or reports of an organisation were read, its ledger follows."""

# No `from __future__ import annotations` here: Dagster reads the annotations of asset functions as they are.

from datetime import UTC, datetime

import dagster as dg

from xero_pipeline.defs.entities import ORGANISATIONS_PER_RUN
from xero_pipeline.defs.jobs import LEDGER
from xero_pipeline.defs.partitions import ORGANISATIONS, runs_of_neighbours
from xero_pipeline.defs.pulls import at_work
from xero_pipeline.defs.resources import WarehouseResource
from xero_pipeline.defs.schedules import request
from xero_pipeline.errors import WarehouseBusy
from xero_pipeline.ledger.keep import to_keep

LEDGERS = "ledgers_to_keep"
RUNS_PER_TICK = 20
"""As for the months: the next tick goes on where this one stopped."""


def ledgers_to_keep() -> dg.SensorDefinition:
    """Sees in the warehouse whose documents or reports are newer than its ledger; never calls Xero."""

    @dg.sensor(
        name=LEDGERS,
        job_name=LEDGER,
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Posts the ledger of every organisation whose documents or reports were read since, and checks "
        "that it ties out. Costs no call.",
    )
    def due(context: dg.SensorEvaluationContext, warehouse: WarehouseResource) -> dg.SensorResult:
        now = datetime.now(UTC)
        known = context.instance.get_dynamic_partitions(ORGANISATIONS)
        ready = set(known) - at_work(context.instance, known, now)
        try:
            wanted = to_keep(warehouse.glance(), sorted(ready)) if ready else set()
        except WarehouseBusy as busy:
            return dg.SensorResult(skip_reason=f"The warehouse is in use, the next tick looks again: {busy.message}")
        # With the minute in its key, one that failed is asked for again, but not by every tick.
        key = f"{LEDGERS}:{now:%Y-%m-%dT%H}:{now.minute // 10}"
        runs = list(runs_of_neighbours(known, wanted, at_most=ORGANISATIONS_PER_RUN))[:RUNS_PER_TICK]
        return dg.SensorResult(
            run_requests=[request(tenants, run_key=f"{key}:{tenants[0]}:{len(tenants)}") for tenants in runs],
            skip_reason=None
            if runs
            else "Every ledger is as new as its documents, or its organisation is being synced.",
        )

    return due
