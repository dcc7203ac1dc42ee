"""A DuckDB file that stays open between the transactions of a process, while nobody else waits for it."""

from __future__ import annotations

import re
import time
from contextlib import ExitStack
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xero_pipeline.errors import ConfigurationError, WarehouseBusy
from xero_pipeline.warehouse.database import file_lock
from xero_pipeline.warehouse.database.file_lock import FileHold, tell_of_wait

if TYPE_CHECKING:
    from collections.abc import Callable

_HELD_BY_OTHERS = re.compile(r"conflicting lock is held in (?P<what>\S+) \(PID (?P<pid>\d+)\)", re.IGNORECASE)
_RETRY_SECONDS = 0.1

KEPT_LOG_BYTES = 8_000_000
"""A first load of 100,000 invoices took 90 MB more of memory where the file stayed open after merges of this size."""


class OpenFile:
    """A file as this process has it, whoever in it works with it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.hold = FileHold(path, close=self.close)
        self._kept: Any = None
        """A connection that keeps the file open between two transactions."""
        self._kept_to_read = False

    def way(self, *, read_only: bool) -> bool:
        """Whether to open the file to read only: one that is open to be written can be read as well.

        Args:
            read_only: Whether that would do.
        """
        if self._kept_to_read and not read_only:
            self.close()
        return read_only and (self._kept is None or self._kept_to_read)

    def _keep(self, connect: Callable[[], Any], *, read_only: bool) -> None:
        """Leave it open after the transaction, if it will be used again."""
        if self.hold.is_kept and self._kept is None:
            self._kept, self._kept_to_read = connect(), read_only

    def settle(self, statement: str) -> None:
        """Undo what a transaction has set for the whole file; where DuckDB cannot, it is opened anew."""
        import duckdb

        if self._kept is not None:
            try:
                self._kept.execute(statement)
            except duckdb.Error:
                self.close()

    def close_if_much_was_written(self) -> None:
        """After a large transaction the file is closed, which writes the log into it and gives the memory back."""
        log = self._path.with_name(f"{self._path.name}.wal")
        if self._kept is not None and log.exists() and log.stat().st_size > KEPT_LOG_BYTES:
            self.close()

    def close_if_broken(self) -> None:
        """Close what cannot be used any more: one fatal error, such as of a full disk, makes all that follows fail."""
        import duckdb

        if self._kept is not None:
            try:
                self._kept.execute("SELECT 1")
            except duckdb.Error:
                self.close()

    def close(self) -> None:
        """Close what was left open."""
        kept, self._kept, self._kept_to_read = self._kept, None, False
        if kept is not None:
            kept.close()

    def open(
        self, timeout_seconds: float, dialect: Any, _record: Any, arguments: list[Any], options: dict[str, Any]
    ) -> Any:
        """Open the file; a program that knows nothing of our lock may have it for a moment.

        Args:
            timeout_seconds: How long to wait for it.
            dialect: As SQLAlchemy tells its event `do_connect`, with the others.

        Raises:
            WarehouseBusy: Another program had it all the time.
            ConfigurationError: It is no DuckDB file.
        """
        began, told, behind = time.monotonic(), False, 0
        with ExitStack() as waiting:
            while True:
                opened, other = self._tried(dialect, arguments, options)
                if other is None:
                    self._keep(partial(dialect.connect, *arguments, **options), read_only=options["read_only"])
                    return opened
                waited, pid = time.monotonic() - began, int(other["pid"])
                if waited >= timeout_seconds:
                    raise WarehouseBusy(
                        f"The warehouse {self._path} is in use by {other['what']} (process {pid}). Close it there, "
                        "then try again. PostgreSQL lets many in at a time (docs/postgresql.md)."
                    )
                program = Path(other["what"]).name
                if behind != pid:
                    waiting.close()
                    waiting.enter_context(self.hold.behind(program, pid))
                    behind = pid
                if not told and waited >= min(file_lock.QUIET_SECONDS, timeout_seconds):
                    tell_of_wait(f"process {pid} ({program})")
                    told = True
                time.sleep(_RETRY_SECONDS)

    def _tried(self, dialect: Any, arguments: list[Any], options: dict[str, Any]) -> tuple[Any, re.Match[str] | None]:
        """The opened file, or who else has it."""
        import duckdb

        try:
            return dialect.connect(*arguments, **options), None
        except duckdb.IOException as error:
            held = _HELD_BY_OTHERS.search(str(error))
            if held is None:
                raise ConfigurationError(
                    f"XERO_WAREHOUSE_URL: cannot use {self._path} as warehouse: {' '.join(str(error).split())}"
                ) from error
            return None, held


@cache
def open_file(path: Path) -> OpenFile:
    """The one of this process: locks of the operating system, and DuckDB, know processes only.

    Args:
        path: Of the file, absolute.
    """
    return OpenFile(path)


def state_of(path: Path) -> tuple[tuple[int, int] | None, ...]:
    """Changes whenever something is written to a DuckDB file.

    Args:
        path: The file; its log is beside it.
    """
    found: list[tuple[int, int] | None] = []
    for file in (path, path.with_name(f"{path.name}.wal")):
        try:
            told = file.stat()
        except FileNotFoundError:
            found.append(None)
        else:
            found.append((told.st_mtime_ns, told.st_size))
    return tuple(found)
