"""Short looks into the warehouse: what has not changed is not read again, and nobody waits long for who writes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from xero_pipeline import clock
from xero_pipeline.errors import WarehouseBusy

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from xero_pipeline.container import Services
    from xero_pipeline.warehouse.store import Warehouse

PATIENCE_SECONDS = 4.0
"""How long a page waits for whoever has the warehouse's file."""
KEPT = 200
CHANGING = "A sync has changed rows since: they are shown when it has ended."

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class CachedRead(Generic[T]):
    """What a look found.

    Args:
        value: What the warehouse says.
        at: When it said so.
        in_use: Why some of it may have changed since `at`: who has the warehouse, or that it is being synced; else
            empty.
    """

    value: T
    at: datetime
    in_use: str = ""


class CachedReads:
    """Reads and remembers. May be shared by threads.

    Args:
        reads_copy: For what need not be of this moment: on DuckDB it is read from the read copy, beside a sync.
    """

    def __init__(self, services: Services, *, reads_copy: bool = False) -> None:
        self._warehouse = services.open_warehouse(lock_timeout_seconds=PATIENCE_SECONDS, reads_copy=reads_copy)
        self._lock = threading.Lock()
        self._seen: dict[Hashable, tuple[Hashable, CachedRead[Any]]] = {}

    def look(self, what: Hashable, look: Callable[[Connection], T]) -> CachedRead[T]:
        """As `see`, over a connection that is closed again."""

        def read(warehouse: Warehouse) -> T:
            with warehouse.reading() as connection:
                return look(connection)

        return self.see(what, read)

    def read(self, look: Callable[[Connection], T]) -> CachedRead[T]:
        """Look at what may be large, such as a file: it is not remembered.

        Raises:
            WarehouseBusy: The warehouse is in use.
        """
        of = self._warehouse.dialect.as_of()
        with self._warehouse.reading() as connection:
            return CachedRead(look(connection), of or clock.now(), CHANGING if of else "")

    def see(self, what: Hashable, read: Callable[[Warehouse], T]) -> CachedRead[T]:
        """Read something, if it can have changed since the last time.

        Returns:
            What was read now, or before when the warehouse is as it was; or before and by now perhaps changed, when
            it is in use.

        Raises:
            WarehouseBusy: It is in use, and nothing was read before.
        """
        now = clock.now()
        with self._lock:
            before = self._seen.get(what)
        try:
            # That of before the reading: what is written meanwhile is read the next time.
            state, of = self._warehouse.dialect.state(), self._warehouse.dialect.as_of()
            if before and state and before[0] == state:
                return CachedRead(before[1].value, of or now, before[1].in_use)
            found = CachedRead(read(self._warehouse), of or clock.now(), CHANGING if of else "")
        except WarehouseBusy as busy:
            if before:
                return CachedRead(before[1].value, before[1].at, busy.message)
            raise
        with self._lock:
            self._seen.pop(what, None)
            while len(self._seen) >= KEPT:
                self._seen.pop(next(iter(self._seen)))
            self._seen[what] = state, found
        return found
