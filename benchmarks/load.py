"""One first load of one organisation's invoices over HTTP, measured in a process of its own.

Called as `python -m benchmarks.load SIMULATOR_URL HOME`; XERO_WAREHOUSE_URL says into what. Prints one line of JSON.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from benchmarks.connected import connected, unlimited


def measure(url: str, home: Path) -> dict[str, float]:
    """Connect to a simulator and load its invoices with their lines.

    Returns:
        records, lines, calls, wire_bytes, seconds (first request to committed cursor), cpu (seconds of this process
        in that time), megabytes (peak of this process, everything included).
    """
    from xero_pipeline.sync.incremental_sync import sync_collection
    from xero_pipeline.sync.result import CallStats
    from xero_pipeline.xero.endpoints import endpoint
    from xero_pipeline.xero.http.client import XeroClient

    services = connected(url, home)
    tenant_id = services.organisations.list()[0].tenant_id
    warehouse, tally = services.warehouse, CallStats()
    with (
        XeroClient(api_url=url, tokens=services.tokens, quota=unlimited(services), on_call=tally.add) as client,
        warehouse.kept_open(),  # as in every sync
    ):
        client.get(tenant_id, "Organisation")  # the simulator writes its books before the clock starts
        client.get(tenant_id, "Invoices", params={"where": 'Status=="DRAFT"', "page": "1"})
        calls, wire = tally.calls, tally.wire_bytes
        started, worked = time.perf_counter(), time.process_time()
        outcome = sync_collection(client, warehouse, tenant_id, endpoint("invoices"), tally=tally)
        seconds, cpu = time.perf_counter() - started, time.process_time() - worked
    found = warehouse.query("select count(*) as n from xero.invoices").to_pylist()[0]["n"]
    if found != outcome.records:
        raise SystemExit(f"{outcome.records} records were read, {found} are in the warehouse")
    return {
        "records": outcome.records,
        "lines": warehouse.query("select count(*) as n from xero.invoice_line_items").to_pylist()[0]["n"],
        "calls": tally.calls - calls,
        "wire_bytes": tally.wire_bytes - wire,
        "seconds": seconds,
        "cpu": cpu,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], Path(sys.argv[2]))))
