"""One collection of one organisation: ask for what changed, merge page by page, move the cursor with the last rows."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from xero_pipeline import clock
from xero_pipeline.errors import BudgetReached, DailyLimitReached, XeroPipelineError
from xero_pipeline.sync.batch_writer import BatchWriter
from xero_pipeline.sync.empty_list import confirm_empty_list
from xero_pipeline.sync.incremental_read import IncrementalRead
from xero_pipeline.sync.list_reads import ListReads
from xero_pipeline.sync.page_batches import batches
from xero_pipeline.sync.read_plan import plan_read
from xero_pipeline.sync.result import CallStats, SyncResult

if TYPE_CHECKING:
    from concurrent.futures import Future

    from xero_pipeline.sync.batch_writer import Arrived
    from xero_pipeline.sync.landing.store import Landing
    from xero_pipeline.sync.progress import Step
    from xero_pipeline.warehouse.store import Warehouse
    from xero_pipeline.xero.endpoints import Endpoint
    from xero_pipeline.xero.explained.known import Unexplained
    from xero_pipeline.xero.http.client import XeroClient
    from xero_pipeline.xero.pagination import Page

    _Read = tuple[list[Page], bool, Future[Arrived] | None]


def sync_collection(
    client: XeroClient,
    warehouse: Warehouse,
    tenant_id: str,
    endpoint: Endpoint,
    *,
    tally: CallStats,
    full: bool = False,
    calls_left: Callable[[], int] | None = None,
    progress: Step | None = None,
    landing: Landing | None = None,
    now: Callable[[], datetime] = clock.now,
    reads: ListReads | None = None,
    unexplained: Callable[[], Sequence[Unexplained]] = tuple,
) -> SyncResult:
    """Bring one collection of one organisation up to date.

    Args:
        endpoint: The collection's row of the catalogue.
        tally: Where `client` counts its calls.
        full: Read everything again, whatever the cursor says.
        calls_left: Says how many calls are left. A list of more pages is read in slices, so that what was read
            until they are used up need not be read again. None for no bound.
        progress: Told after each merge.
        now: The clock for `synced_at`.
        unexplained: What no document shows, by account and month.
        reads: Those of this list and several organisations, which the caller flushes; None for this one alone.

    Returns:
        What it brought and cost.

    Raises:
        XeroPipelineError: Whatever stopped it. Rows merged until then stay; the cursor does not move, and a list that
            is read in slices goes on behind the last complete one.
    """
    from xero_pipeline.xero import pagination
    from xero_pipeline.xero.explained.known import KnownBefore

    started = time.monotonic()
    together = reads or ListReads(warehouse, endpoint, [tenant_id])
    plan = plan_read(warehouse, tenant_id, endpoint, together.state(tenant_id), full=full, at=now())
    writer = BatchWriter(warehouse, tenant_id, endpoint, now=now, landing=landing)
    confirm = partial(confirm_empty_list, client, warehouse, tenant_id, endpoint)
    reading = IncrementalRead(writer, plan, together, confirm=confirm, compares=not full)
    known = KnownBefore(partial(_records, warehouse, tenant_id, endpoint), is_full=full, unexplained=unexplained)
    before = reading.reached
    try:
        while not reading.complete:
            reading.begin()
            pages = pagination.paginate(
                client,
                tenant_id,
                endpoint,
                modified_since=plan.since,
                resume_from=reading.read_before,
                after=reading.read_to,
                calls_left=calls_left,
                known=known,
            )
            for batch, last, rows in _with_rows(batches(pages), writer.read):
                reading.write_pages(batch, last=last, arrived=rows and rows.result())
                if progress:
                    progress(reading.pages, batch[-1].total_pages, reading.records)
    except (BudgetReached, DailyLimitReached) as stopped:
        stopped.progressed = reading.reached != before
        raise
    if reads is None:
        together.flush()
    return SyncResult(
        tables=writer.tables,
        records=reading.records,
        calls=tally.calls,
        wire_bytes=tally.wire_bytes,
        seconds=time.monotonic() - started,
        modified_since=plan.since,
        description=reading.description,
        quarantined=writer.quarantined,
    )


def _records(warehouse: Warehouse, tenant_id: str, endpoint: Endpoint) -> Mapping[str, str]:
    """The records there are of a list, by their ids."""
    from xero_pipeline.warehouse.load.present_rows import active_records

    with warehouse.reading() as connection:
        return active_records(connection, endpoint.table, tenant_id)


def _with_rows(found: Iterable[tuple[list[Page], bool]], read: Callable[[Sequence[Page]], Arrived]) -> Generator[_Read]:
    """Batches with their rows, each as soon as the one behind it has come; what came before an error before it.

    What a later sync could go on behind is handed out at once, without its rows, and so is the last batch: it may say
    nothing new, and then need not be read.

    Args:
        found: Pages, each with whether they are the last.
        read: Makes rows of pages.
    """
    before: _Read | None = None
    with ThreadPoolExecutor(1, thread_name_prefix="rows") as reader:
        try:
            for pages, last in found:
                at_once = last or pages[-1].read_before is not None or pages[-1].read_to is not None
                coming = pages, last, None if at_once else reader.submit(read, pages)
                if before:
                    yield before
                before = None if at_once else coming
                if at_once:
                    yield coming
        except XeroPipelineError:
            if before:
                yield before
            raise
