"""What time it is: the only place of the program that asks the machine (ruff refuses to ask it elsewhere).

Whoever needs the time asks here or gets it as an argument, so that a rule about days stands in one place. No setting
moves this clock: a program that believed another day than Dagster and Xero would mistake when things happened. The
tests move the clock of whole processes instead (`xero_pipeline_tests/clock.py`).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo


def now() -> datetime:
    """This instant, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - here, and nowhere else


def today(zone: tzinfo = UTC) -> date:
    """The day it is."""
    return now().astimezone(zone).date()
