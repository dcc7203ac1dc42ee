"""Reading lists that come in pages, by the rule this package explains."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import pairwise

from xero_pipeline.xero.http.response import Pagination
from xero_pipeline.xero.pagination.completeness import Sightings
from xero_pipeline.xero.pagination.date_slices import TooLong
from xero_pipeline.xero.pagination.list_request import Ask, Sheet
from xero_pipeline.xero.pagination.page import Page
from xero_pipeline.xero.pagination.reverse_ranges import Descent, descend, strips

# A page of as many records may be full; Xero gives 100 where it does not know or honour `pageSize`.
_USUAL_PAGE = 100

_Version = tuple[str, datetime | None]


def read_pages(ask: Ask, workers: int, fits: Callable[[], int] | None = None) -> Iterator[Page]:
    """Read a list page by page; at least one page comes.

    Args:
        ask: The list.
        workers: Calls at once, at most.
        fits: Says how many more calls there may be; None for no bound.

    Raises:
        TooLong: There are more pages than that; none of them was handed out.
    """
    first = ask.sheet(1)
    told = first.answer.pagination
    if told is not None and fits is not None and told.page_count - 1 > (left := fits()):
        raise TooLong(told.page_count, left, first.answer.server_time.date() if first.answer.server_time else None)
    if told is None:
        yield from _there_and_back(ask, first)
    elif told.page_count <= 1:
        yield Page(1, 1, first.answer)
    else:
        yield from _in_strips(ask, first, told, workers)


def _in_strips(ask: Ask, first: Sheet, told: Pagination, workers: int) -> Iterator[Page]:
    lowest, upper = Descent(1, 1), strips(2, told.page_count, workers)
    lowest.take(first)
    seen = Sightings(first, told.item_count)
    number = 0
    for number, sheet in enumerate(descend(ask, upper, workers, before=first), start=1):
        seen.see(sheet)
        lost = number == told.page_count and not (seen.complete or seen.ordered)
        yield Page(number, told.page_count, sheet.answer, drifted=lost)
    if seen.complete or not seen.ordered:
        return
    again = [Descent(lower.top, 1, until=lower.edge) for lower, _ in pairwise([lowest, *upper])]
    for further, sheet in enumerate(descend(ask, again, workers), start=1):
        of = number + max(further, len(again))
        yield Page(number + further, of, sheet.answer, drifted=not sheet.rows.ordered)


def _there_and_back(ask: Ask, first: Sheet) -> Iterator[Page]:
    yield Page(1, None, first.answer)
    if "pageSize" not in ask.endpoint.params and len(first.rows.ids) < (ask.endpoint.page_size or 0):
        # Xero documents the size of these pages and takes no other: nothing can follow a shorter one.
        return
    sheet, end, there = first, 1, _versions(first)
    while sheet.rows.ids:
        end += 1
        sheet = _another(ask, sheet, end)
        there |= _versions(sheet)
        if sheet.rows.ids:
            yield Page(end, None, sheet.answer)
    full = len(first.rows.ids) in {_USUAL_PAGE, ask.endpoint.page_size}
    if end == 1 or (end == 2 and not full):
        return
    back: set[_Version] = set()
    ordered = True
    for number, sheet in enumerate(descend(ask, [Descent(end - 1, 1)], 1), start=1):
        ordered &= sheet.rows.ordered
        back |= _versions(sheet)
        lost = number == end - 1 and not ordered and back != there
        yield Page(end - 1 + number, None, sheet.answer, drifted=lost)


def _another(ask: Ask, before: Sheet, number: int) -> Sheet:
    sheet = ask.sheet(number)
    if sheet.rows.ids and (sheet.rows.ids[0], sheet.rows.first) == (before.rows.ids[0], before.rows.first):
        # An endpoint that knows no pages sends everything each time; asking on would never end. A record that only
        # moved is no such case: it moves to a later page by an edit alone, with another stamp.
        raise ask.unreadable(f"page {number} begins as page {number - 1} did", sheet.answer)
    return sheet


def _versions(sheet: Sheet) -> set[_Version]:
    return set(zip(sheet.rows.ids, sheet.rows.stamps, strict=True))
