"""Short looks into the warehouse: what has not changed is not read again, and nobody waits long for who writes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from xero_pipeline import clock
from xero_pipeline.errors import WarehouseBusy

if TYPE_CHECKING:
    from xero_pipeline.container import Services
    from xero_pipeline.warehouse.store import Warehouse

PATIENCE_SECONDS = 4.0
"""How long a page waits for whoever has the warehouse's file."""
KEPT = 200

T = TypeVar("T")
_Stamp = tuple[tuple[int, int] | None, ...]


@dataclass(frozen=True, slots=True)
class CachedRead(Generic[T]):
    """What a look found.

    Args:
        value: What the warehouse says.
        at: When it said so.
        in_use: Who has the warehouse, where it could not be read again since `at`; else empty.
    """

    value: T
    at: datetime
    in_use: str = ""


class CachedReads:
    """Reads and remembers. May be shared by threads."""

    def __init__(self, services: Services) -> None:
        from sqlalchemy import make_url

        self._warehouse = services.open_warehouse(lock_timeout_seconds=PATIENCE_SECONDS)
        url = make_url(services.settings.warehouse)
        file = Path(url.database or "") if url.get_backend_name() == "duckdb" else None
        self._files = (file, file.with_name(f"{file.name}.wal")) if file else ()
        self._lock = threading.Lock()
        self._seen: dict[Hashable, tuple[_Stamp, CachedRead[Any]]] = {}

    def see(self, what: Hashable, read: Callable[[Warehouse], T]) -> CachedRead[T]:
        """Read something, if it can have changed since the last time.

        Returns:
            What was read now, or before when the warehouse is as it was; or before and by now perhaps changed, when
            it is in use.

        Raises:
            WarehouseBusy: It is in use, and nothing was read before.
        """
        now, stamp = clock.now(), self._stamp()
        with self._lock:
            before = self._seen.get(what)
        if before and stamp and before[0] == stamp:
            return CachedRead(before[1].value, now)
        try:
            found = CachedRead(read(self._warehouse), clock.now())
        except WarehouseBusy as busy:
            if before:
                return CachedRead(before[1].value, before[1].at, busy.message)
            raise
        with self._lock:
            self._seen.pop(what, None)
            while len(self._seen) >= KEPT:
                self._seen.pop(next(iter(self._seen)))
            # The stamp of before the reading: what was written meanwhile is read the next time.
            self._seen[what] = stamp, found
        return found

    def _stamp(self) -> _Stamp:
        """Changes when the file of the warehouse does; empty where there is none to look at."""
        return tuple(_stamp_of(file) for file in self._files)


def _stamp_of(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_size
