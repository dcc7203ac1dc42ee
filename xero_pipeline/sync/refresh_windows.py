"""Windows of days that are read again: about a page each, by what the warehouse knows of its days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from xero_pipeline.xero.endpoints import Endpoint
from xero_pipeline.xero.pagination import Slice

FILL = 0.9
"""How full of known records a page is planned: some more may have come since the last sync."""


@dataclass(frozen=True, slots=True)
class RefreshWindow:
    """Days to be read again.

    Args:
        days: The first has no beginning, the last no end.
        records: How many we know of.
    """

    days: Slice
    records: int

    def calls(self, endpoint: Endpoint) -> int:
        """How many calls it costs, as far as we know."""
        return calls_for(max(1, self.records), endpoint)

    def __str__(self) -> str:
        start, end = self.days.start, self.days.end
        if start is None:
            return "everything" if end is None else f"everything before {end}"
        return f"{start} and later" if end is None else f"{start} until before {end}"


def calls_for(records: int, endpoint: Endpoint) -> int:
    """How many calls it takes to read records again."""
    pages = -(-records // _fill(endpoint))
    # A list that tells no count is read to the page behind its last, and back.
    return pages if endpoint.paging == "pages" else 2 * pages


def windows(counts: Sequence[tuple[date, int]], start: date | None, endpoint: Endpoint) -> list[RefreshWindow]:
    """Cut what is left of a round into windows of about a page, the oldest first; a day is never cut.

    Args:
        counts: Records of each day, from `start` on, the oldest first.
        start: Where the round goes on; None at its beginning.
    """
    most, found = _fill(endpoint), list[RefreshWindow]()
    begin, records = start, 0
    for day, count in counts:
        if records and records + count > most:
            found.append(RefreshWindow(Slice(begin, day), records))
            begin, records = day, 0
        records += count
    return [*found, RefreshWindow(Slice(begin, None), records)]


def _fill(endpoint: Endpoint) -> int:
    return max(1, int((endpoint.page_size or 1) * FILL))
