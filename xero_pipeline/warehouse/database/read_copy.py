"""The read copy: the DuckDB file once more, `books-read.duckdb` beside `books.duckdb`, for everybody who only reads.

DuckDB lets nobody read beside a writer. So a process that has changed rows leaves a copy when its work is done, and
readers open that: they wait for no writer, and no writer waits for them. A copy is whole and of one moment. A new one
takes the place of the old one in one step, and whoever has the old one open goes on reading it.

A copy has the modification time of the file it was made of, so that nothing else needs to be noted. That rows have
changed since is noted in an empty file, `books.duckdb.changed`, before they are committed: a process that is killed
leaves it to the next one. What only says when something was read (cursors, calls) is no reason for a copy.
"""

from __future__ import annotations

import errno
import logging
import os
import shutil
import stat
import time
from contextlib import AbstractContextManager, ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from xero_pipeline.errors import XeroPipelineError
from xero_pipeline.warehouse.database.duckdb_file import copy_path_of

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from xero_pipeline.warehouse.database.duckdb_file import OpenFile

INTERVAL_SECONDS = 300.0
"""How often a process that writes for long makes a copy meanwhile."""

ROOM_BYTES = 200_000_000
"""What a copy leaves free on the disk: a full one would stop the sync."""

_AT_ONCE, _PIECE = 1 << 30, 1 << 20


class Original(Protocol):
    """The database whose file is copied.

    Args:
        path: Of the file.
        file: As this process has it open.
    """

    path: Path
    file: OpenFile

    def exclusive(self, purpose: str) -> AbstractContextManager[None]:
        """The file for this process alone."""
        ...

    def engine(self, *, read_only: bool) -> Engine:
        """An engine that opens it."""
        ...


class ReadCopy:
    """The copy of one file.

    Args:
        database: Whose file it is a copy of.
    """

    def __init__(self, database: Original) -> None:
        self._database = database
        self._original = database.path
        self.path = copy_path_of(database.path)
        self._changed = database.path.with_name(f"{database.path.name}.changed")
        self._looked_at = time.monotonic()

    def note_change(self) -> None:
        """Note, before they are committed, that rows change which readers look at."""
        with suppress(OSError):  # a full disk lets nothing be committed either
            self._changed.touch(mode=0o600)

    def is_current(self) -> bool:
        """Whether nothing at all was written since it was made."""
        try:
            same = self.path.stat().st_mtime_ns == self._original.stat().st_mtime_ns
        except FileNotFoundError:
            return False
        return same and not self._has_log()

    def is_behind(self) -> bool:
        """Whether there is none, or rows have changed since it was made."""
        return self._original.exists() and (self._changed.exists() or not self.path.exists())

    def as_of(self) -> datetime | None:
        """Of when its rows are, in UTC, if they have changed since; None where they are those of now."""
        try:
            return datetime.fromtimestamp(self.path.stat().st_mtime, UTC) if self._changed.exists() else None
        except FileNotFoundError:
            return None

    def missing_bytes(self) -> int:
        """How much room the disk lacks for the next copy."""
        size = self._original.stat().st_size if self._original.exists() else 0
        return max(0, size + ROOM_BYTES - shutil.disk_usage(self._original.parent).free)

    def follow(self, *, after_seconds: float = 0.0) -> None:
        """Make it anew, if rows have changed since it was made. What stands in the way stops no sync: it is told.

        Args:
            after_seconds: Not before so much time since this process looked last.
        """
        from sqlalchemy.exc import DBAPIError

        if time.monotonic() - self._looked_at < after_seconds:
            return
        self._looked_at = time.monotonic()
        if not self.is_behind():
            return
        try:
            self.make()
        except (OSError, XeroPipelineError, DBAPIError) as error:
            logging.getLogger(__name__).warning(
                "The read copy %s could not be made and stays as it was; the next sync tries again: %s",
                self.path,
                error,
            )

    def make(self) -> None:
        """Make it anew, in the turn of this process; the old one stays until the new one is whole.

        Raises:
            WarehouseBusy: Somebody else had the file all the time.
            OSError: The copy could not be written: the disk may be full.
        """
        with self._database.exclusive("read"), ExitStack() as opened:
            if self.is_current():  # somebody else made it while we waited
                return
            if missing := self.missing_bytes():
                raise OSError(errno.ENOSPC, f"the disk needs {missing / 1e6:,.0f} MB more room", str(self.path))
            self._database.file.close()
            # Closed last: a file that is closed takes all locks of the process on it along.
            source = os.open(self._original, os.O_RDONLY)
            opened.callback(os.close, source)
            # While it is open here, no program that knows nothing of our lock can write.
            opened.callback(self._database.file.close)
            engine = self._database.engine(read_only=not self._has_log())
            with engine.connect() as connection:
                if self._has_log():
                    connection.exec_driver_sql("CHECKPOINT")
                self._replace(source)

    def _replace(self, source: int) -> None:
        if self._has_log():
            raise OSError(errno.EBUSY, "the log could not be written into the file", str(self._original))
        found, draft = os.fstat(source), self.path.with_name(f"{self.path.name}.new")
        draft.unlink(missing_ok=True)  # of a process that was killed
        try:
            _write(draft, source, found)
            os.utime(draft, ns=(found.st_mtime_ns, found.st_mtime_ns))
            # Of a program that wrote to the old copy: it is no log of the new one.
            self.path.with_name(f"{self.path.name}.wal").unlink(missing_ok=True)
            draft.replace(self.path)
        finally:
            draft.unlink(missing_ok=True)
        self._changed.unlink(missing_ok=True)

    def _has_log(self) -> bool:
        """Whether something committed is not in the file yet."""
        log = self._original.with_name(f"{self._original.name}.wal")
        return log.exists() and log.stat().st_size > 0


def _write(path: Path, source: int, like: os.stat_result) -> None:
    """A new file with the bytes and the permissions of another, on the disk."""
    target = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        _copy(source, target, like.st_size)
        os.fchmod(target, stat.S_IMODE(like.st_mode))
        os.fsync(target)
    finally:
        os.close(target)


def _copy(source: int, target: int, size: int) -> None:
    """All bytes; where the file system can, both files share them until one is written to.

    Neither is opened a second time: closing that would take the locks on the file along.
    """
    done = 0
    with suppress(AttributeError, OSError):  # not on every system, nor on every file system
        while done < size and (moved := os.copy_file_range(source, target, _AT_ONCE, done, done)):
            done += moved
    while done < size and (piece := os.pread(source, _PIECE, done)):
        done += os.pwrite(target, piece, done)
    if done != size:
        raise OSError(errno.EIO, f"only {done:,} of {size:,} bytes could be copied")
