"""The day of the tests, which is never today: a suite that is green today is green on any day.

The clock of the test process and of every Python process it starts stands at noon of `TODAY` when the tests begin, and
goes on from there. All of a process's clock is moved, not what our own code believes: Dagster's ticks, the simulator's
tokens and the months of the reports keep their order in time, and the program needs nothing that only tests would use.

`TESTS_DAY=2028-02-29 make test` has the tests on another day, `TESTS_DAY=2026-12-31T23:40` at another time of it. What
databases stamp by themselves (a test should not look at it) has the time of the machine.
"""

from __future__ import annotations

import os
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

USUAL = "2026-05-20"
"""No month's end, no year's end, in the past: what databases stamp by themselves is later than what we stamp."""
_BEGINS = datetime.fromisoformat(os.environ.get("TESTS_DAY", USUAL)).replace(tzinfo=UTC)
BEGINS = _BEGINS if "T" in os.environ.get("TESTS_DAY", "") else _BEGINS + timedelta(hours=12)
"""The instant at which the tests begin."""
TODAY: date = BEGINS.date()
_AHEAD = "TESTS_CLOCK_AHEAD"  # seconds; the same for all processes, whenever they start
_STARTUP = Path(__file__).with_name("startup")


def begin() -> None:
    """Move the clock of this process and of those it starts; one that a test process started is moved already."""
    if _AHEAD in os.environ:
        return
    import time_machine

    os.environ[_AHEAD] = str(BEGINS.timestamp() - time.time())
    paths = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(_STARTUP), *paths]))
    # As a number: a time with a zone would move the process into that zone, too.
    time_machine.travel(time.time() + float(os.environ[_AHEAD])).start()
    time.time()  # the clock goes on from the first time somebody looks
