"""Dagster's sixty revisions of its history are read once in a process, and not for each of its three files again.

Which one a file has, and what is done about it, is still asked of every file. Half of what it takes to open a history.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any


def read_once(base: ModuleType) -> None:
    """Let all that ask for Dagster's revisions have the same.

    Args:
        base: `alembic.script.base`.
    """
    read = base.ScriptDirectory.from_config
    kept: dict[str, Any] = {}

    def from_config(config: Any) -> Any:
        place = config.get_main_option("script_location")
        if not place.startswith("dagster:"):
            return read(config)
        if place not in kept:
            kept[place] = read(config)
        return kept[place]

    base.ScriptDirectory.from_config = staticmethod(from_config)
