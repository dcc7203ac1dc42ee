"""Whether everything of a list has been seen."""

from __future__ import annotations

from datetime import timedelta

from xero_pipeline.xero.pagination.page import Page

# Xero's clocks need not agree to the second, and an answer's own time is a little later than what it shows: a record
# counts as older than the first answer only if it is clearly so. Too much costs some calls, too little may cost a row.
_CLEARLY = timedelta(minutes=1)


class CompletenessTracker:
    """The ids seen since the first answer of a list that tells how many there are.

    Args:
        first: The first answer's page.
        count: The records of the list, by the first answer.
    """

    def __init__(self, first: Page, count: int) -> None:
        self.ordered = True
        self._count = count
        self._settled = None if first.answer.server_time is None else first.answer.server_time - _CLEARLY
        self._old: set[str] = set()
        self._all_dated = self._settled is not None
        self._same_count = True

    def observe(self, fetched: Page) -> None:
        """Take note of a page."""
        told = fetched.answer.pagination
        self._same_count &= told is not None and told.item_count == self._count
        self.ordered &= fetched.records.ordered
        for name, stamp in zip(fetched.records.ids, fetched.records.stamps, strict=True):
            self._all_dated &= stamp is not None
            if stamp is None or self._settled is None or stamp < self._settled:
                self._old.add(name)

    @property
    def complete(self) -> bool:
        """Whether every record of the first answer's list has been seen.

        Ids of records that changed last before the first answer can only be ids of its list; as many different ones
        as it has records are all of them. Without stamps an unchanging count must do: nothing has come or gone then.
        """
        return len(self._old) == self._count and (self._all_dated or self._same_count)
