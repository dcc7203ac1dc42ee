"""Reading pages from the back to the front, at several places of a list at once."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

from xero_pipeline.spans import in_this_context
from xero_pipeline.xero.pagination.list_request import ListRequest
from xero_pipeline.xero.pagination.page import Page


class PageRange:
    """A walk over pages from the back to the front.

    Args:
        top: The page to begin with.
        bottom: The page to end with, at the latest.
        until: End sooner, with the first page that begins before this instant.
    """

    def __init__(self, top: int, bottom: int, *, until: datetime | None = None) -> None:
        self.top = top
        self.boundary: datetime | None = None
        """The stamp of the last row of the first page read; None before it, and if that page was empty."""
        self._page: int | None = top
        self._bottom = bottom
        self._until = until

    @property
    def page(self) -> int | None:
        """The page to ask for next; None at the end."""
        return self._page

    def take(self, fetched: Page) -> None:
        """Take the answer for `page` and go on to the next."""
        if self._page is None:
            raise ValueError("the walk is over")
        if self._page == self.top:
            self.boundary = fetched.records.last
        begins = fetched.records.first
        met = self._until is not None and begins is not None and begins < self._until
        self._page = None if met or self._page <= self._bottom else self._page - 1


def split_ranges(low: int, high: int, workers: int) -> list[PageRange]:
    """Cut the pages from `low` to `high` into a strip per worker, nearly alike, the lowest first.

    Args:
        low: The first page.
        high: The last page.
        workers: Strips at most.
    """
    pages = max(0, high - low + 1)
    count = min(workers, pages)
    cuts = [low + pages * part // count for part in range(count + 1)] if count else []
    return [PageRange(after - 1, start) for start, after in pairwise(cuts)]


def read_backwards(
    request: ListRequest, ranges: Sequence[PageRange], workers: int, *, before: Page | None = None
) -> Iterator[Page]:
    """Walk several ranges at once, `before` first; at most `workers` pages are fetched ahead of the consumer.

    A range's next page is asked for only when its page behind was answered: the whole argument rests on that.

    Args:
        ranges: The walks; each is taken up as soon as a worker is free, in their order.
        before: A page that is there already, handed out once the first calls are under way.
    """
    waiting = deque(ranges)
    pending: deque[tuple[PageRange, Future[Page]]] = deque()
    pool, cancelled = ThreadPoolExecutor(workers, thread_name_prefix="xero-page"), threading.Event()
    mine = replace(request, cancelled=cancelled)

    def submit(page_range: PageRange) -> None:
        if page_range.page is not None:
            pending.append((page_range, pool.submit(in_this_context(mine.fetch_page), page_range.page)))
        elif waiting:
            submit(waiting.popleft())

    try:
        while waiting and len(pending) < workers:
            submit(waiting.popleft())
        if before is not None:
            yield before
        while pending:
            page_range, future = pending.popleft()
            fetched = future.result()
            page_range.take(fetched)
            submit(page_range)
            yield fetched
    finally:
        # What is under way is waited for, but not its repetitions: they could take a quarter of an hour.
        cancelled.set()
        pool.shutdown(wait=True, cancel_futures=True)
