"""Lists of more than 100,000 records, which Xero refuses: read in slices of days, the oldest first.

A slice is asked for like the list; one that is refused as well is halved. Slices come strictly by age, so where
reading stopped is one day: everything dated before it has been read, and reading may go on from there, in another
process too (`Page.read_before`, `read(…, resume=…)`). Slices do not overlap and leave nothing out: the first has no
beginning, the last has no end, and every record of these collections has the field they are cut by.

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
from xero_pipeline.xero.paging.page import Page

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
        """The query parameters that cut it out of a list.

        Args:
            slicing: The collection's way.
        """
        if slicing == "DateFrom and DateTo":  # both days belong to it
            last = None if self.end is None else self.end - timedelta(days=1)
            days = {"DateFrom": self.start, "DateTo": last}
            return {name: day.isoformat() for name, day in days.items() if day is not None}
        name = slicing.removeprefix("where ")
        bounds = {">=": self.start, "<": self.end}
        terms = [f"{name}{sign}DateTime({day:%Y,%m,%d})" for sign, day in bounds.items() if day is not None]
        return {"where": " AND ".join(terms)} if terms else {}

    def halves(self, today: date | None) -> tuple[Slice, Slice] | None:
        """The older and the newer half; None if it cannot be cut.

        Args:
            today: Roughly; most records are dated before it.
        """
        if self.start is None:
            return (Slice(None, _OLD), Slice(_OLD, None)) if self.end is None else None
        end = self.end or max(today or _LATE, self.start + timedelta(days=2))
        middle = self.start + (end - self.start) // 2
        return (Slice(self.start, middle), Slice(middle, self.end)) if self.start < middle else None


class Slices:
    """Reads a list, in slices if it is refused whole.

    Args:
        read: Reads one slice; the widest is the list itself.
        resume: Everything dated before this day has been read already.
    """

    def __init__(self, read: Callable[[Slice], Iterator[Page]], resume: date | None) -> None:
        self._read = read
        self._resume = resume
        self._today: date | None = None

    def pages(self) -> Iterator[Page]:
        """The pages of all slices, the oldest slice first.

        Raises:
            RequestRefused: Not because of the number of records, or a single day has too many.
        """
        numbers = count(1)
        todo = [Slice(self._resume, None)]
        while todo:
            one = todo.pop()
            try:
                for page in self._one(one):
                    cut = todo or one != Slice()
                    yield replace(page, number=next(numbers), of=None) if cut else page
            except RequestRefused as refused:
                halves = one.halves(self._today) if refused.status == 400 else None
                if halves is None:
                    raise
                todo += reversed(halves)

    def _one(self, one: Slice) -> Iterator[Page]:
        """The pages of a slice; the last of them, if nothing is missing, tells the day before which all is read."""
        if one.end is None:
            yield from self._read(one)
            return
        drifted, before = False, None
        for page in self._read(one):
            self._today = page.answer.server_time.date() if page.answer.server_time else None
            drifted |= page.drifted
            if before is not None:
                yield before
            before = page
        if before is not None:
            yield before if drifted else replace(before, read_before=one.end)
