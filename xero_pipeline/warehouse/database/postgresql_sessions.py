"""Sessions on PostgreSQL: one for every transaction, or kept for the next while work of many transactions goes on."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from xero_pipeline.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Generator

    from sqlalchemy import URL, Engine

_READING = {"timezone": "UTC", "default_transaction_read_only": "on"}
# Measured with 100,000 invoices, 4 pages of 1,000 a merge, 2 cores (benchmarks/ has the command). Whoever writes looks
# up some thousand keys in tables of any size: by their index, row for row. The planner, which multiplies the chances
# of a key's columns and knows nothing yet of a table that is just being filled, would read it whole for every merge.
_WRITING = {
    "timezone": "UTC",
    "enable_seqscan": "off",
    "enable_mergejoin": "off",
    "random_page_cost": "1.1",
    "jit": "off",
    "work_mem": "64MB",
    "temp_buffers": "64MB",
    "default_statistics_target": "10",
}
_KEPT_SECONDS = 300
"""How old a connection that is kept may become: what stands between may drop one that is silent for long."""


class DatabaseSessions:
    """Those of one process to one database.

    Args:
        url: From `warehouse_address`.
    """

    def __init__(self, url: URL) -> None:
        self.url = url
        self._engines: dict[tuple[bool, bool], Engine] = {}
        self._keepers = 0
        self._keeping = threading.Lock()

    def engine(self, *, read_only: bool) -> Engine:
        """An engine whose connections are closed after use, or, while they are kept, used again.

        Args:
            read_only: Whether the server refuses to write.
        """
        kept = self._keepers > 0
        if (read_only, kept) not in self._engines:
            self._engines[read_only, kept] = self._new_engine(read_only=read_only, kept=kept)
        return self._engines[read_only, kept]

    def _new_engine(self, *, read_only: bool, kept: bool) -> Engine:
        """Every session speaks UTC, and finds nothing of the one before."""
        from sqlalchemy import create_engine, event
        from sqlalchemy.pool import NullPool, QueuePool

        given = _READING if read_only else _WRITING
        options = " ".join(f"-c {name}={value}" for name, value in given.items())
        arguments: dict[str, Any] = {"options": options}
        pool: dict[str, Any] = {"poolclass": NullPool}
        if kept:
            pool = {"poolclass": QueuePool, "max_overflow": -1, "pool_pre_ping": True, "pool_recycle": _KEPT_SECONDS}
            # What was prepared for a temporary table does not fit the next of its name.
            arguments["prepare_threshold"] = None
        engine = create_engine(self.url, connect_args=arguments, **pool)
        event.listen(engine, "do_connect", self._explained)
        if kept:
            event.listen(engine, "checkin", _forget)
        return engine

    @contextmanager
    def kept(self) -> Generator[None]:
        """Connections are used again; the last to leave closes them."""
        with self._keeping:
            self._keepers += 1
        try:
            yield
        finally:
            with self._keeping:
                self._keepers -= 1
                left = [] if self._keepers else [name for name in self._engines if name[1]]
                for name in left:
                    self._engines.pop(name).dispose()

    def _explained(self, dialect: Any, _record: Any, arguments: list[Any], options: dict[str, Any]) -> Any:
        """Connect; say which setting is wrong when the server does not let us in."""
        import psycopg

        try:
            return dialect.connect(*arguments, **options)
        except psycopg.OperationalError as error:
            raise ConfigurationError(
                f"XERO_WAREHOUSE_URL: cannot use {self.url.render_as_string()} as warehouse: "
                f"{' '.join(str(error).split())} Correct the address, or start the server."
            ) from error


def _forget(driver: Any, _record: object) -> None:
    """Temporary tables and settings of the session go, as they would with it; the pool has ended its transaction."""
    if driver is not None:  # it is, where the server has gone
        autocommit = driver.autocommit
        driver.autocommit = True
        driver.execute("DISCARD ALL")
        driver.autocommit = autocommit
