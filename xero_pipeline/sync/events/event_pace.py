"""How soon events are read: as calls of the day are left, so that they never cost the daily sync its own."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xero_pipeline.state.webhook_records import WaitingList

RESERVE = 0.2
"""The part of the day's calls that is the daily sync's: neither events nor the reports that follow them spend it."""

PACES: tuple[tuple[float, timedelta], ...] = ((0.5, timedelta()), (RESERVE, timedelta(minutes=10)))
"""While more than such a part of the day's calls is left, how long the oldest event waits for others; of the rest
nothing is spent on events."""


def is_due(waiting: WaitingList, calls_left: int, calls_a_day: int, now: datetime) -> bool:
    """Whether a list is to be read now for the events that wait.

    Args:
        calls_left: Of the day, for its organisation.
        calls_a_day: What a day has.
    """
    left = calls_left / calls_a_day
    pause = next((pause for part, pause in PACES if left > part), None)
    return pause is not None and (not pause or now - waiting.oldest >= pause)


def sync_reserve(calls_a_day: int) -> int:
    """The calls of a day that are the daily sync's."""
    return round(RESERVE * calls_a_day)
