"""What a sync did, in figures that people see."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xero_pipeline.warehouse.load.merge import Merged
    from xero_pipeline.xero.http.response import CallRecord


def changed_rows(merged: Merged) -> int:
    """Rows of a table that are not as they were before.

    Args:
        merged: What a merge did to it.
    """
    return merged.inserted + merged.updated + merged.removed


@dataclass(frozen=True, slots=True)
class SyncResult:
    """What one collection or report of one organisation cost and brought.

    Args:
        tables: Per warehouse table, what happened to its rows.
        records: Records in Xero's answers.
        calls: Requests sent, repeated ones included.
        wire_bytes: Bytes of the answers as they came over the wire (what Xero's egress counts).
        seconds: Wall-clock seconds.
        modified_since: The cursor that was asked with; None for a full read.
        description: What was read, in words, where that is neither everything nor what changed.
        quarantined: The names of records that could not be read, and are in quarantine.
        waiting: Of what is asked document by document, how many are still due.
        unanswered: Likewise, of how many Xero did not say it.
        files_waiting: How many attached files are still to be read.
    """

    tables: Mapping[str, Merged]
    records: int
    calls: int
    wire_bytes: int
    seconds: float
    modified_since: datetime | None = None
    description: str | None = None
    quarantined: Collection[str] = ()
    waiting: int = 0
    unanswered: int = 0
    files_waiting: int = 0

    @property
    def changed(self) -> int:
        """Rows of all tables that are not as they were before."""
        return sum(changed_rows(merged) for merged in self.tables.values())


@dataclass(slots=True)
class CallStats:
    """Counts the calls of a client while it works; safe to share between its threads."""

    calls: int = 0
    wire_bytes: int = 0
    statuses: Counter[int | None] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def add(self, call: CallRecord) -> None:
        """Count one request, answered or not."""
        with self._lock:
            self.calls += 1
            self.wire_bytes += call.wire_bytes
            self.statuses[call.status] += 1
