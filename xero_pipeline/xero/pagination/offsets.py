"""Reading records that are numbered and never change: each call asks for those behind the last number we have.

What is behind a number does not depend on who works in Xero meanwhile: new records get higher numbers. So nothing can
move past us, and reading may stop anywhere and go on from its number. Calls follow one another, because only an answer
tells the number of the next one.

Source: Xero's page "Journals": `offset` is a number, not a count; at most 100 come; a page that is not full need not be
the last, only an empty one is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import count, pairwise
from typing import Any

import msgspec

from xero_pipeline.xero.pagination.list_request import ListRequest
from xero_pipeline.xero.pagination.page import Page


def read_offsets(request: ListRequest, after: int) -> Iterator[Page]:
    """Read everything behind a number, in the order of the numbers; if that is nothing, an empty page comes.

    Args:
        after: The number; 0 for everything.

    Raises:
        UnreadableAnswer: The records are not numbered as Xero promises.
    """
    endpoint, reached = request.endpoint, after
    for number in count(1):
        page = request.fetch(endpoint.path, {**endpoint.params, "offset": str(reached)})
        found = _numbers(request, page)
        if found and not all(one < other for one, other in pairwise([reached, *found])):
            raise request.unreadable(
                f"behind {endpoint.number} {reached} came {found[0]} to {found[-1]}, out of their order", page.answer
            )
        if not found:
            if number == 1:
                yield replace(page, read_to=reached)
            return
        reached = found[-1]
        yield replace(page, number=number, total_pages=None, read_to=reached)


def _numbers(request: ListRequest, page: Page) -> list[int]:
    field = request.endpoint.number
    rows: list[Any] = []
    wrong: msgspec.DecodeError | None = None
    for record in page.records.texts:
        try:
            rows.append(msgspec.json.decode(record, type=_row(field)).number)
        except msgspec.DecodeError as flaw:
            wrong = flaw  # put aside when its fields are read; the others lead on
    if wrong and not rows:
        raise request.unreadable(f"no record's {field} is a number: {wrong}", page.answer)
    return rows


@cache
def _row(field: str) -> Any:
    # A type that knows one field lets the decoder skip the others without making objects of them.
    return msgspec.defstruct("Row", [("number", int, msgspec.field(name=field))])
