"""Who is signed in at the web page, over restarts of it: of each browser's cookie the digest alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from xero_pipeline.state.tables import state_table
from xero_pipeline.state.transaction import read_connection, write_transaction


class SignedIn:
    """The browsers that gave the password.

    Args:
        engine: The state database, from `open_state`.
        quiet: After how long without use a browser is signed out.
    """

    def __init__(self, engine: sa.Engine, quiet: timedelta) -> None:
        self._engine = engine
        self._quiet = quiet
        self._table: Any = state_table("signed_in")

    def has(self, digest: str, password: str, at: datetime) -> bool:
        """Whether a browser is signed in, with the password that holds now.

        Args:
            digest: Of its cookie.
            password: The digest of the password that holds now.
        """
        table = self._table
        wanted = sa.select(table.c.used_at).where(table.c.cookie == digest, table.c.password == password)
        with read_connection(self._engine) as connection:
            used_at = connection.execute(wanted).scalar_one_or_none()
        return used_at is not None and at - used_at <= self._quiet

    def note(self, digest: str, password: str, at: datetime) -> None:
        """Note that a browser is signed in, or was used; forget those that were quiet for too long."""
        table = self._table
        with write_transaction(self._engine) as connection:
            gone = (table.c.used_at < at - self._quiet) | (table.c.cookie == digest)
            connection.execute(sa.delete(table).where(gone))
            connection.execute(sa.insert(table).values(cookie=digest, password=password, used_at=at))

    def end(self, digest: str) -> None:
        """Forget a browser."""
        with write_transaction(self._engine) as connection:
            connection.execute(sa.delete(self._table).where(self._table.c.cookie == digest))
