"""A DuckDB warehouse for those who only read: its reads open the read copy, and so wait for no writer."""

from __future__ import annotations

import logging
import threading
from contextlib import contextmanager
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from xero_pipeline.errors import ConfigurationError, WarehouseBusy
from xero_pipeline.warehouse.database.duckdb import DuckDB
from xero_pipeline.warehouse.database.duckdb_engine import engine_for
from xero_pipeline.warehouse.database.duckdb_file import state_of
from xero_pipeline.warehouse.database.read_copy import ReadCopy

if TYPE_CHECKING:
    from collections.abc import Generator, Hashable, Sequence
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import URL, Connection, Engine


class DuckDBReader(DuckDB):
    """One DuckDB file, read by its copy.

    A copy that is older than the file is made anew before it is read, if nobody has the file just then. What is
    written, such as a new layout, goes into the file itself.

    Args:
        url: From `warehouse_address`.
        lock_timeout_seconds: How long to wait for another process where there is no copy yet.
    """

    def __init__(self, url: URL, *, lock_timeout_seconds: float) -> None:
        super().__init__(url, lock_timeout_seconds=lock_timeout_seconds)
        self._without_waiting = ReadCopy(DuckDB(url, lock_timeout_seconds=0))
        self._turn = _turn_of(self.read_copy.path)
        self._has_written = False

    @contextmanager
    def connected(self, purpose: str) -> Generator[Connection]:
        """Reads are of the copy, one after the other: DuckDB gives all of a process the same open file."""
        if purpose != "read":
            with super().connected(purpose) as connection:
                yield connection
            self._has_written = True
            return
        with self._in_turn():
            if not self._is_brought_up():
                with super().connected(purpose) as connection:
                    yield connection
                return
            with self._engine_of_copy.begin() as connection:
                yield connection

    @contextmanager
    def looked_at(self, schemas: Sequence[str], *, sandboxed: bool) -> Generator[Connection]:
        """The copy is opened for each look, so the settings of a sandbox end with it."""
        with self._in_turn():
            if not self._is_brought_up():
                with super().looked_at(schemas, sandboxed=sandboxed) as connection:
                    yield connection
                return
            with self._engine_of_copy.begin() as connection:
                self._look(connection, schemas)
                if sandboxed:
                    self._sandbox(connection)
                yield connection

    def as_of(self) -> datetime | None:
        """Of when the copy is, if rows have changed since."""
        return self.read_copy.as_of()

    def state(self) -> Hashable:
        """That of the copy."""
        with self._in_turn():
            found = self.read_copy.path if self._is_brought_up() else self.path
            return state_of(found), self.as_of()

    @contextmanager
    def _in_turn(self) -> Generator[None]:
        if not self._turn.acquire(timeout=self.timeout):
            raise WarehouseBusy(
                f"Another thread of this process reads {self.read_copy.path}; waited {self.timeout:g} s. Try again "
                "when it has finished."
            )
        try:
            yield
        finally:
            self._turn.release()

    def _is_brought_up(self) -> bool:
        """Whether the copy can be read; where none can be made, the file itself has to do.

        Raises:
            WarehouseBusy: There is no copy to read meanwhile.
        """
        if self.is_new():
            return False
        copy = self.read_copy
        must = self._has_written or not copy.path.exists()
        if not must and copy.is_current():
            return True
        try:
            (copy if must else self._without_waiting).make()
        except WarehouseBusy:
            if must:
                raise
        except OSError as error:
            logging.getLogger(__name__).warning("No read copy can be made, %s is read itself: %s", self.path, error)
            return False
        self._has_written = False
        return True

    @cached_property
    def _engine_of_copy(self) -> Engine:
        from sqlalchemy import event

        engine = engine_for(self.url.set(database=str(self.read_copy.path)), read_only=True)
        event.listen(engine, "do_connect", self._open_copy)
        return engine

    def _open_copy(self, dialect: Any, _record: Any, arguments: list[Any], options: dict[str, Any]) -> Any:
        """Open the copy; one that a program has open to write, or has spoiled, is replaced by a new one."""
        import duckdb

        try:
            return dialect.connect(*arguments, **options)
        except duckdb.Error:
            self.read_copy.path.unlink(missing_ok=True)
            self.read_copy.make()
        try:
            return dialect.connect(*arguments, **options)
        except duckdb.Error as error:
            raise ConfigurationError(
                f"Cannot read {self.read_copy.path}, the read copy of the warehouse: {' '.join(str(error).split())}"
            ) from error


@cache
def _turn_of(path: Path) -> threading.RLock:
    """The lock of this process's readers of a copy.

    Args:
        path: Of the copy, absolute.
    """
    return threading.RLock()
