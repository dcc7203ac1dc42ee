"""What a read of a list is to bring."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xero_pipeline.warehouse.progress.resume_points import ResumePoint


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
