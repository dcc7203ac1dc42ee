"""The general ledger of one organisation: the first time, when nothing changed, and after fifty documents changed.

Called as `python -m benchmarks.ledger SIMULATOR_URL HOME`; XERO_WAREHOUSE_URL says in what. Prints one line of JSON.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.connected import connected, unlimited
from xero_pipeline import clock

if TYPE_CHECKING:
    from xero_pipeline.container import Services

DOCUMENTS = (
    "organisations",
    "accounts",
    "contacts",
    "tracking_categories",
    "invoices",
    "credit_notes",
    "bank_transactions",
    "bank_transfers",
    "payments",
    "prepayments",
    "overpayments",
    "manual_journals",
)
CHANGED = 50


def measure(url: str, home: Path) -> dict[str, float]:
    """Sync the documents, then keep the ledger three times.

    Returns:
        invoices, payments, journal_lines; seconds of each time (first, unchanged, changed), cpu (of the first),
        megabytes (peak of this process, the sync included).
    """
    services = connected(url, home)
    tenant_id = services.organisations.list()[0].tenant_id
    _sync(services, tenant_id)
    worked = time.process_time()
    first = _keep(services, tenant_id)
    cpu = time.process_time() - worked
    unchanged = _keep(services, tenant_id)
    with services.warehouse.writing() as connection:
        paid = f"SELECT invoice_id FROM xero.invoices WHERE status = 'PAID' ORDER BY invoice_id LIMIT {CHANGED}"
        connection.exec_driver_sql(
            "UPDATE xero.invoices SET reference = 'changed', synced_at = CURRENT_TIMESTAMP "
            f"WHERE invoice_id IN ({paid})"
        )
    changed = _keep(services, tenant_id)
    counts = {
        name.rpartition(".")[2]: services.warehouse.query(f"select count(*) as n from {name}").to_pylist()[0]["n"]
        for name in ("xero.invoices", "xero.payments", "ledger.journal_lines")
    }
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {**counts, "first": first, "cpu": cpu, "unchanged": unchanged, "changed": changed, "megabytes": megabytes}


def _sync(services: Services, tenant_id: str) -> None:
    from xero_pipeline.sync.incremental_sync import sync_collection
    from xero_pipeline.sync.result import CallStats
    from xero_pipeline.xero.endpoints import endpoint
    from xero_pipeline.xero.http.client import XeroClient

    tally = CallStats()
    with XeroClient(
        api_url=services.api_url, tokens=services.tokens, quota=unlimited(services), on_call=tally.add
    ) as client:
        for name in DOCUMENTS:
            sync_collection(client, services.warehouse, tenant_id, endpoint(name), tally=tally)


def _keep(services: Services, tenant_id: str) -> float:
    from xero_pipeline.ledger.update import update_ledger

    started = time.perf_counter()
    update_ledger(services.warehouse, tenant_id, {}, at=clock.now())
    return time.perf_counter() - started


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], Path(sys.argv[2]))))
