"""One pass of the rolling refresh over a collection: its share of the day's calls, and what it does with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from xero_pipeline.sync.incremental_read import batches
from xero_pipeline.sync.refresh_windows import RefreshWindow, windows
from xero_pipeline.sync.result import CallStats
from xero_pipeline.sync.write_batch import ids_of, write_batch
from xero_pipeline.xero.pagination import Slice

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from xero_pipeline.sync.landing.store import Landing
    from xero_pipeline.sync.progress import Step
    from xero_pipeline.warehouse.progress.resume_points import RefreshRound
    from xero_pipeline.warehouse.store import Warehouse
    from xero_pipeline.xero.endpoints import Endpoint
    from xero_pipeline.xero.http.client import XeroClient
    from xero_pipeline.xero.http.response import ApiResponse

COMPARE_AGAIN = timedelta(days=7)
"""How long a round may take until all ids are compared in between, which costs fewer bytes than reading all again."""

PAGES_PER_MERGE = 4
"""Only a day with thousands of records has more."""


class RefreshPass:
    """One pass over a collection: its share of the calls, and how far they came.

    Args:
        known: How far the round has come.
        call_budget: Calls it may make. A day that alone has more pages is read all the same, as the first of a pass.
        tally: Where `client` counts its calls.
        now: The clock for `synced_at`.
    """

    def __init__(
        self,
        client: XeroClient,
        warehouse: Warehouse,
        tenant_id: str,
        endpoint: Endpoint,
        known: RefreshRound,
        *,
        call_budget: int,
        tally: CallStats,
        now: Callable[[], datetime],
        landing: Landing | None = None,
    ) -> None:
        from xero_pipeline.warehouse.load.merge import Merged
        from xero_pipeline.warehouse.schema.catalogue import table_group

        self.records = 0
        self.quarantined = set[str]()
        self.tables = {table.name: Merged() for table in table_group(endpoint.table)}
        self._client = client
        self._warehouse = warehouse
        self._tenant_id = tenant_id
        self._endpoint = endpoint
        self._call_budget = call_budget
        self._tally = tally
        self._now = now
        self._landing = landing
        self._round = known
        self._today = now().date()
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
        from xero_pipeline.warehouse.progress.resume_points import ids_to_verify
        from xero_pipeline.xero.pagination.by_id import IDS_PER_CALL

        if not self._noticed:
            return
        with self._warehouse.reading() as connection:
            ids = ids_to_verify(connection, self._tenant_id, self._endpoint.table)
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

        answer = by_id.several(self._client, self._tenant_id, self._endpoint, ids)
        found = set(ids_of([answer], self._endpoint))
        self._bring([answer], note=partial(self._note_asked, found))
        return [name for name in ids if name not in found]

    def _ask_for(self, name: str) -> None:
        from xero_pipeline.xero.pagination import by_id

        answer = by_id.one(self._client, self._tenant_id, self._endpoint, name)
        gone = [name] if answer is None else []
        self._bring([answer] if answer else [], gone=gone, note=partial(self._note_asked, [name]))
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
            seen.update(ids_of([page.answer], endpoint))
        with self._warehouse.writing() as connection:
            self._note_missing(connection, seen, began)
            self._note(connection, swept_at=began)
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
                progress(number, len(ahead), self.records)

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
        for batch, last in batches(pages, PAGES_PER_MERGE):
            answers = [page.answer for page in batch]
            seen.update(ids_of(answers, self._endpoint))
            done = partial(self._note_window, window, seen, began)
            self._bring(answers, note=done if last else partial(self._note_asked, ()))
        self._read.append(str(window))

    def _bring(
        self, answers: Sequence[ApiResponse], *, gone: Sequence[str] = (), note: Callable[[Connection, int], None]
    ) -> None:
        result = write_batch(
            self._warehouse,
            self._tenant_id,
            self._endpoint,
            answers,
            at=self._now(),
            gone=gone,
            note=note,
            landing=self._landing,
        )
        self.records += result.records
        self.quarantined |= result.quarantined
        for name, counts in result.tables.items():
            self.tables[name] += counts

    def _note_window(
        self, window: RefreshWindow, seen: set[str], began: datetime, connection: Connection, _records: int
    ) -> None:
        """Move the pointer of the round, and note what the window should have held."""
        days, round_began = window.days, self._round.began_at or began
        self._note_missing(connection, seen, began, days)
        if days.end is None:
            swept = max(self._round.swept_at or round_began, round_began)
            self._note(connection, complete_at=round_began, swept_at=swept, began_at=None, read_before=None)
        else:
            self._note(connection, began_at=round_began, read_before=days.end)

    def _note_missing(self, connection: Connection, seen: set[str], began: datetime, days: Slice = Slice()) -> None:  # noqa: B008 (frozen)
        from xero_pipeline.warehouse.load.present_rows import active_ids
        from xero_pipeline.warehouse.progress.resume_points import add_ids_to_verify

        table, span = self._endpoint.table, {"day": self._endpoint.day, "start": days.start, "end": days.end}
        lacking = active_ids(connection, table, self._tenant_id, as_of=began, **span) - seen
        self._noticed = self._noticed or bool(lacking)
        add_ids_to_verify(connection, self._tenant_id, table, lacking, began)

    def _note_asked(self, ids: Iterable[str], connection: Connection, _records: int) -> None:
        from xero_pipeline.warehouse.progress.resume_points import remove_verified_ids

        remove_verified_ids(connection, self._tenant_id, self._endpoint.table, ids)
        self._note(connection)

    def _note(self, connection: Connection, **changes: object) -> None:
        """What the day has cost goes with every note."""
        from xero_pipeline.warehouse.progress.resume_points import write_refresh_round

        spent = self._spent_before + self._spent
        self._round = replace(self._round, called_on=self._today, calls=spent, **changes)
        write_refresh_round(connection, self._round)
