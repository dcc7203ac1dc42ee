"""The organisations: which are connected, by which consent, and how they fare."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from time import time
from typing import Literal

import sqlalchemy as sa

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.xero.connections import Connection
from xero_pipeline.xero.state import immediate
from xero_pipeline.xero.state_tables import state_table

Status = Literal["connected", "needs re-consent", "disconnected"]


@dataclass(frozen=True, slots=True)
class Organisation:
    """One organisation that is or was connected.

    Args:
        tenant_id: Xero's id of it.
        name: As it calls itself.
        connection_id: Xero's id of the connection; None once it is removed.
        consent_id: The consent whose tokens open it; None once it is removed.
        status: Whether calls can be made.
        connected_at: When the connection was made, in UTC.
    """

    tenant_id: str
    name: str
    connection_id: str | None
    consent_id: str | None
    status: Status
    connected_at: datetime


class Organisations:
    """The register of organisations.

    Args:
        engine: The state database.
        clock: The time, in seconds since 1970.
    """

    def __init__(self, engine: sa.Engine, clock: Callable[[], float] = time) -> None:
        self._engine = engine
        self._clock = clock
        self._table = state_table("organisations")

    def upsert(self, consent_id: str, connections: Iterable[Connection]) -> frozenset[str]:
        """Enter what a consent covers. An organisation known from an older consent moves to this one.

        Args:
            consent_id: The consent that listed them.
            connections: As Xero listed them.

        Returns:
            The other consents that lost an organisation by it.
        """
        lost: set[str] = set()
        with immediate(self._engine) as connection:
            for entry in connections:
                before = self._consent_of(connection, entry.tenant_id)
                if before is not None and before != consent_id:
                    lost.add(before)
                self._write(connection, consent_id, entry)
        return frozenset(lost)

    def list(self) -> Sequence[Organisation]:
        """List all, by name.

        Returns:
            Disconnected ones too.
        """
        return self._read(sa.true())

    def of_consent(self, consent_id: str) -> Sequence[Organisation]:
        """List those one consent covers.

        Args:
            consent_id: The consent.

        Returns:
            By name.
        """
        return self._read(self._table.c.consent_id == consent_id)

    def get(self, tenant_id: str) -> Organisation | None:
        """Look one up by its id.

        Args:
            tenant_id: Xero's id of the organisation.

        Returns:
            The organisation, if it was ever connected.
        """
        found = self._read(self._table.c.tenant_id == tenant_id)
        return found[0] if found else None

    def find(self, name_or_tenant_id: str) -> Organisation:
        """Look one up as a person names it.

        Args:
            name_or_tenant_id: Its name, in any case of letters, or its id.

        Returns:
            The organisation.

        Raises:
            ConfigurationError: None of that name, or several.
        """
        everyone = self.list()
        wanted = name_or_tenant_id.strip().casefold()
        found = [one for one in everyone if wanted in {one.tenant_id.casefold(), one.name.casefold()}]
        if len(found) == 1:
            return found[0]
        if found:
            ids = ", ".join(one.tenant_id for one in found)
            raise ConfigurationError(f"Several organisations are called “{name_or_tenant_id}”; name one by id: {ids}.")
        known = ", ".join(f"{one.name} ({one.tenant_id})" for one in everyone) or "none; run `xero-pipeline connect`"
        raise ConfigurationError(f"There is no organisation “{name_or_tenant_id}”. Known: {known}.")

    def mark(self, tenant_id: str, status: Status) -> None:
        """Note how an organisation fares.

        Args:
            tenant_id: Which.
            status: What became of it.
        """
        self._set(self._table.c.tenant_id == tenant_id, status=status)

    def mark_consent(self, consent_id: str, status: Status) -> None:
        """Note how all organisations of a consent fare; those disconnected stay so.

        Args:
            consent_id: Whose.
            status: What became of them.
        """
        self._set((self._table.c.consent_id == consent_id) & (self._table.c.status != "disconnected"), status=status)

    def detach(self, tenant_id: str) -> None:
        """Note that an organisation's connection was removed; its name stays known.

        Args:
            tenant_id: Which.
        """
        self._set(self._table.c.tenant_id == tenant_id, status="disconnected", connection_id=None, consent_id=None)

    def _set(self, which: sa.ColumnElement[bool], **values: str | None) -> None:
        with immediate(self._engine) as connection:
            connection.execute(self._table.update().where(which).values(**values))

    def _read(self, which: sa.ColumnElement[bool]) -> Sequence[Organisation]:
        statement = sa.select(self._table).where(which)
        with self._engine.connect() as connection:
            rows = connection.execute(statement.order_by(self._table.c.name, self._table.c.tenant_id)).all()
        return [Organisation(**row._mapping) for row in rows]

    def _consent_of(self, connection: sa.Connection, tenant_id: str) -> str | None:
        return connection.execute(
            sa.select(self._table.c.consent_id).where(self._table.c.tenant_id == tenant_id)
        ).scalar_one_or_none()

    def _write(self, connection: sa.Connection, consent_id: str, entry: Connection) -> None:
        values = {
            "name": entry.name,
            "connection_id": entry.connection_id,
            "consent_id": consent_id,
            "status": "connected",
            "connected_at": entry.created_at or datetime.fromtimestamp(self._clock(), UTC),
        }
        known = self._table.c.tenant_id == entry.tenant_id
        if connection.execute(self._table.update().where(known).values(**values)).rowcount == 0:
            connection.execute(self._table.insert().values(tenant_id=entry.tenant_id, **values))
