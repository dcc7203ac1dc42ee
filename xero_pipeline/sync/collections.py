"""One collection of one organisation: ask for what changed, merge page by page, move the cursor with the last rows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from xero_pipeline.sync.outcome import Outcome, Tally

if TYPE_CHECKING:
    import pyarrow as pa

    from xero_pipeline.warehouse.store import Cursor, Warehouse
    from xero_pipeline.xero.client import XeroClient
    from xero_pipeline.xero.endpoints import Endpoint
    from xero_pipeline.xero.paging import Page

Progress = Callable[[int, int | None], None]
"""Told after each merge: pages done, pages there are (None while unknown)."""

OVERLAP = timedelta(minutes=5)
"""How far before Xero's own clock the next read starts: records written while we read are read again, never missed."""

READS = 3
"""How often a list is read when it changed while its pages were: a record may have moved onto a page already read."""

PAGES_PER_MERGE = 4
"""A merge per page is slow, ten pages are memory: measured in benchmarks/."""


def sync_collection(
    client: XeroClient,
    warehouse: Warehouse,
    tenant_id: str,
    endpoint: Endpoint,
    *,
    tally: Tally,
    full: bool = False,
    progress: Progress | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Outcome:
    """Bring one collection of one organisation up to date.

    Args:
        client: Asks Xero.
        warehouse: Takes the rows.
        tenant_id: The organisation.
        endpoint: The collection's row of the catalogue.
        tally: Where `client` counts its calls.
        full: Read everything again, whatever the cursor says.
        progress: Told after each merge.
        now: The clock for `synced_at`.

    Returns:
        What it brought and cost.

    Raises:
        XeroPipelineError: Whatever stopped it. Rows merged until then stay; the cursor does not move.
    """
    started = time.monotonic()
    cursor = warehouse.cursor(tenant_id, endpoint.table) if endpoint.modified_since and not full else None
    since = cursor.modified_since if cursor else None
    load = _Load(warehouse, tenant_id, endpoint, now=now, whole=since is None)
    while not load.complete:
        load.begin()
        for batch, last in _batches(_read(client, tenant_id, endpoint, since), PAGES_PER_MERGE):
            load.take(batch, last=last)
            if progress:
                progress(load.pages, batch[-1].of)
    return Outcome(
        tables=load.tables,
        records=load.records,
        calls=tally.calls,
        wire_bytes=tally.wire_bytes,
        seconds=time.monotonic() - started,
        day_remaining=tally.day_remaining,
        modified_since=since,
    )


def _read(client: XeroClient, tenant_id: str, endpoint: Endpoint, since: datetime | None) -> Iterator[Page]:
    from xero_pipeline.xero import paging

    return paging.read(client, tenant_id, endpoint, modified_since=since)


class _Load:
    """The pages of a list on their way into the warehouse."""

    def __init__(
        self, warehouse: Warehouse, tenant_id: str, endpoint: Endpoint, *, now: Callable[[], datetime], whole: bool
    ) -> None:
        from xero_pipeline.warehouse.merge import Merged
        from xero_pipeline.warehouse.tables import table_group

        self.pages = 0
        self.records = 0
        self.complete = False
        self.tables = {table.name: Merged() for table in table_group(endpoint.table)}
        self._warehouse = warehouse
        self._tenant_id = tenant_id
        self._endpoint = endpoint
        self._now = now
        self._began = now()
        self._first_answer: datetime | None = None
        # Only a list that comes in one answer, or is fetched id by id, shows for sure what is gone.
        self._sweeps = whole and endpoint.paging in {"whole", "details"} and len(endpoint.key) == 1
        self._seen: list[str] = []
        self._reads = 0
        self._drifted = False

    def begin(self) -> None:
        """Read from the first page on, perhaps once more; what was merged before stays."""
        self._reads += 1
        self.pages = self.records = 0
        self._seen.clear()
        self._drifted = False

    def take(self, batch: Sequence[Page], *, last: bool) -> None:
        """Merge a few pages; with the last of them mark what is gone, and move the cursor."""
        from xero_pipeline.warehouse.shape import shape

        # Of the first of several reads: what changed since then is asked for again the next time.
        self._first_answer = self._first_answer or batch[0].answer.server_time
        self._drifted = self._drifted or any(page.drifted for page in batch)
        tables = shape(
            self._endpoint.table,
            [page.answer.body for page in batch],
            wrapper=self._endpoint.wrapper,
            tenant_id=self._tenant_id,
            synced_at=self._now(),
        )
        self.pages += len(batch)
        self.records += tables[self._endpoint.table].num_rows
        if self._sweeps:
            self._see(tables[self._endpoint.table])
        self.complete = last and (not self._drifted or self._reads == READS)
        with self._warehouse.transaction():
            merged = self._warehouse.merge(tables, cursor=self._cursor() if self.complete else None)
            if self._sweeps and self.complete:
                self._sweep()
        for name, counts in merged.items():
            self.tables[name] += counts

    def _cursor(self) -> Cursor:
        """Where the next read starts: Xero's clock at our first answer, less the overlap."""
        from xero_pipeline.warehouse.store import Cursor

        knows = self._endpoint.modified_since and self._first_answer is not None
        return Cursor(
            tenant_id=self._tenant_id,
            endpoint=self._endpoint.table,
            modified_since=self._first_answer - OVERLAP if knows and self._first_answer else None,
            complete_at=self._now(),
            records=self.records,
        )

    def _see(self, rows: pa.Table) -> None:
        from xero_pipeline.warehouse.tables import table_group

        self._seen += rows.column(table_group(self._endpoint.table)[0].key[0]).to_pylist()

    def _sweep(self) -> None:
        """Mark what Xero does not list any more; the rows are kept."""
        from xero_pipeline.warehouse.merge import Merged

        gone = self._warehouse.sweep(self._endpoint.table, self._tenant_id, self._seen, as_of=self._began)
        self.tables[self._endpoint.table] += Merged(removed=gone)


def _batches(pages: Iterable[Page], size: int) -> Iterator[tuple[list[Page], bool]]:
    """Pages in groups of at most `size`, each with whether it is the last."""
    batch: list[Page] = []
    for page in pages:
        if len(batch) == size:
            yield batch, False
            batch = []
        batch.append(page)
    yield batch, True
