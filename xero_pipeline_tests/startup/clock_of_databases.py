"""A PostgreSQL of the tests has the machine's clock: where the program compares its own with it, it is moved, too."""

from __future__ import annotations

import os
from types import ModuleType


def moved(module: ModuleType) -> None:
    """Let a module see the database's time on the tests' day.

    Args:
        module: It asks a database for the time by its function `_now`.
    """
    by_the_machine = module._now

    def now(connection):
        ahead = float(os.environ["TESTS_CLOCK_AHEAD"]) if connection.dialect.name == "postgresql" else 0.0
        return by_the_machine(connection) + ahead

    module._now = now  # pyright: ignore[reportAttributeAccessIssue]
    if "TESTS_HURRY" in os.environ:
        # A run that is silent for seconds is lost, as otherwise one that is for most of a minute.
        module.BEAT_SECONDS, module.LOST_SECONDS = 1.0, 6.0  # pyright: ignore[reportAttributeAccessIssue]
