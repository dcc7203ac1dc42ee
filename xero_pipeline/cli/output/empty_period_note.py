"""Why a statement shows nothing: zeros of days without books look like those of a quiet month."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Connection


def empty_period_note(connection: Connection, tenant_id: str, start: date | None, end: date) -> str | None:
    """What to say of the days of a statement; None where something was booked in them.

    Args:
        start: The first day; None where only a day counts.
        end: The last day, or the day.
    """
    from xero_pipeline.ledger.statements.entity import is_posted, newest_day, oldest_day

    oldest = oldest_day(connection, tenant_id)
    if oldest is None or end < oldest:
        return f"The books begin in {oldest:%B %Y}." if oldest else "Nothing is booked yet."
    if start is None or is_posted(connection, tenant_id, start, end):
        return None
    newest = newest_day(connection, tenant_id)
    until = f" The newest document is of {newest}." if newest and newest < start else ""
    return f"Nothing is booked from {start} to {end}.{until}"
