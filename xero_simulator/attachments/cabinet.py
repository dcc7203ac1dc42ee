"""What hangs on the records of one organisation: the files they were written with, and what people did since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xero_simulator.attachments.written import ATTACHABLE, AttachedFile, written_files


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """Something that History & Notes tell of a record.

    Attributes:
        changes: What was done, in Xero's words.
        at: When, in milliseconds since 1970.
        user: Who; empty where an app did it.
    """

    changes: str
    at: int
    user: str
    details: str


class Cabinet:
    """The files and notes of an organisation's records."""

    def __init__(self) -> None:
        self._files: dict[str, tuple[AttachedFile, ...]] = {}
        self._entries: dict[str, tuple[HistoryLine, ...]] = {}

    def files(self, wrapper: str, record: Mapping[str, Any]) -> Sequence[AttachedFile]:
        """The files of a record, in the order in which they were attached; none where there can be none."""
        if wrapper not in ATTACHABLE:
            return ()
        kept = self._files.get(record[ATTACHABLE[wrapper]])
        return written_files(wrapper, record) if kept is None else kept

    def entries(self, wrapper: str, key: str, record: Mapping[str, Any]) -> Sequence[HistoryLine]:
        """What is told of a record's files, and the notes on it; in any order."""
        first = written_files(wrapper, record) if wrapper in ATTACHABLE and key not in self._files else ()
        return (*(told_of(file.name, file.attached) for file in first), *self._entries.get(key, ()))

    def put(self, wrapper: str, record: Mapping[str, Any], files: Sequence[AttachedFile]) -> None:
        """Let a record have these files from now on; what was told of the former ones stays."""
        key = record[ATTACHABLE[wrapper]]
        if key not in self._files:
            written = written_files(wrapper, record)
            told = tuple(told_of(file.name, file.attached) for file in written)
            self._entries[key] = (*told, *self._entries.get(key, ()))
        self._files[key] = tuple(files)

    def tell(self, key: str, entry: HistoryLine) -> None:
        """Add an entry to the history of a record."""
        self._entries[key] = (*self._entries.get(key, ()), entry)


def told_of(name: str, at: int, app: str = "Xero API Partner") -> HistoryLine:
    """What Xero tells of a file that an app attached; its OpenAPI document (`HistoryRetrieved`) has the words."""
    return HistoryLine("Attached a file", at, "", f"Attached the file {name} through the Xero API using {app}")
