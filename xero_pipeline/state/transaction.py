"""Writing the state database: one process after the other."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

import sqlalchemy as sa

# Any number will do, as long as all processes use the same one.
_WRITERS = 0x5845524F


@contextmanager
def write_transaction(engine: sa.Engine) -> Generator[sa.Connection]:
    """A write transaction that excludes every other one, over threads, processes and machines.

    What is read inside is therefore still true when it is written back. Committed, and on the disk, when the
    block ends; rolled back when it raises. Keep it short: no calls to Xero inside.

    Args:
        engine: From `open_state`.

    Yields:
        The connection to read and write with.
    """
    with engine.connect().execution_options(xero_writes=True) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            # Row locks cannot guard rows that are not there yet; this guards both, until the commit.
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_WRITERS)))
        yield connection
