"""Python runs this when a test starts a process: its clock shows the tests' day (`xero_pipeline_tests/clock.py`)."""

import gc
import os
import sys
import time
from contextlib import suppress

if "TESTS_CLOCK_AHEAD" in os.environ:
    # It would import pytest, if it could, for a fixture nobody asks for: half a second of every process.
    sys.modules["pytest"] = None  # pyright: ignore[reportArgumentType]
    with suppress(ImportError):  # a Python that has it not is not ours
        import time_machine
        from after_import import after_import
        from clock_of_databases import moved
        from clock_of_grpc import MODULES, unmoved
        from dagsters_revisions import read_once

        time_machine.travel(time.time() + float(os.environ["TESTS_CLOCK_AHEAD"])).start()
        time.time()  # the clock goes on from the first time somebody looks
        after_import(dict.fromkeys(MODULES, unmoved))
        after_import({"xero_pipeline.state.machines": moved, "alembic.script.base": read_once})
    del sys.modules["pytest"]
    gc.set_threshold(100_000, 50, 100)

    if "TESTS_HURRY" in os.environ:
        from hurry import HURRY

        after_import(HURRY)
