"""Reading the state database, and writing it: one process after the other."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

import sqlalchemy as sa

# Any number will do, as long as all processes use the same one.
_WRITERS = 0x5845524F


@contextmanager
def read_connection(engine: sa.Engine) -> Generator[sa.Connection]:
    """A connection to look with: each statement sees what is committed when it begins.

    Args:
        engine: From `open_state`.
    """
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            # No transaction around one question: half the messages.
            connection.execution_options(isolation_level="AUTOCOMMIT")
        yield connection


@contextmanager
def write_transaction(engine: sa.Engine, *, flushed: bool = True) -> Generator[sa.Connection]:
    """A write transaction that excludes every other one, over threads, processes and machines.

    What is read inside is therefore still true when it is written back. Committed, and on the disk, when the
    block ends; rolled back when it raises. Keep it short: no calls to Xero inside.

    Args:
        engine: From `open_state`.
        flushed: False where a PostgreSQL server that dies may forget the newest of it: nobody waits for its disk then.

    Yields:
        The connection to read and write with.
    """
    with engine.connect().execution_options(xero_writes=True) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            # Row locks cannot guard rows that are not there yet; this guards both, until the commit.
            alone = sa.func.pg_advisory_xact_lock(_WRITERS)
            unflushed = () if flushed else (sa.func.set_config("synchronous_commit", "off", True),)
            connection.execute(sa.select(*unflushed, alone))
        yield connection
