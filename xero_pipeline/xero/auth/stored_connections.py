"""The connections that consents made, each a way into an organisation, as the state database has them.

Several people may connect the same organisation. It is one organisation all the same, synced once, by the tokens of
one of them; the other ways are kept in reserve. A person who consents again takes her own older way's place.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from xero_pipeline.state.tables import state_table


@dataclass(frozen=True, slots=True)
class StoredConnection:
    """One connection: a way into an organisation.

    Args:
        consent_id: Whose tokens open it.
        connection_id: Xero's id of the connection, for its removal.
        connected_at: When the connection was made, in UTC.
    """

    tenant_id: str
    consent_id: str
    connection_id: str
    connected_at: datetime


class StoredConnections:
    """Reads and writes the ways, each call inside a transaction of the caller."""

    def __init__(self) -> None:
        self._table = state_table("connections")
        self._consents = state_table("consents")

    def open(self, connection: sa.Connection, way: StoredConnection) -> frozenset[str]:
        """Enter a way, or what has become of it.

        Args:
            connection: In a transaction.

        Returns:
            The consents whose own way it replaces: older ones of the same person, of persons nobody knows, or of
            another app.
        """
        columns = self._table.c
        older = columns.consent_id.in_(self._replaced_by(connection, way.consent_id))
        replaced = connection.execute(
            self._table.delete().where(columns.tenant_id == way.tenant_id, older).returning(columns.consent_id)
        ).scalars()
        names = frozenset(replaced)
        self.update(connection, way)
        return names

    def update(self, connection: sa.Connection, way: StoredConnection) -> None:
        """Write what has become of a way; a new one is entered.

        Args:
            connection: In a transaction.
        """
        columns = self._table.c
        values = {"connection_id": way.connection_id, "connected_at": way.connected_at}
        known = (columns.tenant_id == way.tenant_id) & (columns.consent_id == way.consent_id)
        if connection.execute(self._table.update().where(known).values(**values)).rowcount == 0:
            key = {"tenant_id": way.tenant_id, "consent_id": way.consent_id}
            connection.execute(self._table.insert().values(**key, **values))

    def close(
        self, connection: sa.Connection, *, consent_id: str | None = None, tenants: Collection[str] | None = None
    ) -> None:
        """Forget ways.

        Args:
            connection: In a transaction.
            consent_id: Those of this consent; None for those of all.
            tenants: Those into these organisations; None for those into all.
        """
        connection.execute(self._table.delete().where(self._which(consent_id, tenants)))

    def listed(
        self, connection: sa.Connection, *, consent_id: str | None = None, tenants: Collection[str] | None = None
    ) -> list[StoredConnection]:
        """List ways, the newest first.

        Args:
            connection: To the state database.
            consent_id: Those of this consent; None for those of all.
            tenants: Those into these organisations; None for those into all.
        """
        columns = self._table.c
        chosen = sa.select(self._table).where(self._which(consent_id, tenants))
        rows = connection.execute(chosen.order_by(columns.connected_at.desc(), columns.consent_id))
        return [StoredConnection(**row) for row in rows.mappings()]

    def _which(self, consent_id: str | None, tenants: Collection[str] | None) -> sa.ColumnElement[bool]:
        columns = self._table.c
        of_consent = sa.true() if consent_id is None else columns.consent_id == consent_id
        return of_consent if tenants is None else of_consent & columns.tenant_id.in_(sorted(tenants))

    def _replaced_by(self, connection: sa.Connection, consent_id: str) -> sa.Select[tuple[str]]:
        columns = self._consents.c
        ours = connection.execute(
            sa.select(columns.client_id, columns.user_id).where(columns.consent_id == consent_id)
        ).one()
        another_person = (
            (columns.client_id == ours.client_id) & columns.user_id.is_not(None) & (columns.user_id != ours.user_id)
            if ours.user_id is not None
            else sa.false()
        )
        return sa.select(columns.consent_id).where(columns.consent_id != consent_id, sa.not_(another_person))
