"""One collection of one organisation: ask for what changed, merge page by page, move the cursor with the last rows."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from xero_pipeline import clock
from xero_pipeline.errors import BudgetReached, DailyLimitReached
from xero_pipeline.sync.batch_writer import BatchWriter, batches
from xero_pipeline.sync.empty_list import confirm_empty_list
from xero_pipeline.sync.read_plan import plan_read
from xero_pipeline.sync.result import CallStats, SyncResult
from xero_pipeline.warehouse.progress.records import Cursor, RefreshRound, ResumePoint

if TYPE_CHECKING:
    from xero_pipeline.sync.batch_writer import Batch
    from xero_pipeline.sync.landing.store import Landing
    from xero_pipeline.sync.progress import Step
    from xero_pipeline.sync.read_plan import ReadPlan
    from xero_pipeline.warehouse.store import Warehouse
    from xero_pipeline.xero.endpoints import Endpoint
    from xero_pipeline.xero.http.client import XeroClient
    from xero_pipeline.xero.pagination import Page

PAGES_PER_MERGE = 4
"""A merge per page is slow, ten pages are memory: measured in benchmarks/."""

OVERLAP = timedelta(minutes=5)
"""How far before Xero's own clock the next read starts: records written while we read are read again, never missed."""

READS = 3
"""How often a list is read when it changed while its pages were: a record may have moved onto a page already read."""


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
    plan = plan_read(warehouse, tenant_id, endpoint, full=full, at=now())
    writer = BatchWriter(warehouse, tenant_id, endpoint, now=now, landing=landing)
    reading = IncrementalRead(writer, plan, confirm=partial(confirm_empty_list, client, warehouse, tenant_id, endpoint))
    before = reading.reached
    try:
        while not reading.complete:
            reading.begin()
            where = {"modified_since": plan.since, "resume_from": reading.read_before, "after": reading.read_to}
            pages = pagination.paginate(client, tenant_id, endpoint, **where, calls_left=calls_left)
            for batch, last in batches(pages, PAGES_PER_MERGE):
                reading.write_pages(batch, last=last)
                if progress:
                    progress(reading.pages, batch[-1].total_pages, reading.records)
    except (BudgetReached, DailyLimitReached) as stopped:
        stopped.progressed = reading.reached != before
        raise
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


