"""Lock dates that moved are told from the history of the organisation's record."""

from __future__ import annotations

import datetime as dt

import pytest

from xero_pipeline.ledger.locked.lock_dates import lock_moves
from xero_simulator.edits import records

pytestmark = pytest.mark.slow


def test_lock_dates_that_moved_are_told_those_that_opened_months_first(locked):
    records.lock_books(locked.books, dt.date(2025, 6, 30))
    locked.later(hours=1)
    locked.read("organisations")
    opened_at = locked.now()
    locked.later(hours=1)
    records.lock_books(locked.books, dt.date(2025, 3, 31), end_of_year=True)
    locked.read("organisations")
    with locked.warehouse.reading() as connection:
        moves = lock_moves(connection)
    assert [(one.opened, one.lock, one.before, one.after) for one in moves] == [
        (True, "period_lock_date", dt.date(2025, 12, 31), dt.date(2025, 6, 30)),
        (False, "end_of_year_lock_date", dt.date(2025, 2, 28), dt.date(2025, 3, 31)),
        (False, "period_lock_date", dt.date(2025, 2, 28), dt.date(2025, 12, 31)),
    ]
    assert moves[0].known_since < moves[0].seen_at <= opened_at
