"""A DuckDB file that stays open between the transactions of a process, while nobody else waits for it."""

from __future__ import annotations

import time
from contextlib import ExitStack
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xero_pipeline.errors import ConfigurationError, WarehouseBusy
from xero_pipeline.warehouse.database import file_lock
from xero_pipeline.warehouse.database.file_lock import FileHold, tell_of_wait
from xero_pipeline.warehouse.database.foreign_program import ForeignProgram, program_in

if TYPE_CHECKING:
    from collections.abc import Callable

_RETRY_SECONDS = 0.1

FOREIGN_SECONDS = 10.0
"""How long we wait for a program without our lock: our own processes, of which we wait for minutes, all have it."""
KNOWN_SECONDS = 1.0
"""The same for one that we waited for in vain just now: a run has many transactions."""

KEPT_GROWTH_BYTES = 24_000_000
"""Four merges of a first load: to close and open the file takes 0.1 s of the processor, what is kept takes memory."""


class OpenFile:
    """A file as this process has it, whoever in it works with it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.hold = FileHold(path, close=self.close)
        self._kept: Any = None
        """A connection that keeps the file open between two transactions."""
        self._kept_to_read = False
        self._opened_with = 0
        """How many bytes it had when it was opened."""
        self._outlasted: int | None = None
        """The process id of a program that was waited for in vain."""

    def opens_to_read(self, *, read_only: bool) -> bool:
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
            self._opened_with = self._bytes()

    def settle(self, statement: str) -> None:
        """Undo what a transaction has set for the whole file; where DuckDB cannot, it is opened anew."""
        import duckdb

        if self._kept is not None:
            try:
                self._kept.execute(statement)
            except duckdb.Error:
                self.close()

    def close_if_much_was_written(self) -> None:
        """A file that has grown is closed, which writes the log into it and gives the memory back."""
        if self._kept is not None and self._bytes() > self._opened_with + KEPT_GROWTH_BYTES:
            self.close()

    def _bytes(self) -> int:
        """Of the file and of its log."""
        return sum(found[1] for found in state_of(self._path) if found)

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
            timeout_seconds: How long to wait for it; never longer than `FOREIGN_SECONDS`.
            dialect: As SQLAlchemy tells its event `do_connect`, with the others.

        Raises:
            WarehouseBusy: Another program had it all the time.
            ConfigurationError: It is no DuckDB file.
        """
        began, told, behind = time.monotonic(), False, None
        with ExitStack() as waiting:
            while True:
                opened, other = self._tried(dialect, arguments, options)
                if other is None:
                    self._keep(partial(dialect.connect, *arguments, **options), read_only=options["read_only"])
                    self._outlasted = None
                    return opened
                waited, patience = time.monotonic() - began, self._patience(other)
                if waited >= patience:
                    self._outlasted = other.pid
                if waited >= min(timeout_seconds, patience):
                    raise WarehouseBusy(self._remedy(other))
                if behind != other:
                    waiting.close()
                    waiting.enter_context(self.hold.behind(str(other)))
                    behind = other
                if not told and waited >= min(file_lock.QUIET_SECONDS, timeout_seconds):
                    tell_of_wait(f"{other}, which should open {copy_path_of(self._path).name} instead")
                    told = True
                time.sleep(_RETRY_SECONDS)

    def _patience(self, other: ForeignProgram) -> float:
        """A program that had the file for a whole wait has not opened it for a moment only."""
        return KNOWN_SECONDS if other.pid and other.pid == self._outlasted else FOREIGN_SECONDS

    def _remedy(self, other: ForeignProgram) -> str:
        return (
            f"The warehouse {self._path} is in use by {other}, which does not take turns with syncs. Close the file "
            f"there, then try again. Let that program open {copy_path_of(self._path)} from now on, the copy for "
            "reading: it never stands in the way of a sync (docs/operations.md)."
        )

    def _tried(self, dialect: Any, arguments: list[Any], options: dict[str, Any]) -> tuple[Any, ForeignProgram | None]:
        """The opened file, or who else has it."""
        import duckdb

        try:
            return dialect.connect(*arguments, **options), None
        except duckdb.IOException as error:
            held = program_in(error)
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


def copy_path_of(original: Path) -> Path:
    """Where the read copy of a file is.

    Args:
        original: The file that is written to.
    """
    return original.with_name(f"{original.stem}-read{original.suffix}")
