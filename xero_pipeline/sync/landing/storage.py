"""What the landing zone needs of the place it is at: files that come whole or not at all, each name once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol


class StorageProblem(Exception):
    """An object store did not do what it was asked; says why, without secrets."""


class Storage(Protocol):
    """A folder or an object store. Paths are below it, with slashes.

    Methods raise OSError or StorageProblem where it cannot be reached or refuses.
    """

    @property
    def address(self) -> str:
        """Where it is, as people write it."""
        ...

    def folders(self, path: str = "") -> list[str]:
        """The names of the folders in a folder, in their order; none where there is no such folder."""
        ...

    def files(self, path: str, *, newest: int = 0) -> Iterable[str]:
        """The files in the folders of a folder, each as `folder/name`.

        Args:
            newest: Only those of so many last folders; 0 for all.
        """
        ...

    def read(self, path: str) -> bytes:
        """A file.

        Raises:
            FileNotFoundError: There is none of that name.
        """
        ...

    def publish(self, data: bytes, path: str, names: Iterator[str]) -> str:
        """Keep a file for good, whole or not at all, under a name that no other has, whoever else writes.

        Args:
            path: The folder; made if need be.
            names: Taken in their order until one is free.

        Returns:
            The name.
        """
        ...

    def keep(self, data: bytes, path: str) -> bool:
        """Keep a file whose path says what is in it: where there is one, nothing is written.

        Returns:
            Whether it was written.
        """
        ...

    def check(self) -> str:
        """Try to write, and leave nothing behind.

        Returns:
            A sentence on what was tried.
        """
        ...
