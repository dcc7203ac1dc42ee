"""Lists that are too long at once: read in slices of days, the oldest first.

Too long is a list of more than 100,000 records, which Xero refuses, and one of more pages than there are calls left.
A slice is asked for like the list; one that is too long as well is cut in two. Slices come strictly by age, so where
reading stopped is one day: everything dated before it has been read, and reading may go on from there, in another
process too (`Page.read_before`, `paginate(…, resume_from=…)`). Slices do not overlap and leave nothing out: the first
has no beginning, the last has no end, and every record of these collections has the field they are cut by.

A record whose date is changed meanwhile moves to another slice; it is then not still (see the package), and the next
incremental read brings it, if that starts at the first answer of the first attempt.

Source: Xero's page "Requests and responses": a request that matches more than 100,000 records is answered 400;
ranges of `Date` are optimised filters of Invoices and BankTransactions. For other collections Xero lists no optimised
ranges; it may refuse them above the bound, and then the error reaches the caller.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import count

from xero_pipeline.errors import RequestRefused
from xero_pipeline.xero.endpoints import Slicing
from xero_pipeline.xero.pagination.page import Page

# Six years before Xero began. A refusal of what lies before it has another reason than too many records.
_OLD = date(2000, 1, 1)
# Where halving begins if no answer tells today's date.
_LATE = date(2050, 1, 1)


@dataclass(frozen=True, slots=True)
class Slice:
    """A range of days.

    Args:
        start: The first day; None for no beginning.
        end: The day after the last; None for no end.
    """

    start: date | None = None
    end: date | None = None

    def params(self, slicing: Slicing) -> dict[str, str]:
        """The query parameters that cut it out of a list."""
        if slicing == "DateFrom and DateTo":  # both days belong to it
            last = None if self.end is None else self.end - timedelta(days=1)
            days = {"DateFrom": self.start, "DateTo": last}
            return {name: day.isoformat() for name, day in days.items() if day is not None}
        name = slicing.removeprefix("where ")
        bounds = {">=": self.start, "<": self.end}
        terms = [f"{name}{sign}DateTime({day:%Y,%m,%d})" for sign, day in bounds.items() if day is not None]
        return {"where": " AND ".join(terms)} if terms else {}

    def parts(self, today: date | None, share: float = 0.5) -> tuple[Slice, Slice] | None:
        """The older and the newer part; None if it cannot be cut.

        Args:
            today: Roughly; most records are dated before it.
            share: How much of the days the older part gets, where both ends are known; at most half of them.
        """
        if self.start is None:
            return (Slice(None, _OLD), Slice(_OLD, None)) if self.end is None else None
        end = self.end or max(today or _LATE, self.start + timedelta(days=2))
        days = (end - self.start).days
        middle = self.start + timedelta(days=max(1, int(days * min(share, 0.5))) if self.end else days // 2)
        return (Slice(self.start, middle), Slice(middle, self.end)) if self.start < middle < end else None


class TooLong(Exception):
    """Says that a list has more pages than there are calls left; never leaves this package.

    Args:
        pages: How many it has.
        left: How many there may be.
        today: Xero's day, if it told.
    """

    def __init__(self, pages: int, left: int, today: date | None) -> None:
        super().__init__(f"{pages} pages, {left} calls")
        self.today = today
        # A little less than would fit, as records do not spread evenly over the days.
        self.share = 0.8 * max(left, 1) / pages


class Slices:
    """Reads a list, in slices if it is too long.

    Args:
        read: Reads one slice; the widest is the list itself. If told that it may, it raises TooLong before its first
            page.
        whole: What is to be read.
    """

    def __init__(self, read: Callable[[Slice, bool], Iterator[Page]], whole: Slice) -> None:
        self._read = read
        self._whole = whole
        self._today: date | None = None

    def pages(self) -> Iterator[Page]:
        """The pages of all slices, the oldest slice first.

        Raises:
            RequestRefused: Not because of the number of records, or a single day has too many.
        """
        numbers = count(1)
        todo = [self._whole]
        while todo:
            one = todo.pop()
            try:
                for page in self._one(one):
                    cut = todo or one != self._whole
                    yield replace(page, number=next(numbers), total_pages=None) if cut else page
            except RequestRefused as refused:
                parts = one.parts(self._today) if refused.status == 400 else None
                if parts is None:
                    raise
                todo += reversed(parts)
            except TooLong as long:
                self._today = long.today or self._today
                todo += reversed(one.parts(self._today, long.share) or ())

    def _one(self, one: Slice) -> Iterator[Page]:
        """The pages of a slice; the last of them, if nothing is missing, tells the day before which all is read."""
        pages = self._read(one, one.parts(self._today) is not None)
        if one.end is None or one == self._whole:
            yield from pages
            return
        drifted, before = False, None
        for page in pages:
            self._today = page.answer.server_time.date() if page.answer.server_time else None
            drifted |= page.list_changed
            if before is not None:
                yield before
            before = page
        if before is not None:
            yield before if drifted else replace(before, read_before=one.end)
