"""What receivers of alerts were told, and is not over yet: everything is told once, and once more when it is over."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from xero_pipeline.state.tables import state_table
from xero_pipeline.state.transaction import read_connection, write_transaction

UNREACHED = ""
"""In place of an event: the receiver could not be told, since when and how often in a row."""


@dataclass(frozen=True, slots=True)
class AlertNote:
    """What a receiver was told.

    Args:
        event: Which event, of what.
        count: How many there were.
        label: What to call it when it is over.
        told_at: When, in UTC.
    """

    event: str
    count: int
    label: str
    told_at: datetime


class AlertNotes:
    """The notes about it.

    Args:
        engine: The state database, from `open_state`.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def all(self) -> Mapping[str, Mapping[str, AlertNote]]:
        """By receiver and event."""
        table = state_table("alert_notes")
        found: dict[str, dict[str, AlertNote]] = {}
        with read_connection(self._engine) as connection:
            for row in connection.execute(sa.select(table)).mappings():
                note = AlertNote(row["event"], row["count"], row["label"], row["told_at"])
                found.setdefault(row["receiver"], {})[note.event] = note
        return found

    def keep(self, receiver: str, told: Collection[AlertNote], over: Collection[str]) -> None:
        """Note what a receiver was told, and forget what is over.

        Args:
            told: Replaces what was noted of the same events.
            over: Events.
        """
        table = state_table("alert_notes")
        gone = {*over, *(one.event for one in told)}
        with write_transaction(self._engine) as connection:
            mine = table.c.receiver == receiver
            for event in sorted(gone):
                connection.execute(sa.delete(table).where(mine, table.c.event == event))
            if told:
                rows = [{"receiver": receiver, **{n: getattr(one, n) for n in AlertNote.__slots__}} for one in told]
                connection.execute(sa.insert(table), rows)
