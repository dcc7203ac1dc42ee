"""The day of the tests, which is never today: a suite that is green today is green on any day.

The clock of the test process and of every Python process it starts stands at noon of `TODAY` when the tests begin, and
goes on from there. All of a process's clock is moved, not what our own code believes: Dagster's ticks, the simulator's
tokens and the months of the reports keep their order in time, and the program needs nothing that only tests would use.

`TESTS_DAY=2028-02-29 make test` has the tests on another day, `TESTS_DAY=2026-12-31T23:40` at another time of it. What
databases stamp by themselves (a test should not look at it) has the time of the machine.
"""

from __future__ import annotations

import os
import random
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

_USUAL = "2026-05-20"
"""No month's end, no year's end, in the past: what databases stamp by themselves is later than what we stamp."""
_DAY = "TESTS_DAY"
_SEED = "TESTS_SEED"
_AHEAD = "TESTS_CLOCK_AHEAD"
"""Seconds; the same for all processes, whenever they start."""
_STARTUP = str(Path(__file__).with_name("startup"))


def _begins(told: str) -> datetime:
    at = datetime.fromisoformat(told).replace(tzinfo=UTC)
    return at if "T" in told else at + timedelta(hours=12)


BEGINS = _begins(os.environ.get(_DAY, _USUAL))
"""The instant at which the tests begin."""
TODAY: date = BEGINS.date()


def begin() -> None:
    """Move the clock of this process and of those it starts; one that a test process started is moved already."""
    if _AHEAD in os.environ:
        return
    import time_machine

    from xero_pipeline_tests.startup.after_import import after_import
    from xero_pipeline_tests.startup.clock_of_databases import moved
    from xero_pipeline_tests.startup.clock_of_grpc import MODULES, unmoved
    from xero_pipeline_tests.startup.dagsters_revisions import read_once

    os.environ.setdefault(_SEED, str(random.SystemRandom().randrange(1_000_000)))
    os.environ[_AHEAD] = str(BEGINS.timestamp() - time.time())
    os.environ["PYTHONPATH"] = os.pathsep.join([_STARTUP, *_paths()])
    # As a number: a time with a zone would move the process into that zone, too.
    time_machine.travel(time.time() + float(os.environ[_AHEAD])).start()
    time.time()  # the clock goes on from the first time somebody looks
    after_import(dict.fromkeys(MODULES, unmoved))
    after_import({"xero_pipeline.state.machines": moved, "alembic.script.base": read_once})


def seed() -> str:
    """What the random day follows from: as given in `TESTS_SEED`, else another one every time."""
    return os.environ[_SEED]


def random_day() -> str:
    """Some minute of some day; not the first hour, in which simulated books still have the day before."""
    chance = random.Random(seed())
    at = datetime(2025, 1, 1, 1, tzinfo=UTC) + timedelta(days=chance.randrange(3000), minutes=chance.randrange(22 * 60))
    return at.strftime("%Y-%m-%dT%H:%M")


def on(day: str) -> dict[str, str]:
    """The environment of tests on another day: a pytest of its own has them.

    Args:
        day: As in `TESTS_DAY`.
    """
    mine = {name: value for name, value in os.environ.items() if name != _AHEAD and "PYTEST" not in name}
    return mine | {_DAY: day, "PYTHONPATH": os.pathsep.join(_paths())}


def _paths() -> list[str]:
    return [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path not in {"", _STARTUP}]
