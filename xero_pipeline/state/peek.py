"""A glance at the state that costs nothing: for the shell, which asks while a person types."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

# As `organisations.py` names them.
_NAMES = """
SELECT called FROM (
    SELECT status, CASE WHEN COUNT(*) OVER (PARTITION BY LOWER(TRIM(name))) > 1
        THEN name || ' (' || SUBSTR(tenant_id, -8) || ')' ELSE name END AS called
    FROM organisations
) WHERE status <> 'disconnected' ORDER BY called
"""
_SECONDS = 0.2


def organisation_names(url: str) -> list[str]:
    """The names of connected organisations, as far as they can be had at once.

    Args:
        url: The state's address; only a SQLite file is looked into.

    Returns:
        None of them when the state is elsewhere, not there yet, or busy.
    """
    kind, _, path = url.partition(":///")
    file = Path(path.partition("?")[0])
    if not kind.startswith("sqlite") or not file.is_file():
        return []
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, timeout=_SECONDS)) as state:
            return [name for (name,) in state.execute(_NAMES)]
    except sqlite3.Error:
        # Older, locked, or no database at all: nothing to offer is an answer, too.
        return []
