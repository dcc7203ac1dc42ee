"""Reading a collection again, some days of it at a time: finds what Xero changed or deleted without telling.

Some edits do not move UpdatedDateUTC (the account of a line, a due date, a contact's balance, the sent flag), and some
deletions leave no trace (drafts, allocations); no read of changes ever brings them. So each day a few calls go
round through everything: windows of days, about a page each, the one that was read longest ago first. What
differs is merged; what we have and Xero does not list is asked for by its id before it is marked deleted.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from xero_pipeline import clock
from xero_pipeline.sync.batch_writer import BatchWriter
from xero_pipeline.sync.call_allocation import Demand, allocate_calls
from xero_pipeline.sync.refresh_pass import RefreshPass
from xero_pipeline.sync.refresh_windows import calls_for
from xero_pipeline.sync.result import CallStats, SyncResult

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Connection

    from xero_pipeline.sync.landing.store import Landing
    from xero_pipeline.sync.progress import Step
    from xero_pipeline.warehouse.store import Warehouse
    from xero_pipeline.xero.endpoints import Endpoint
    from xero_pipeline.xero.http.client import XeroClient

_NEVER = 30
"""Days of waiting that a collection counts which never had a turn."""


def refresh_collection(
    client: XeroClient,
    warehouse: Warehouse,
    tenant_id: str,
    endpoint: Endpoint,
    *,
    calls: int,
    tally: CallStats,
    progress: Step | None = None,
    landing: Landing | None = None,
    now: Callable[[], datetime] = clock.now,
) -> SyncResult:
    """Give a collection its turn of today: what is missing, then as many windows as its share of the calls reaches.

    Args:
        warehouse: Takes the rows, and knows how far the round has come.
        endpoint: The collection; one that comes in pages.
        calls: Of the organisation for this day (UTC), for all its collections together.
        tally: Where `client` counts its calls.
        progress: Told after each window.
        now: The clock for `synced_at`.

    Returns:
        What it brought and cost, and which days were read.

    Raises:
        XeroPipelineError: Whatever stopped it. The windows read until then stay, the next turn goes on behind them.
    """
    from xero_pipeline.warehouse.progress.read_progress import ReadProgress

    started = time.monotonic()
    with warehouse.writing() as connection:  # the rows come next, see `plan_read`
        share = _share(connection, tenant_id, endpoint, calls, now().date())
        known = ReadProgress(connection, tenant_id, endpoint.table).refresh_round()
    writer = BatchWriter(warehouse, tenant_id, endpoint, now=now, landing=landing)
    refresh = RefreshPass(client, writer, known, call_budget=share, tally=tally)
    if share:
        refresh.ask_for_missing(at_most=max(1, share // 2))
        refresh.compare_ids()
        refresh.read_windows(progress)
        refresh.ask_for_missing(at_most=share)
    return SyncResult(
        tables=writer.tables,
        records=writer.records,
        calls=tally.calls,
        wire_bytes=tally.wire_bytes,
        seconds=time.monotonic() - started,
        description=refresh.summary,
        quarantined=writer.quarantined,
    )


def _share(connection: Connection, tenant_id: str, endpoint: Endpoint, calls: int, today: date) -> int:
    """The collection's part of what is left of the day's calls, beside those that had no turn today."""
    from xero_pipeline.warehouse.load.present_rows import row_counts
    from xero_pipeline.warehouse.progress.read_progress import ReadProgress, counts_to_verify, refresh_rounds
    from xero_pipeline.warehouse.progress.records import RefreshRound
    from xero_pipeline.xero.endpoints import catalogue

    if ReadProgress(connection, tenant_id, endpoint.table).cursor() is None:
        return 0  # the first load is not complete: there is nothing to be read again
    paged = {row.table: row for row in catalogue() if row.page_size}
    noted, pending = refresh_rounds(connection, tenant_id), counts_to_verify(connection, tenant_id)
    records = row_counts(connection, [row.table for row in paged.values() if row.in_windows], tenant_id)
    left = max(0, calls - sum(one.calls_on(today) for one in noted.values()))
    needs: dict[str, Demand] = {}
    for table, row in (paged | {endpoint.table: endpoint}).items():
        last = noted.get(table, RefreshRound(tenant_id, table)).called_on
        if table == endpoint.table or last != today:
            once = calls_for(records.get(table, 0), row) + pending.get(table, 0)
            needs[table] = Demand(once, max(1, (today - last).days) if last else _NEVER)
    given = allocate_calls(needs, left)
    # What nobody needs is there for questions that come up on the way.
    return given[endpoint.table] + left - sum(given.values()) if needs[endpoint.table].calls else 0
