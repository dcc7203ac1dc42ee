"""One collection of one organisation: ask for what changed, merge page by page, move the cursor with the last rows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from xero_pipeline import clock
from xero_pipeline.errors import BudgetReached, DailyLimitReached
from xero_pipeline.sync.incremental_read import OVERLAP, READS, IncrementalRead, batches
from xero_pipeline.sync.read_plan import ReadPlan
from xero_pipeline.sync.result import CallStats, SyncResult

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from xero_pipeline.sync.landing.store import Landing
    from xero_pipeline.sync.progress import Step
    from xero_pipeline.warehouse.progress.resume_points import ResumePoint
    from xero_pipeline.warehouse.store import Warehouse
    from xero_pipeline.xero.endpoints import Endpoint
    from xero_pipeline.xero.http.client import XeroClient

__all__ = ["OVERLAP", "PAGES_PER_MERGE", "READS", "sync_collection"]

PAGES_PER_MERGE = 4
"""A merge per page is slow, ten pages are memory: measured in benchmarks/."""

WHOLE_AGAIN = timedelta(hours=20)
"""A list that comes whole in one call is asked for changes only if it was read whole since: only then its deletions
show. Less than a day, so that a daily sync does it every time."""

CUT_IS_OLD = timedelta(days=7)
"""A read that was cut longer ago is begun anew: what it brought has changed too much since."""


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

    Returns:
        What it brought and cost.

    Raises:
        XeroPipelineError: Whatever stopped it. Rows merged until then stay; the cursor does not move, and a list that
            is read in slices goes on behind the last complete one.
    """
    from xero_pipeline.xero import pagination

    started = time.monotonic()
    with warehouse.reading() as connection:
        plan = _read_plan(connection, tenant_id, endpoint, full=full, at=now())
    confirm = partial(_confirm_empty, client, warehouse, tenant_id, endpoint)
    reading = IncrementalRead(warehouse, tenant_id, endpoint, plan, now=now, confirm=confirm, landing=landing)
    with _saying_how_far(reading):
        while not reading.complete:
            reading.begin()
            where = {"modified_since": plan.since, "resume_from": reading.read_before, "after": reading.read_to}
            pages = pagination.paginate(client, tenant_id, endpoint, **where, calls_left=calls_left)
            for batch, last in batches(pages, PAGES_PER_MERGE):
                reading.write_pages(batch, last=last)
                if progress:
                    progress(reading.pages, batch[-1].total_pages, reading.records)
    return SyncResult(
        tables=reading.tables,
        records=reading.records,
        calls=tally.calls,
        wire_bytes=tally.wire_bytes,
        seconds=time.monotonic() - started,
        modified_since=plan.since,
        description=reading.description,
        quarantined=reading.quarantined,
    )


def _confirm_empty(
    client: XeroClient, warehouse: Warehouse, tenant_id: str, endpoint: Endpoint, began: datetime
) -> None:
    from xero_pipeline.sync.empty_list import confirm_empty_list

    confirm_empty_list(client, warehouse, tenant_id, endpoint, as_of=began)


@contextmanager
def _saying_how_far(reading: IncrementalRead) -> Iterator[None]:
    """Say of a read that ran out of calls whether the next one has less to do."""
    before = reading.reached
    try:
        yield
    except (BudgetReached, DailyLimitReached) as stopped:
        stopped.progressed = reading.reached != before
        raise


def _read_plan(connection: Connection, tenant_id: str, endpoint: Endpoint, *, full: bool, at: datetime) -> ReadPlan:
    """What to read: what changed, everything, or the rest of a read that was cut."""
    from xero_pipeline.warehouse.load.present_rows import max_number
    from xero_pipeline.warehouse.progress.checkpoints import read_cursor
    from xero_pipeline.warehouse.progress.resume_points import read_resume_point, refresh_round

    cursor = read_cursor(connection, tenant_id, endpoint.table)
    since = cursor.modified_since if cursor and endpoint.modified_since and not full else None
    cut = read_resume_point(connection, tenant_id, endpoint.table)
    if cut and (cut.read_to or _goes_on(cut, since, at)):
        # What is numbered never changes, so that a read of it cannot be too old.
        return ReadPlan(cut.modified_since, cut, after=cut.read_to or 0)
    if endpoint.paging == "offsets":
        begins = full and cursor is not None
        after = 0 if begins else max_number(connection, endpoint.table, tenant_id, endpoint.number)
        return ReadPlan(None, is_first=cursor is None, after=after)
    if since and endpoint.paging == "whole":
        whole_at = refresh_round(connection, tenant_id, endpoint.table).complete_at
        since = since if whole_at and at - whole_at < WHOLE_AGAIN else None
    return ReadPlan(since, is_first=cursor is None)


def _goes_on(cut: ResumePoint, since: datetime | None, at: datetime) -> bool:
    """Whether a read that was cut is gone on with.

    One of everything is, whatever is asked for now: somebody wanted it, and the next read brings the changes since it
    began. One of changes is, if it asked for the same.
    """
    return at - cut.began_at < CUT_IS_OLD and cut.modified_since in (None, since)
