"""What depends on the day holds on days that are like no other: the tests marked `any_day`, in a pytest of their own.

`make prove` has them on all of the days, and on a random one: its seed stands at the end of the run and in the failure,
and `TESTS_SEED` gives it again.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from xero_pipeline_tests import clock
from xero_pipeline_tests.thoroughness import so_many

DAYS = (
    "2026-12-10",  # with 28 November and 30 December, a draft is deleted before it is ever read
    "2028-02-29",  # the British organisation's year ends
    "2028-12-31T22:40",
    "2026-11-28",
    "2026-12-30",
    "2027-01-01T01:20",
    "2027-02-28",  # the British year's end, in a common year
    "2027-03-31",  # the New Zealand organisation's
    "2027-04-01",
    "2027-06-30",  # the Australian organisation's
    "2028-03-01",
    "2028-07-31",
)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("day", [*DAYS, "random"][: so_many(13, 0)])
def test_what_depends_on_the_day_holds_on_it(day: str) -> None:
    chosen = clock.random_day() if day == "random" else day
    here = str(Path(__file__).parent)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", here, "-m", "any_day or any_day_in_proof", "-p", "no:xdist", "--tb=short"],
        env=clock.on(chosen),
        capture_output=True,
        text=True,
        check=False,
    )
    again = f"TESTS_DAY={chosen} (TESTS_SEED={clock.seed()})"
    assert done.returncode == 0, f"{again}\n{done.stdout[-6000:]}{done.stderr[-2000:]}"
