"""A DuckDB file that stays open between the transactions of a process, while nobody else waits for it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from xero_pipeline.warehouse.lock import FileHold

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class OpenFile:
    """A file as this process has it, whoever in it works with it.

    Args:
        path: Of the file.
    """

    def __init__(self, path: Path) -> None:
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

    def opened(self, connect: Callable[[], Any], *, read_only: bool) -> None:
        """Leave it open after the transaction, if it will be used again.

        Args:
            connect: Makes a connection to the open file.
            read_only: How it is open.
        """
        if self.hold.is_kept and self._kept is None:
            self._kept, self._kept_to_read = connect(), read_only

    def settle(self, statement: str) -> None:
        """Undo what a transaction has set for the whole file; where DuckDB cannot, it is opened anew.

        Args:
            statement: Sets it back.
        """
        import duckdb

        if self._kept is not None:
            try:
                self._kept.execute(statement)
            except duckdb.Error:
                self.close()

    def close(self) -> None:
        """Close what was left open."""
        kept, self._kept, self._kept_to_read = self._kept, None, False
        if kept is not None:
            kept.close()


@cache
def open_file(path: Path) -> OpenFile:
    """The one of this process: locks of the operating system, and DuckDB, know processes only.

    Args:
        path: Of the file, absolute.
    """
    return OpenFile(path)
