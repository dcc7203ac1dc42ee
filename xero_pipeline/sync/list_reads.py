"""The reads of one list, of several organisations: what all begin with, and what is noted of those that bring nothing.

On most days most lists are as they were. A question to the warehouse and a transaction for each of them would cost more
than asking Xero does; here they share both.
"""

from __future__ import annotations

from collections import deque
from functools import cached_property
from typing import TYPE_CHECKING

from xero_pipeline.warehouse.progress.read_progress import read_states, write_notes

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from xero_pipeline.warehouse.progress.read_progress import ReadState
    from xero_pipeline.warehouse.progress.records import Cursor, RefreshRound
    from xero_pipeline.warehouse.store import Warehouse
    from xero_pipeline.xero.endpoints import Endpoint


class ListReads:
    """What is known of a list before it is read, and what is to be noted of reads that brought nothing.

    What is not noted yet has not happened for the next read, which then asks for the same again: nothing is lost.

    Args:
        tenants: The organisations that are read.
    """

    def __init__(self, warehouse: Warehouse, endpoint: Endpoint, tenants: Collection[str]) -> None:
        self._warehouse = warehouse
        self._endpoint = endpoint
        self._tenants = tenants
        self._notes: deque[Cursor | RefreshRound] = deque()

    def state(self, tenant_id: str) -> ReadState:
        """How far one of the organisations had been read.

        Raises:
            WarehouseBusy: Another process held the file all the time.
        """
        return self._states[tenant_id]

    @cached_property
    def _states(self) -> Mapping[str, ReadState]:
        with self._warehouse.writing() as connection:  # the rows come next: opened once for both
            return read_states(connection, self._endpoint.table, self._tenants)

    def note(self, *notes: Cursor | RefreshRound) -> None:
        """Note that a read was complete which brought nothing new; threads may do it at the same time."""
        self._notes.extend(notes)

    def flush(self) -> None:
        """Write what is noted, in one transaction.

        Raises:
            WarehouseBusy: Another process held the file all the time; it can be tried again.
        """
        if not self._notes:
            return
        notes = list(self._notes)
        with self._warehouse.writing() as connection:
            write_notes(connection, notes)
        for _ in notes:
            self._notes.popleft()
