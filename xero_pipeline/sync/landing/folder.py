"""A landing zone in a folder: whole files, on the disk, for their owner only."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class Folder:
    """A folder of this machine, or one that is mounted.

    Args:
        root: Where it is; made when the first file comes.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    @property
    def address(self) -> str:
        """Its path."""
        return str(self._root)

    def folders(self, path: str = "") -> list[str]:
        """The names of the folders in a folder, in their order."""
        folder = self._root / path
        return sorted(one.name for one in folder.iterdir() if one.is_dir()) if folder.is_dir() else []

    def files(self, path: str, *, newest: int = 0) -> Iterable[str]:
        """The files in the folders of a folder, or in its last ones."""
        for folder in self.folders(path)[-newest:]:
            yield from (f"{folder}/{one.name}" for one in (self._root / path / folder).iterdir())

    def read(self, path: str) -> bytes:
        """A file."""
        return (self._root / path).read_bytes()

    def publish(self, data: bytes, path: str, names: Iterator[str]) -> str:
        """Write a file whole or not at all, and onto the disk."""
        folder, name = self._root / path, next(names)
        _private_folder(folder, self._root)
        with _draft(folder, name, data) as draft:
            while not _named(draft, folder / name):
                name = next(names)
        _onto_disk(folder)
        return name

    def keep(self, data: bytes, path: str) -> bool:
        """Write a file whole or not at all, unless it is there."""
        file = self._root / path
        if file.exists() and file.stat().st_size == len(data):
            return False
        _private_folder(file.parent, self._root)
        with _draft(file.parent, file.name, data) as draft:
            draft.replace(file)
        _onto_disk(file.parent)
        return True

    def check(self) -> str:
        """Try to write, there or where it would be made."""
        there = next(one for one in (self._root, *self._root.parents) if one.exists())
        with tempfile.TemporaryFile(dir=there):
            pass
        return "can be written to" if there == self._root else f"is not there yet, and can be made in {there}"


@contextmanager
def _draft(folder: Path, name: str, data: bytes) -> Generator[Path]:
    """A whole file on the disk under a name that nobody reads, for a moment."""
    draft = folder / f".{name}.{os.getpid()}.{threading.get_ident()}"
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        yield draft
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def _named(draft: Path, path: Path) -> bool:
    """Give a file its name, unless there is one of that name: a renaming would take its place."""
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        return False
    return True


def _private_folder(folder: Path, root: Path) -> None:
    """Make a folder below the root, each level for its owner only."""
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = [one for one in (folder, *folder.parents) if one.is_relative_to(root) and not one.exists()]
    for one in reversed(made):
        one.mkdir(exist_ok=True, mode=0o700)
        _onto_disk(one.parent)


def _onto_disk(folder: Path) -> None:
    """A new name in a folder outlives a power cut only when the folder itself was written."""
    held = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)
