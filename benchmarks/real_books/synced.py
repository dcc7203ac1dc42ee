"""Connects, syncs and keeps the ledger of the served books, as `xero-pipeline sync` does, but waits for no quota."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.connected import connected, unlimited
from benchmarks.real_books.lists import tenant_id
from xero_pipeline.ledger.reconcile.tie_out import REPORTS

if TYPE_CHECKING:
    from xero_pipeline.container import Services
    from xero_pipeline.warehouse.store import Warehouse


@dataclass(frozen=True, slots=True)
class Synced:
    """A warehouse that has the books and their ledger.

    Args:
        calls: How many calls the sync took.
        sync_seconds: How long it took.
        ledger_seconds: How long the ledger took, its statements and the tie-out included.
        ledger_cpu: CPU seconds of this process for it.
    """

    warehouse: Warehouse
    calls: int
    sync_seconds: float
    ledger_seconds: float
    ledger_cpu: float


def synced(url: str, home: Path, months: tuple[dt.date, dt.date], *, warehouse: str, journals: bool = False) -> Synced:
    """Sync everything and keep the ledger.

    Args:
        url: Where the books are served.
        months: The first day of the books, and the day it is meant to be.
        warehouse: Its SQLAlchemy address; empty for DuckDB in the home.
        journals: Read Xero's journals, and compare with them.
    """
    from xero_pipeline.ledger.update import update_ledger

    settings = {"warehouse_url": warehouse or None, "journals": journals, "reports": ",".join(REPORTS)}
    services = connected(url, home, **settings)
    at = dt.datetime.combine(months[1], dt.time(12), dt.UTC)
    started = time.perf_counter()
    calls = _read(services, months[0], at)
    read = time.perf_counter()
    worked = time.process_time()
    update_ledger(services.warehouse, tenant_id(), {}, at=at, journals=journals)
    return Synced(services.warehouse, calls, read - started, time.perf_counter() - read, time.process_time() - worked)


def _read(services: Services, first: dt.date, at: dt.datetime) -> int:
    """Every collection, then every month of the reports; the calls it took."""
    from xero_pipeline.sync.incremental_sync import sync_collection
    from xero_pipeline.sync.reports import sync_report
    from xero_pipeline.sync.reports_due import all_months_due
    from xero_pipeline.sync.result import CallStats
    from xero_pipeline.xero.http.client import XeroClient

    tenant, tally = tenant_id(), CallStats()
    with XeroClient(
        api_url=services.api_url, tokens=services.tokens, quota=unlimited(services), on_call=tally.add
    ) as client:
        for endpoint in services.collections:
            sync_collection(client, services.warehouse, tenant, endpoint, tally=tally, now=lambda: at)
        due = all_months_due(services.warehouse, [tenant], services.reports, at=at, start_date=first)
        for report, months in due[tenant].items():
            for _ in sync_report(client, services.warehouse, tenant, report, months, tally=tally, now=lambda: at):
                pass
    return tally.calls
