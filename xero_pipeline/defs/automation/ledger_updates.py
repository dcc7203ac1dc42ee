"""The sensor that keeps ledgers: whenever documents or reports of an organisation were read, its ledger follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dagster as dg

from xero_pipeline.defs.automation.jobs import LEDGER
from xero_pipeline.defs.automation.work_sensor import Tick, work_sensor
from xero_pipeline.defs.run_tags import run_request
from xero_pipeline.ledger.update import stale_ledgers

if TYPE_CHECKING:
    from xero_pipeline.defs.naming import Naming

LEDGERS = "ledgers_to_keep"


def ledgers_to_keep(naming: Naming) -> dg.SensorDefinition:
    """Sees in the warehouse whose documents or reports are newer than its ledger."""

    def ask(tick: Tick) -> dg.SensorResult:
        planner = tick.planner
        now, free = planner.now, planner.free()
        wanted = stale_ledgers(tick.warehouse, sorted(free)) if free else set[str]()
        # With the minute in its key, one that failed is asked for again, but not by every tick.
        key = f"{LEDGERS}:{now:%Y-%m-%dT%H}:{now.minute // 10}"
        runs, cursor = tick.next_runs(wanted)
        return dg.SensorResult(
            run_requests=[
                run_request(tenants, planner.names, run_key=f"{key}:{tenants[0]}:{len(tenants)}") for tenants in runs
            ],
            skip_reason=None
            if runs
            else "Every ledger is as new as its documents, or its organisation is being synced.",
            cursor=cursor,
        )

    return work_sensor(
        ask,
        naming,
        name=LEDGERS,
        job_name=naming.named(LEDGER),
        description="Posts the ledger of every organisation whose documents or reports were read since, and checks "
        "that it ties out. Costs no call.",
    )
