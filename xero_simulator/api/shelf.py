"""A collection of one state of a company's books, sorted as Xero sorts it and encoded at most once."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

from xero_simulator.api.catalogue import Collection
from xero_simulator.api.forms import STORED, Form, present
from xero_simulator.api.query_values import milliseconds
from xero_simulator.wire import encode

# Paths that Xero documents as filters although a small company may have no record that carries them.
_ALWAYS_KNOWN = frozenset(
    {"Contact", "Reference", "AmountPaid", "AmountDue", "DueDate", "Date", "Status", "Type", "UpdatedDateUTC"}
)

# As many lists as are read at the same time; a selection may have a place for each of 250,000 records.
_SELECTIONS_KEPT = 8

Asked = tuple[tuple[str, str], ...]
"""The filters and the order of a request, by name."""


class CompanyBooks(Protocol):
    """What the API needs of a simulated company."""

    @property
    def tenant_id(self) -> str:
        """The organisation's id."""
        ...

    @property
    def revision(self) -> int:
        """A number that every edit raises."""
        ...

    def records(self, wrapper: str) -> Sequence[Mapping[str, Any]]:
        """The full records of a collection, shaped as they go over the wire."""
        ...


class Shelf:
    """The records of one collection, oldest change first.

    Args:
        records: Its records in any order.
    """

    def __init__(self, collection: Collection, records: Iterable[Mapping[str, Any]]) -> None:
        stamped = [(_stamp(collection, record), _identity(collection, record), record) for record in records]
        if collection.stamp is not None:
            stamped.sort(key=lambda entry: entry[:2])
        self.collection = collection
        self.records: list[Mapping[str, Any]] = [record for _, _, record in stamped]
        self._stamps = [stamp for stamp, _, _ in stamped]
        self._encoded: list[bytes | None] = [None] * len(stamped)
        self._places: dict[str, int] = {identity.lower(): at for at, (_, identity, _) in enumerate(stamped)}
        self._numbers: dict[str, int] | None = None
        self._fields: frozenset[str] | None = None
        self._selections: dict[Asked, Sequence[int]] = {}

    def since(self, moment: int) -> int:
        """The place of the first record created or changed at or after an instant.

        Args:
            moment: Milliseconds since 1970.
        """
        return bisect_left(self._stamps, moment)

    def place(self, identity: str) -> int | None:
        """Where the record with this id or number stands; of several with one number, the last changed.

        Args:
            identity: An id in any capitals, or a number where Xero reads by number.
        """
        found = self._places.get(identity.lower())
        if found is None and self.collection.number is not None:
            if self._numbers is None:
                self._numbers = {
                    str(number): at
                    for at, record in enumerate(self.records)
                    if (number := record.get(self.collection.number)) is not None
                }
            found = self._numbers.get(identity)
        return found

    def fields(self) -> frozenset[str]:
        """The top-level fields that filters and orders may name."""
        if self._fields is None:
            self._fields = _ALWAYS_KNOWN.union(*(record.keys() for record in self.records))
        return self._fields

    def selected(self, asked: Asked, find: Callable[[], Sequence[int]]) -> Sequence[int]:
        """The places of a selection, found once for all of its pages.

        Args:
            asked: What tells it from other selections.
            find: Finds the places; what it raises is not kept.
        """
        found = self._selections.get(asked)
        if found is None:
            found = find()
            while len(self._selections) >= _SELECTIONS_KEPT:
                self._selections.pop(next(iter(self._selections)), None)
            self._selections[asked] = found
        return found

    def encoded(self, at: int, form: Form) -> bytes:
        """One record's JSON; the stored form is kept, for it is what a pipeline reads again and again.

        Args:
            form: How it is presented.
        """
        if form != STORED:
            return encode(present(self.collection, self.records[at], form))
        kept = self._encoded[at]
        if kept is None:
            kept = self._encoded[at] = encode(self.records[at])
        return kept


class Shelves:
    """The shelves of all companies, made on first use and again after an edit."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, str], tuple[CompanyBooks, int, Shelf]] = {}

    def shelf(self, books: CompanyBooks, collection: Collection) -> Shelf:
        """The current shelf of a company's collection."""
        key = (books.tenant_id, collection.wrapper)
        with self._lock:
            kept = self._kept.get(key)
            if kept is None or kept[0] is not books or kept[1] != books.revision:
                revision = books.revision
                kept = (books, revision, Shelf(collection, books.records(collection.wrapper)))
                self._kept[key] = kept
            return kept[2]


def _stamp(collection: Collection, record: Mapping[str, Any]) -> int:
    value = record.get(collection.stamp) if collection.stamp is not None else None
    return milliseconds(value) if isinstance(value, str) else 0


def _identity(collection: Collection, record: Mapping[str, Any]) -> str:
    return str(record.get(collection.key, "")) if collection.key is not None else ""
