"""One collection of one organisation: ask for what changed, merge page by page, move the cursor with the last rows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from xero_pipeline.sync.outcome import Outcome, TableOutcome, Tally

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

PAGES_PER_MERGE = 3
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
    load = _Load(warehouse, tenant_id, endpoint, synced_at=now())
    for batch, last in _batches(_read(client, tenant_id, endpoint, since), PAGES_PER_MERGE):
        load.take(batch, last=last, snapshot=since is None)
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
    """The pages of one read on their way into the warehouse."""

    def __init__(self, warehouse: Warehouse, tenant_id: str, endpoint: Endpoint, *, synced_at: datetime) -> None:
        from xero_pipeline.warehouse.tables import table_group

        self.pages = 0
        self.records = 0
        self.tables = {table.name: TableOutcome() for table in table_group(endpoint.table)}
        self._warehouse = warehouse
        self._tenant_id = tenant_id
        self._endpoint = endpoint
        self._synced_at = synced_at
        self._first_seen: datetime | None = None
        self._seen: list[pa.Table] = []

    def take(self, batch: Sequence[Page], *, last: bool, snapshot: bool) -> None:
        """Merge a few pages; with the last of them sweep (after a snapshot) and move the cursor."""
        from xero_pipeline.warehouse.shape import shape

        if self.pages == 0:
            self._first_seen = batch[0].answer.server_time
        tables = shape(
            self._endpoint.table,
            [page.answer.body for page in batch],
            wrapper=self._endpoint.wrapper,
            tenant_id=self._tenant_id,
            synced_at=self._synced_at,
        )
        self.pages += len(batch)
        self.records += tables[self._endpoint.table].num_rows
        sweep = snapshot and self._endpoint.paging in {"whole", "details"}
        if sweep:
            self._seen.append(tables[self._endpoint.table])
        cursor = self._cursor() if last else None
        self._count(self._warehouse.merge(tables, cursor=None if sweep else cursor))
        if sweep and last:
            self._sweep()
            self._count(self._warehouse.merge({}, cursor=cursor))

    def _count(self, merged: dict) -> None:
        for name, counts in merged.items():
            self.tables[name] = self.tables[name].plus(counts)

    def _cursor(self) -> Cursor | None:
        """Where the next read starts: Xero's clock at our first answer, less the overlap."""
        from xero_pipeline.warehouse.store import Cursor

        if self._first_seen is None or not self._endpoint.modified_since:
            return None
        return Cursor(
            tenant_id=self._tenant_id,
            endpoint=self._endpoint.table,
            modified_since=self._first_seen - OVERLAP,
        )

    def _sweep(self) -> None:
        """A list that came whole shows what is gone: those rows are marked, never removed."""
        swept = self._warehouse.sweep(self._endpoint.table, self._tenant_id, self._seen)
        parent = self._endpoint.table
        self.tables[parent] = self.tables[parent].plus(TableOutcome(removed=swept))


def _batches(pages: Iterable[Page], size: int) -> Iterator[tuple[list[Page], bool]]:
    """Pages in groups of at most `size`, each with whether it is the last."""
    batch: list[Page] = []
    for page in pages:
        if len(batch) == size:
            yield batch, False
            batch = []
        batch.append(page)
    yield batch, True
