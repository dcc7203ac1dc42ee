"""A PostgreSQL that is restarted, or out of reach for a while: how it is told from a mistake, and waited for."""

from __future__ import annotations

import time

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from xero_pipeline.errors import LockLost

_ENDED = ("08", "57P")
"""SQLSTATE: the connection is lost; the server shuts down, has crashed or starts up."""
_POLL_SECONDS = 1.0


def is_outage(error: BaseException) -> bool:
    """Whether an error, or what caused it, is a lost connection to PostgreSQL."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        if _is_lost_connection(one):
            return True
        waiting += [one.__cause__, one.__context__, getattr(one, "orig", None)]
    return False


def _is_lost_connection(error: BaseException) -> bool:
    if isinstance(error, LockLost):
        return True
    kind = type(error)
    if not kind.__module__.startswith("psycopg"):
        return bool(getattr(error, "connection_invalidated", False))
    state = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None)
    if state:
        return str(state).startswith(_ENDED)
    # Without a code it is not the server that answered.
    return any(base.__name__ in {"OperationalError", "InterfaceError"} for base in kind.__mro__)


def wait_until_back(engine: sa.Engine, *, seconds: float) -> bool:
    """Wait for a database that is away.

    Returns:
        Whether it answers.
    """
    until = time.monotonic() + seconds
    while True:
        try:
            with engine.connect() as connection:
                connection.execute(sa.select(1))
        except DBAPIError:
            if time.monotonic() > until:
                return False
            time.sleep(_POLL_SECONDS)
        else:
            return True