class IncrementalRead:
    """One read of a list.

    Args:
        confirm: Asked before all we have is taken for deleted because a list came empty; raises if it is not.
    """

    def __init__(
        self, writer: BatchWriter, plan: ReadPlan, *, confirm: Callable[[datetime], None] = lambda _: None
    ) -> None:
        cut, endpoint = plan.resume_from, writer.endpoint
        self.pages = 0
        self.records = 0
        self.complete = False
        self.read_before: date | None = cut.read_before if cut else None
        """Where the next attempt goes on: everything dated before it is in the warehouse."""
        self.read_to: int = plan.after
        """Likewise, of a list that is read by numbers: everything up to this number is."""
        self._records_before = cut.records if cut else 0
        self._writer = writer
        self._plan = plan
        self._confirm = confirm
        self._began = cut.began_at if cut else writer.now()
        self._first_answer = cut.first_answer if cut else None
        # A read of changes, of the rest of a list, or for the first time shows nothing about what is gone; what is
        # numbered is never gone.
        self._is_whole = plan.since is None and cut is None and not plan.is_first and endpoint.paging != "offsets"
        self._sees_all = self._is_whole and len(endpoint.key) == 1
        # Only a list that comes in one answer, or is fetched id by id, shows for sure what is gone.
        self._shows_gone = endpoint.paging in {"whole", "details"}
        self._seen: list[str] = []
        self._reads = 0
        self._drifted = False

    def begin(self) -> None:
        """Read, perhaps once more; what was merged before stays."""
        self._reads += 1
        self.pages = 0
        self.records = self._records_before
        self._drifted = False
        if self.read_before is None:
            self._seen.clear()

    def write_pages(self, batch: Sequence[Page], *, last: bool) -> None:
        """Merge a few pages; with the last of them mark what is gone, and move the cursor."""
        # Of the first of several reads: what changed since then is asked for again the next time.
        self._first_answer = self._first_answer or batch[0].answer.server_time
        self.pages += len(batch)
        if self._sees_all:
            self._seen += [name for page in batch for name in page.records.ids]
        reached = self._reach(batch)
        self.complete = last and (not self._drifted or self._reads == READS)
        sweeps = self.complete and self._sees_all and self._shows_gone
        if sweeps and not self._seen:
            self._confirm(self._began)
        cursor = self._cursor() if self.complete else None
        seen, as_of = (self._seen, self._began) if sweeps else (None, None)
        with self._writer.batch(batch, cursor=cursor, seen=seen, as_of=as_of) as written:
            if self.complete:
                self._note_complete(written)
            elif reached:
                self._note_cut(written)
        self.records += written.records

    def _reach(self, batch: Sequence[Page]) -> bool:
        """Whether reading may go on behind these pages; a slice that drifted ends that for this read."""
        before = self.reached
        for page in batch:
            self._drifted = self._drifted or page.list_changed
            if page.read_before is not None and not self._drifted:
                self.read_before = page.read_before
            if page.read_to is not None:
                self.read_to = page.read_to
        return self.reached != before

    @property
    def description(self) -> str | None:
        """What is read, in words, where a person should know."""
        if self._drifted:
            return f"{READS} times; the list kept changing, a record may be missing until the next sync"
        return self._plan.description

    @property
    def reached(self) -> tuple[date | None, int]:
        """How far the read has come."""
        return self.read_before, self.read_to

    def _cursor(self) -> Cursor:
        """Where the next read starts: Xero's clock at our first answer, less the overlap; never after our own start.

        An answer that says it is from the future would hide every change until then.
        Of a list that kept changing out of order it is where this read started: a record may be missing still.
        """
        writer = self._writer
        # An answer that tells no time leaves us where we were.
        since = min(self._first_answer - OVERLAP, self._began) if self._first_answer else self._plan.since
        return Cursor(
            tenant_id=writer.tenant_id,
            endpoint=writer.endpoint.table,
            modified_since=self._plan.since if self._drifted or not writer.endpoint.modified_since else since,
            complete_at=writer.now(),
            records=self.records,
        )

    def _note_cut(self, batch: Batch) -> None:
        """How far this read has come, for a process that goes on where this one may be ended."""
        # Of what is behind the highest number we have, the rows themselves tell how far we are.
        if not (self._plan.everything or self.read_before):
            return
        self._records_before = self.records + batch.records
        batch.progress.write(
            ResumePoint(
                tenant_id=self._writer.tenant_id,
                endpoint=self._writer.endpoint.table,
                modified_since=self._plan.since,
                first_answer=self._first_answer,
                read_before=self.read_before,
                records=self._records_before,
                began_at=self._began,
                read_to=self.read_to or None,
            )
        )

    def _note_complete(self, batch: Batch) -> None:
        """Nothing is to be gone on with; of a read of everything, that it was one, and what it left out."""
        from xero_pipeline.warehouse.load.present_rows import active_ids

        progress, writer = batch.progress, self._writer
        progress.end_read()
        if not self._plan.everything:
            return
        before = progress.refresh_round()
        steady = self._plan.resume_from is None and not self._drifted
        # For the first time there was nothing to compare with, which is as good.
        compared = steady and (self._sees_all or self._plan.is_first)
        progress.write(
            RefreshRound(
                writer.tenant_id,
                writer.endpoint.table,
                complete_at=self._began,
                swept_at=self._began if compared else before.swept_at,
                called_on=before.called_on,
                calls=before.calls,
            )
        )
        # Also of a list without ids, such as a page of settings: what was wrong with the answer before is over.
        if steady and (self._is_whole or self._plan.is_first):
            batch.issues.resolve_deleted(since=self._began, at=writer.now())
        if compared and self._sees_all and not self._shows_gone:
            ours = active_ids(batch.connection, writer.endpoint.table, writer.tenant_id, as_of=self._began)
            progress.add_ids_to_verify(ours - set(self._seen), self._began)
