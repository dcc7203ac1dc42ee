"""A landing zone in an object store: S3 and what speaks its protocol, Google Cloud Storage, Azure.

An object is there whole once the store has said so, and is put on condition that there is none of its name. The
credentials are those that the store's own variables name; of what it answers only the status is told, for its words
may quote them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import timedelta
from functools import cached_property
from importlib import import_module
from typing import Any, TypeVar

from xero_pipeline.sync.landing.storage import StorageProblem

PATIENCE = timedelta(seconds=60)
"""So long a store that does not answer, or asks to slow down, is tried again."""
_OF_THE_MACHINE = "://169.254."
"""Where a cloud's machines ask for credentials."""
_PROBE = ".xero-pipeline-probe"

T = TypeVar("T")


class ObjectStore:
    """A bucket or container, or what lies below a prefix in it.

    Args:
        address: Such as s3://bucket/prefix; nothing is asked of it before the first use.
    """

    def __init__(self, address: str) -> None:
        self._address = address.rstrip("/")

    @property
    def address(self) -> str:
        """Its address."""
        return self._address

    @cached_property
    def _store(self) -> Any:
        # Time alone ends the trying: its own ten tries are over in seconds where nobody listens.
        retries = {"retry_timeout": PATIENCE, "max_retries": 1_000}
        return _asked(lambda: _library("obstore.store").from_url(self._address, retry_config=retries))

    def folders(self, path: str = "") -> list[str]:
        """The names of the folders in a folder, in their order."""
        found = _asked(lambda: _library().list_with_delimiter(self._store, path or None))
        return sorted(one.rpartition("/")[2] for one in found["common_prefixes"])

    def files(self, path: str, *, newest: int = 0) -> Iterable[str]:
        """The files in the folders of a folder, or in its last ones."""
        places = [f"{path}/{folder}" for folder in self.folders(path)[-newest:]] if newest else [path]
        for place in places:
            chunks = _asked(lambda place=place: list(_library().list(self._store, place)))
            yield from (one["path"].removeprefix(f"{path}/") for chunk in chunks for one in chunk)

    def read(self, path: str) -> bytes:
        """A file."""
        found = _asked(lambda: _unless_missing(lambda: bytes(_library().get(self._store, path).bytes())))
        if found is None:
            raise FileNotFoundError(f"{self._address}/{path} is not there")
        return found

    def publish(self, data: bytes, path: str, names: Iterator[str]) -> str:
        """Put an object; behind its place, if another process just took that."""
        name = next(names)
        # The answer to our own first try may have been lost: then it lies there already.
        while not (self._created(f"{path}/{name}", data) or self.read(f"{path}/{name}") == data):
            name = next(names)
        return name

    def keep(self, data: bytes, path: str) -> bool:
        """Put an object, unless it is there."""
        return self._created(path, data)

    def check(self) -> str:
        """Put an object, and once more: what the store says to that tells whether names can collide."""
        self._created(_PROBE, b"")
        refused = not self._created(_PROBE, b"")
        with suppress(StorageProblem):
            _asked(lambda: _library().delete(self._store, _PROBE))
        if not refused:
            raise StorageProblem("it puts an object over another of the same name (it ignores If-None-Match)")
        return "can be written to, and refuses a name that is taken"

    def _created(self, path: str, data: bytes) -> bool:
        """Put an object, unless there is one of that name."""
        taken = _library("obstore.exceptions").AlreadyExistsError

        def put() -> bool:
            try:
                _library().put(self._store, path, data, mode="create", use_multipart=False)
            except taken:
                return False
            return True

        return _asked(put)


def _library(name: str = "obstore") -> Any:
    # It leaves a part of its types open, and not everybody has it.
    return import_module(name)


def _unless_missing(read: Callable[[], T]) -> T | None:
    try:
        return read()
    except FileNotFoundError:
        return None


def _asked(ask: Callable[[], T]) -> T:
    """Ask, and tell a refusal in words of ours; the store's own do not even travel along as the cause."""
    try:
        return ask()
    except (_library("obstore.exceptions").BaseError, OSError, ValueError) as error:
        problem = _in_words(error)
    raise StorageProblem(problem)


def _in_words(error: Exception) -> str:
    text = str(error).partition("\n\nDebug source")[0]
    if status := re.search(r"status code: (\d{3}[A-Za-z ]*)", text):
        code = re.search(r"<Code>(\w+)</Code>", text)
        return f"it answers {status[1].strip()}{f' ({code[1]})' if code else ''}"
    if _OF_THE_MACHINE in text:
        return "the environment names no credentials, and this machine has none to give"
    if "HTTP error" in text:
        return f"it does not answer ({text.rpartition(' - ')[2]})"
    # Addresses may hold a signature, quotations a part of a file of credentials.
    text = re.sub(r"\w+://\S+|\"[^\"]*\"|\?\S*", "…", text.partition("<")[0])
    return " ".join(text.split())
