"""The sensor that keeps ledgers: whenever documents or reports of an organisation were read, its ledger follows."""

# No `from __future__ import annotations` here: Dagster reads the annotations of asset functions as they are.

from typing import TYPE_CHECKING

import dagster as dg

from xero_pipeline import clock
from xero_pipeline.defs.assets.collections import ORGANISATIONS_PER_RUN
from xero_pipeline.defs.automation.jobs import LEDGER
from xero_pipeline.defs.automation.report_runs import organisations_in_flight
from xero_pipeline.defs.automation.sensors import in_use
from xero_pipeline.defs.partitions import ORGANISATIONS, runs_of_neighbours
from xero_pipeline.defs.resources import TokenStoreResource, WarehouseResource
from xero_pipeline.defs.run_tags import run_request
from xero_pipeline.errors import WarehouseBusy
from xero_pipeline.ledger.update import stale_ledgers

if TYPE_CHECKING:
    from xero_pipeline.defs.naming import Naming

LEDGERS = "ledgers_to_keep"
RUNS_PER_TICK = 20
"""As for the months: the next tick goes on where this one stopped."""


def ledgers_to_keep(naming: "Naming") -> dg.SensorDefinition:
    """Sees in the warehouse whose documents or reports are newer than its ledger; never calls Xero."""

    @dg.sensor(
        name=naming.named(LEDGERS),
        job_name=naming.named(LEDGER),
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Posts the ledger of every organisation whose documents or reports were read since, and checks "
        "that it ties out. Costs no call.",
    )
    def due(
        context: dg.SensorEvaluationContext, xero_token_store: TokenStoreResource, xero_warehouse: WarehouseResource
    ) -> dg.SensorResult:
        if begun := xero_token_store.first_sync():
            return dg.SensorResult(skip_reason=begun, cursor=context.cursor)
        now, names = clock.now(), {one.tenant_id: one.name for one in xero_token_store.connected()}
        known = context.instance.get_dynamic_partitions(ORGANISATIONS)
        ready = set(known) - organisations_in_flight(context.instance, known, now)
        try:
            wanted = stale_ledgers(xero_warehouse.glance(), sorted(ready)) if ready else set()
        except WarehouseBusy as busy:
            return dg.SensorResult(skip_reason=in_use(busy))
        # With the minute in its key, one that failed is asked for again, but not by every tick.
        key = f"{LEDGERS}:{now:%Y-%m-%dT%H}:{now.minute // 10}"
        runs = list(runs_of_neighbours(known, wanted, at_most=ORGANISATIONS_PER_RUN))[:RUNS_PER_TICK]
        return dg.SensorResult(
            run_requests=[
                run_request(tenants, names, run_key=f"{key}:{tenants[0]}:{len(tenants)}") for tenants in runs
            ],
            skip_reason=None
            if runs
            else "Every ledger is as new as its documents, or its organisation is being synced.",
        )

    return due
