"""What a read of a list is to bring: what changed, everything, or the rest of a read that was cut."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xero_pipeline.warehouse.progress.read_progress import ReadState
    from xero_pipeline.warehouse.progress.records import ResumePoint
    from xero_pipeline.warehouse.store import Warehouse
    from xero_pipeline.xero.endpoints import Endpoint

WHOLE_AGAIN = timedelta(hours=20)
"""A list that comes whole in one call is asked for changes only if it was read whole since: only then its deletions
show. Less than a day, so that a daily sync does it every time."""

GRACE = timedelta(hours=2)
"""How late what a schedule brings may be before somebody should look: a sync that takes long, or waits for calls, is no
reason."""

CUT_IS_OLD = timedelta(days=7)
"""A read that was cut longer ago is begun anew: what it brought has changed too much since."""


@dataclass(frozen=True, slots=True)
class ReadPlan:
    """What a read of a list is to bring.

    Args:
        since: Changes since then; None for everything.
        resume_from: Where an earlier attempt was interrupted.
        is_first: Whether the list was never read: then nothing of it can be gone.
        after: Of a list that is read by numbers, what is behind this one.
    """

    since: datetime | None
    resume_from: ResumePoint | None = None
    is_first: bool = False
    after: int = 0

    @property
    def everything(self) -> bool:
        """Whether all of the list will have been read in the end, by this attempt and those that were cut."""
        return self.since is None and (self.is_first or self.resume_from is not None or not self.after)

    @property
    def description(self) -> str | None:
        """What is read, in words, where that is neither everything nor what changed."""
        return None if self.everything or self.since else f"behind number {self.after}"


def plan_read(
    warehouse: Warehouse, tenant_id: str, endpoint: Endpoint, state: ReadState, *, full: bool, at: datetime
) -> ReadPlan:
    """Decide what a read is to bring, by how far the ones before it came.

    Args:
        state: How far they came.
        full: Everything, whatever was read before.
    """
    from xero_pipeline.warehouse.load.present_rows import max_number

    cursor, cut = state.cursor, state.resume_point
    since = cursor.modified_since if cursor and endpoint.modified_since and not full else None
    if cut and (cut.read_to or _goes_on(cut, since, at)):
        # What is numbered never changes, so that a read of it cannot be too old.
        return ReadPlan(cut.modified_since, cut, after=cut.read_to or 0)
    if endpoint.paging == "offsets":
        if full and cursor is not None:
            return ReadPlan(None)
        with warehouse.writing() as connection:  # the rows come next: opened once for both
            after = max_number(connection, endpoint.table, tenant_id, endpoint.number)
        return ReadPlan(None, is_first=cursor is None, after=after)
    if since and endpoint.paging == "whole":
        whole_at = state.refresh_round.complete_at
        since = since if whole_at and at - whole_at < WHOLE_AGAIN else None
    return ReadPlan(since, is_first=cursor is None)


def _goes_on(cut: ResumePoint, since: datetime | None, at: datetime) -> bool:
    """Whether a read that was cut is gone on with.

    One of everything is, whatever is asked for now: somebody wanted it, and the next read brings the changes since it
    began. One of changes is, if it asked for the same.
    """
    return at - cut.began_at < CUT_IS_OLD and cut.modified_since in (None, since)
