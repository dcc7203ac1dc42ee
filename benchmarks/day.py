"""What a day costs on which nobody changed anything in Xero: the calls of the sync a day after the first.

Called as `python -m benchmarks.day SIMULATOR_URL HOME`; prints one line of JSON.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.connected import connected, unlimited
from xero_pipeline import clock

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xero_pipeline.container import Services
    from xero_pipeline.xero.reports.catalogue import Report


def measure(url: str, home: Path) -> dict[str, object]:
    """Sync everything, then everything again as on the next day.

    Returns:
        first (calls of the first sync), calls (of the second), changed (rows it changed), cpu (its seconds), endpoints,
        budgets (each is one call more), reports (by name, the months that were due and the calls they may cost).
    """
    services = connected(url, home)
    first, _, _ = sync(services, clock.now())
    worked = time.process_time()
    calls, changed, due = sync(services, clock.now() + timedelta(days=1))
    cpu = time.process_time() - worked
    from xero_pipeline.sync.backfill_calls import calls_for
    from xero_pipeline.xero.endpoints import chosen

    return {
        "first": first,
        "calls": calls,
        "changed": changed,
        "cpu": cpu,
        "endpoints": len(chosen()),
        "budgets": services.warehouse.query("select count(*) as n from xero.budgets").to_pylist()[0]["n"],
        "reports": {report.name: (len(months), calls_for(report, months)) for report, months in due.items() if months},
    }


def sync(services: Services, now: datetime) -> tuple[int, int, Mapping[Report, Sequence[date]]]:
    """Everything a sync of an organisation does.

    Returns:
        Calls, rows of Xero's changed, and which months of which reports were due.
    """
    from xero_pipeline.sync.incremental_sync import sync_collection
    from xero_pipeline.sync.reports import sync_report
    from xero_pipeline.sync.reports_due import all_months_due
    from xero_pipeline.sync.result import CallStats
    from xero_pipeline.xero.endpoints import chosen
    from xero_pipeline.xero.http.client import XeroClient

    tenant_id = services.organisations.list()[0].tenant_id
    warehouse, tally, changed = services.warehouse, CallStats(), 0
    with (
        XeroClient(
            api_url=services.api_url, tokens=services.tokens, quota=unlimited(services), on_call=tally.add
        ) as client,
        warehouse.kept_open(),  # as in every sync
    ):
        for endpoint in chosen():
            done = sync_collection(client, warehouse, tenant_id, endpoint, tally=tally, now=lambda: now)
            changed += done.changed
        due = all_months_due(warehouse, [tenant_id], services.reports, at=now, start_date=None)[tenant_id]
        for report, months in due.items():
            if months:
                for kept in sync_report(client, warehouse, tenant_id, report, months, tally=tally, now=lambda: now):
                    changed += kept.outcome.changed
    return tally.calls, changed, due


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], Path(sys.argv[2]))))
