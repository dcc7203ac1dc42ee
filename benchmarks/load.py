"""One first load of one organisation's invoices over HTTP, measured in a process of its own.

Called as `python -m benchmarks.load SIMULATOR_URL HOME`; prints one line of JSON.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import threading
import time
from pathlib import Path

import httpx


def measure(url: str, home: Path) -> dict[str, float]:
    """Connect to a simulator and load its invoices with their lines.

    Args:
        url: Where the simulator answers.
        home: An empty folder.

    Returns:
        records, lines, calls, wire_bytes, seconds (first request to committed cursor), megabytes (peak of this
        process, everything included), base_megabytes (before the load).
    """
    from xero_pipeline.sync.collections import sync_collection
    from xero_pipeline.sync.outcome import Tally
    from xero_pipeline.xero.client import XeroClient
    from xero_pipeline.xero.endpoints import endpoint
    from xero_pipeline.xero.quota import Quota

    parts = _connected(url, home)
    tenant_id = parts.organisations.list()[0].tenant_id
    # Our own limits off: what is measured is the way, not the waiting.
    quota = Quota(parts.state, per_minute=10**9, per_day=10**9, app_per_minute=10**9)
    warehouse, tally = parts.warehouse, Tally()
    base = _megabytes()
    with XeroClient(api_url=url, tokens=parts.tokens, quota=quota, on_call=tally.add) as client:
        client.get(tenant_id, "Organisation")  # the simulator writes its books before the clock starts
        client.get(tenant_id, "Invoices", params={"where": 'Status=="DRAFT"', "page": "1"})
        calls, wire = tally.calls, tally.wire_bytes
        started = time.perf_counter()
        outcome = sync_collection(client, warehouse, tenant_id, endpoint("invoices"), tally=tally)
        seconds = time.perf_counter() - started
    found = warehouse.query("select count(*) as n from xero.invoices").to_pylist()[0]["n"]
    if found != outcome.records:
        raise SystemExit(f"{outcome.records} records were read, {found} are in the warehouse")
    return {
        "records": outcome.records,
        "lines": warehouse.query("select count(*) as n from xero.invoice_line_items").to_pylist()[0]["n"],
        "calls": tally.calls - calls,
        "wire_bytes": tally.wire_bytes - wire,
        "seconds": seconds,
        "megabytes": _megabytes(),
        "base_megabytes": base,
    }


def _connected(url: str, home: Path):  # noqa: ANN202
    from xero_pipeline.parts import Parts
    from xero_pipeline.settings import Settings
    from xero_pipeline.simulator.person import Person
    from xero_pipeline.xero import consent

    os.environ |= {
        "XERO_MOCK_MODE": "false",
        "XERO_API_URL": url,
        "XERO_IDENTITY_URL": url,
        "XERO_LOGIN_URL": url,
        "XERO_CLIENT_ID": "benchmark",
        "XERO_ENCRYPTION_KEY": "00" * 32,
        "XERO_REDIRECT_URI": "http://localhost:8766/xero/callback",
        "XERO_PIPELINE_HOME": str(home),
    }
    parts = Parts(Settings.load(_env_file=None))

    def allow(address: str) -> None:
        threading.Thread(target=lambda: httpx.get(Person().allow(address), timeout=60), daemon=True).start()

    consent.connect(
        parts.oauth, parts.vault, parts.organisations, announce=allow, open_browser=None, timeout_seconds=60
    )
    return parts


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], Path(sys.argv[2]))))
