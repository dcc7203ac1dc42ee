"""Reading lists that come in pages, by the rule this package explains."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

from xero_pipeline.xero.http.response import Pagination
from xero_pipeline.xero.pagination.completeness import CompletenessTracker
from xero_pipeline.xero.pagination.date_slices import TooLong
from xero_pipeline.xero.pagination.list_request import ListRequest
from xero_pipeline.xero.pagination.page import Page
from xero_pipeline.xero.pagination.reverse_ranges import PageRange, read_backwards, split_ranges

# A page of as many records may be full; Xero gives 100 where it does not know or honour `pageSize`.
_USUAL_PAGE = 100

_Version = tuple[str, datetime | None]


def read_pages(request: ListRequest, workers: int, calls_left: Callable[[], int] | None = None) -> Iterator[Page]:
    """Read a list page by page; at least one page comes.

    Args:
        calls_left: Says how many more calls there may be; None for no bound.

    Raises:
        TooLong: There are more pages than that; none of them was handed out.
    """
    first = request.fetch_page(1)
    told = first.answer.pagination
    more = told.page_count - 1 if told is not None else 0
    if told is not None and calls_left is not None and more > 0 and more > (left := calls_left()):
        raise TooLong(told.page_count, left, first.answer.server_time.date() if first.answer.server_time else None)
    if told is None:
        yield from _there_and_back(request, first)
    elif told.page_count <= 1:
        yield first
    else:
        yield from _in_ranges(request, first, told, workers)


def _in_ranges(request: ListRequest, first: Page, told: Pagination, workers: int) -> Iterator[Page]:
    lowest, upper = PageRange(1, 1), split_ranges(2, told.page_count, workers)
    lowest.take(first)
    seen = CompletenessTracker(first, told.item_count)
    number = 0
    for number, fetched in enumerate(read_backwards(request, upper, workers, before=first), start=1):
        seen.observe(fetched)
        lost = number == told.page_count and not (seen.complete or seen.ordered)
        yield replace(fetched, number=number, total_pages=told.page_count, list_changed=lost)
    if seen.complete or not seen.ordered:
        return
    again = [PageRange(lower.top, 1, until=lower.boundary) for lower, _ in pairwise([lowest, *upper])]
    for further, fetched in enumerate(read_backwards(request, again, workers), start=1):
        of = number + max(further, len(again))
        yield replace(fetched, number=number + further, total_pages=of, list_changed=not fetched.records.ordered)


def _there_and_back(request: ListRequest, first: Page) -> Iterator[Page]:
    yield replace(first, total_pages=None)
    if "pageSize" not in request.endpoint.params and len(first.records.ids) < (request.endpoint.page_size or 0):
        # Xero documents the size of these pages and takes no other: nothing can follow a shorter one.
        return
    fetched, end, there = first, 1, _versions(first)
    while fetched.records.ids:
        end += 1
        fetched = _another(request, fetched, end)
        there |= _versions(fetched)
        if fetched.records.ids:
            yield replace(fetched, number=end, total_pages=None)
    full = len(first.records.ids) in {_USUAL_PAGE, request.endpoint.page_size}
    if end == 1 or (end == 2 and not full):
        return
    back: set[_Version] = set()
    ordered = True
    for number, fetched in enumerate(read_backwards(request, [PageRange(end - 1, 1)], 1), start=1):
        ordered &= fetched.records.ordered
        back |= _versions(fetched)
        lost = number == end - 1 and not ordered and back != there
        yield replace(fetched, number=end - 1 + number, total_pages=None, list_changed=lost)


def _another(request: ListRequest, before: Page, number: int) -> Page:
    fetched = request.fetch_page(number)
    new, old = fetched.records, before.records
    if new.ids and (new.ids[0], new.first) == (old.ids[0], old.first):
        # An endpoint that knows no pages sends everything each time; asking on would never end. A record that only
        # moved is no such case: it moves to a later page by an edit alone, with another stamp.
        raise request.unreadable(f"page {number} begins as page {number - 1} did", fetched.answer)
    return fetched


def _versions(fetched: Page) -> set[_Version]:
    return set(zip(fetched.records.ids, fetched.records.stamps, strict=True))
