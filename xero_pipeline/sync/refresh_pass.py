"""One pass of the rolling refresh over a collection: its share of the day's calls, and what it does with them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from xero_pipeline.sync.page_batches import batches
from xero_pipeline.sync.refresh_windows import RefreshWindow, windows
from xero_pipeline.sync.result import CallStats
from xero_pipeline.warehouse.progress.read_progress import ReadProgress
from xero_pipeline.xero.pagination import Slice

if TYPE_CHECKING:
    from xero_pipeline.sync.batch_writer import Batch, BatchWriter
    from xero_pipeline.sync.progress import Step
    from xero_pipeline.warehouse.progress.records import RefreshRound
    from xero_pipeline.xero.http.client import XeroClient

COMPARE_AGAIN = timedelta(days=7)
"""How long a round may take until all ids are compared in between, which costs fewer bytes than reading all again."""


class RefreshPass:
    """One pass over a collection: its share of the calls, and how far they came.

    Args:
        known: How far the round has come.
        call_budget: Calls it may make. A day that alone has more pages is read all the same, as the first of a pass.
        tally: Where `client` counts its calls.
    """

    def __init__(
        self, client: XeroClient, writer: BatchWriter, known: RefreshRound, *, call_budget: int, tally: CallStats
    ) -> None:
        self._client = client
        self._writer = writer
        self._warehouse = writer.warehouse
        self._tenant_id = writer.tenant_id
        self._endpoint = writer.endpoint
        self._call_budget = call_budget
        self._tally = tally
        self._now = writer.now
        self._round = known
        self._today = writer.now().date()
        self._calls_before = tally.calls
        self._spent_before = self._round.calls_on(self._today)
        self._read: list[str] = []
        self._noticed = True
        """Whether there may be records to be asked for."""

    @property
    def summary(self) -> str:
        """What was read, in words for people."""
        return f"again: {', '.join(self._read)}" if self._read else "nothing more today"

    @property
    def _spent(self) -> int:
        return self._tally.calls - self._calls_before

    @property
    def _left(self) -> int:
        return self._call_budget - self._spent

    def ask_for_missing(self, *, at_most: int) -> None:
        """Ask for records that an answer left out; what Xero does not know any more is marked deleted.

        Args:
            at_most: Calls; what they do not reach is asked for the next time.
        """
        from xero_pipeline.xero.pagination.by_id import IDS_PER_CALL

        if not self._noticed:
            return
        with self._warehouse.reading() as connection:
            ids = ReadProgress(connection, self._tenant_id, self._endpoint.table).ids_to_verify()
        self._noticed = False
        floor = max(0, self._left - at_most)
        while ids and self._left > floor:
            some, ids = ids[:IDS_PER_CALL], ids[IDS_PER_CALL:]
            # A list that leaves a record out proves nothing: each of those is asked for alone.
            if self._endpoint.by_ids and len(some) > 1 and self._left > floor + 1:
                some = self._ask_for_several(some)
            for name in some[: max(0, self._left - floor)]:
                self._ask_for(name)

    def _ask_for_several(self, ids: Sequence[str]) -> list[str]:
        """Bring those of some records that Xero lists; returns the others."""
        from xero_pipeline.xero.pagination import by_id

        page = by_id.several(self._client, self._tenant_id, self._endpoint, ids)
        found = set(page.records.ids)
        with self._writer.batch([page]) as batch:
            self._note_asked(batch, found)
        return [name for name in ids if name not in found]

    def _ask_for(self, name: str) -> None:
        from xero_pipeline.xero.pagination import by_id

        page = by_id.one(self._client, self._tenant_id, self._endpoint, name)
        gone = [name] if page is None else []
        with self._writer.batch([page] if page else [], gone=gone) as batch:
            self._note_asked(batch, [name])
        self._read.append(f"{'without' if gone else 'with'} {name}")

    def compare_ids(self) -> None:
        """Compare all ids with Xero's, if a round takes longer than that may wait and the calls reach."""
        from xero_pipeline.warehouse.load.present_rows import row_counts
        from xero_pipeline.xero import pagination

        endpoint, swept = self._endpoint, self._round.swept_at
        if not endpoint.by_ids or (swept and self._now() - swept < COMPARE_AGAIN):
            return
        size, began = endpoint.page_size or 1, self._now()
        with self._warehouse.reading() as connection:
            pages = -(-row_counts(connection, [endpoint.table], self._tenant_id)[endpoint.table] // size) or 1
        if pages > self._left or sum(window.calls(endpoint) for window in self._windows()) <= self._left:
            return
        short = replace(endpoint, params={**endpoint.params, "summaryOnly": "true"})
        seen: set[str] = set()
        for page in pagination.paginate(self._client, self._tenant_id, short):
            seen.update(page.records.ids)
        with self._writer.batch() as batch:
            self._note_missing(batch, seen, began)
            self._note(batch, swept_at=began)
        self._read.append("all ids")

    def read_windows(self, progress: Step | None) -> None:
        """Read the next windows, until the calls or the round end.

        Args:
            progress: Told after each window: windows done, and how many the round still had.
        """
        if not self._endpoint.in_windows:
            return
        ahead = self._windows()
        for number, window in enumerate(ahead, start=1):
            calls = window.calls(self._endpoint)
            if calls > self._left and (self._spent or self._left <= 0):
                return
            self._read_window(window)
            if progress:
                progress(number, len(ahead), self._writer.records)

    def _windows(self) -> list[RefreshWindow]:
        from xero_pipeline.warehouse.load.present_rows import counts_by_day

        start, endpoint = self._round.read_before, self._endpoint
        with self._warehouse.reading() as connection:
            counts = counts_by_day(connection, endpoint.table, self._tenant_id, endpoint.day, start)
        return windows(counts, start, endpoint)

    def _read_window(self, window: RefreshWindow) -> None:
        from xero_pipeline.xero import pagination

        began, seen = self._now(), set[str]()
        pages = pagination.paginate(self._client, self._tenant_id, self._endpoint, window=window.days)
        for some, last in batches(pages):
            seen.update(name for page in some for name in page.records.ids)
            with self._writer.batch(some) as batch:
                if last:
                    self._note_window(batch, window, seen, began)
                else:
                    self._note(batch)
        self._read.append(str(window))

    def _note_window(self, batch: Batch, window: RefreshWindow, seen: set[str], began: datetime) -> None:
        """Move the pointer of the round, and note what the window should have held."""
        days, round_began = window.days, self._round.began_at or began
        self._note_missing(batch, seen, began, days)
        if days.end is None:
            swept = max(self._round.swept_at or round_began, round_began)
            self._note(batch, complete_at=round_began, swept_at=swept, began_at=None, read_before=None)
        else:
            self._note(batch, began_at=round_began, read_before=days.end)

    def _note_missing(self, batch: Batch, seen: set[str], began: datetime, days: Slice = Slice()) -> None:  # noqa: B008 (frozen)
        from xero_pipeline.warehouse.load.present_rows import active_ids

        table, day = self._endpoint.table, self._endpoint.day
        ours = active_ids(
            batch.connection, table, self._tenant_id, as_of=began, day=day, start=days.start, end=days.end
        )
        lacking = ours - seen
        self._noticed = self._noticed or bool(lacking)
        batch.progress.add_ids_to_verify(lacking, began)

    def _note_asked(self, batch: Batch, ids: Iterable[str]) -> None:
        batch.progress.remove_verified_ids(ids)
        self._note(batch)

    def _note(self, batch: Batch, **changes: object) -> None:
        """What the day has cost goes with every note."""
        spent = self._spent_before + self._spent
        self._round = replace(self._round, called_on=self._today, calls=spent, **changes)
        batch.progress.write(self._round)
