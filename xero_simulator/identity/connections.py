"""Which organisations are connected to which app, and by whom."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from sqlite3 import Connection as Database
from typing import Any

from xero_simulator.store import Store


@dataclass(frozen=True, slots=True)
class SimulatedOrganisation:
    """An organisation the person who consents can connect.

    Attributes:
        tenant_id: Its id.
        name: Its name.
    """

    tenant_id: str
    name: str


class ConsentConnections:
    """The connections of all apps.

    Args:
        clock: Seconds since 1970.
    """

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock

    def connect(self, database: Database, client_id: str, user_id: str, tenants: Iterable[str], event_id: str) -> None:
        """Connects organisations; one that the same person connected already keeps its connection's id.

        Args:
            database: The open write transaction of the consent.
            event_id: The consent's `authEventId`.
        """
        now = self._clock()
        for tenant_id in tenants:
            database.execute(
                "INSERT INTO connections (id, client_id, user_id, tenant_id, event_id, created, updated) "
                "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (client_id, user_id, tenant_id) "
                "DO UPDATE SET event_id = excluded.event_id, updated = excluded.updated",
                (str(uuid.uuid4()), client_id, user_id, tenant_id, event_id, now, now),
            )

    def connected(self, client_id: str, user_id: str, tenant_id: str) -> bool:
        """Whether a person has connected an organisation to an app.

        Args:
            tenant_id: The organisation, in any capitals.
        """
        sql = "SELECT 1 FROM connections WHERE client_id = ? AND user_id = ? AND tenant_id = ?"
        return bool(self._store.read(sql, client_id, user_id, tenant_id.lower()))

    def remove(self, client_id: str, user_id: str, connection_id: str) -> bool:
        """Removes one connection; tells whether it was there.

        Args:
            user_id: The person who made it.
            connection_id: The connection's own id, not the organisation's.
        """
        with self._store.writing() as database:
            sql = "DELETE FROM connections WHERE client_id = ? AND user_id = ? AND id = ?"
            return database.execute(sql, (client_id, user_id, connection_id.lower())).rowcount > 0

    def listed(
        self, client_id: str, user_id: str, names: Mapping[str, str], event_id: str | None
    ) -> list[dict[str, Any]]:
        """The connections as `GET /connections` shows them.

        Args:
            user_id: The person who made them.
            names: The names of the organisations by id; others are not shown.
            event_id: Only those of this consent.
        """
        sql = "SELECT * FROM connections WHERE client_id = ? AND user_id = ? ORDER BY created, rowid"
        return [
            {
                "id": row["id"],
                "authEventId": row["event_id"],
                "tenantId": row["tenant_id"],
                "tenantType": "ORGANISATION",
                "tenantName": names[row["tenant_id"]],
                "createdDateUtc": _seven_decimals(row["created"]),
                "updatedDateUtc": _seven_decimals(row["updated"]),
            }
            for row in self._store.read(sql, client_id, user_id)
            if row["tenant_id"] in names and event_id in (None, row["event_id"])
        ]


def _seven_decimals(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") + "0"
