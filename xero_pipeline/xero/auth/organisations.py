"""The organisations: which are connected, by which consent, and how they fare."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from time import time
from typing import TYPE_CHECKING, Literal

import sqlalchemy as sa

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.state.deferred_work import ask_again
from xero_pipeline.state.tables import state_table
from xero_pipeline.state.transaction import read_connection, write_transaction
from xero_pipeline.xero.auth.organisation_lookup import called, called_in_part, mark, plain
from xero_pipeline.xero.auth.stored_connections import StoredConnection, StoredConnections

if TYPE_CHECKING:
    from xero_pipeline.xero.auth.connections import Connection

Status = Literal["connected", "needs re-consent", "disconnected"]


@dataclass(frozen=True, slots=True)
class Organisation:
    """One organisation that is or was connected.

    Args:
        tenant_id: Xero's id of it.
        name: As it calls itself; of several that call themselves the same, with the end of the tenant id.
        connection_id: Xero's id of the connection in use; None once it is removed.
        consent_id: The consent whose tokens open it now; None once it is removed.
        status: Whether calls can be made.
        connected_at: When the connection was made, in UTC.
    """

    tenant_id: str
    name: str
    connection_id: str | None
    consent_id: str | None
    status: Status
    connected_at: datetime


def _told_apart(one: Organisation) -> str:
    """What one of several organisations of the same name is called."""
    return f"{one.name}{mark(one.tenant_id)}"


class Organisations:
    """The register of organisations.

    Args:
        clock: The time, in seconds since 1970.
    """

    def __init__(self, engine: sa.Engine, clock: Callable[[], float] = time) -> None:
        self._engine = engine
        self._clock = clock
        self._table = state_table("organisations")
        self._ways = StoredConnections()

    def upsert(self, consent_id: str, connections: Iterable[Connection]) -> frozenset[str]:
        """Enter what a new consent covers. An organisation that is known already is opened by this one from now on.

        What was put aside of them is asked for again at once, for the new consent may reach further.

        Args:
            consent_id: The consent that listed them.
            connections: As Xero listed them.

        Returns:
            The other consents that opened one of them and do not any more; those of other people are kept in reserve.
        """
        replaced: set[str] = set()
        with write_transaction(self._engine) as connection:
            for entry in connections:
                way, before = self._way(consent_id, entry), self._consent_of(connection, entry.tenant_id)
                replaced |= self._ways.open(connection, way)
                kept = {other.consent_id for other in self._ways.listed(connection, tenants=[entry.tenant_id])}
                replaced |= {before} - kept if before is not None else set()
                self._use(connection, way, entry.name)
                ask_again(connection, [entry.tenant_id], datetime.fromtimestamp(self._clock(), UTC))
        return frozenset(replaced)

    def refresh(self, consent_id: str, connections: Iterable[Connection]) -> None:
        """Note what a known consent covers now: names and connections; which consent opens what stays as it is.

        Args:
            consent_id: The consent that listed them.
            connections: As Xero listed them.
        """
        with write_transaction(self._engine) as connection:
            for entry in connections:
                way = self._way(consent_id, entry)
                self._ways.update(connection, way)
                here = self._table.c.tenant_id == entry.tenant_id
                connection.execute(self._table.update().where(here).values(name=entry.name))
                if self._consent_of(connection, entry.tenant_id) == consent_id:
                    self._use(connection, way, entry.name)

    def lose(self, consent_id: str, tenants: Collection[str] | None = None) -> Sequence[Organisation]:
        """Note that a consent does not open organisations any more; where another one does, that one goes on.

        Args:
            tenants: Which organisations; None for all it opened.

        Returns:
            Those that nothing opens now; they need a new consent.
        """
        closed: list[str] = []
        columns = self._table.c
        with write_transaction(self._engine) as connection:
            self._ways.close(connection, consent_id=consent_id, tenants=tenants)
            opened = sa.select(columns.tenant_id, columns.name).where(
                columns.consent_id == consent_id, columns.status != "disconnected"
            )
            for tenant_id, name in connection.execute(opened).all():
                if tenants is not None and tenant_id not in tenants:
                    continue
                others = self._ways.listed(connection, tenants=[tenant_id])
                if others:
                    self._use(connection, others[0], name)
                    continue
                here = columns.tenant_id == tenant_id
                connection.execute(self._table.update().where(here).values(status="needs re-consent"))
                closed.append(tenant_id)
        return self._read(columns.tenant_id.in_(closed)) if closed else []

    def ways(self, tenant_id: str) -> Sequence[StoredConnection]:
        """List the connections that open an organisation.

        Returns:
            The newest first; none when it is disconnected.
        """
        with read_connection(self._engine) as connection:
            return self._ways.listed(connection, tenants=[tenant_id])

    def way_counts(self) -> dict[str, int]:
        """How many connections open each organisation, by tenant id; those that are disconnected are left out."""
        with read_connection(self._engine) as connection:
            return Counter(way.tenant_id for way in self._ways.listed(connection))

    def list(self) -> Sequence[Organisation]:
        """List all, by name.

        Returns:
            Disconnected ones too.
        """
        return self._read(sa.true())

    @cached_property
    def names(self) -> Mapping[str, str]:
        """By tenant id, as they were when first asked for: a run, which has an instance of its own, reads them once."""
        return {one.tenant_id: one.name for one in self.list()}

    def of_consent(self, consent_id: str) -> Sequence[Organisation]:
        """List those a consent opens, in use or in reserve.

        Returns:
            By name.
        """
        with read_connection(self._engine) as connection:
            tenants = [way.tenant_id for way in self._ways.listed(connection, consent_id=consent_id)]
        return self._read((self._table.c.consent_id == consent_id) | self._table.c.tenant_id.in_(tenants))

    def get(self, tenant_id: str) -> Organisation | None:
        """Look one up by its id.

        Args:
            tenant_id: Xero's id of the organisation.

        Returns:
            The organisation, if it was ever connected.
        """
        found = self._read(self._table.c.tenant_id == tenant_id)
        return found[0] if found else None

    def consent_in_use(self, tenant_id: str) -> str | None:
        """The consent whose tokens open an organisation; None unless calls can be made.

        Asked for with each call: it costs the same however many organisations there are, as `get` does not.
        """
        columns = self._table.c
        mine = sa.select(columns.consent_id).where(columns.tenant_id == tenant_id, columns.status == "connected")
        with read_connection(self._engine) as connection:
            return connection.execute(mine).scalar()

    def find(self, name_or_tenant_id: str) -> Organisation:
        """Look one up as a person names it.

        Args:
            name_or_tenant_id: Its name or a part that no other name has, in any case of letters; or its id.

        Returns:
            The organisation.

        Raises:
            ConfigurationError: None of that name, or several.
        """
        if not name_or_tenant_id.strip():
            raise ConfigurationError("Name the organisation: its name, a part of it, or its tenant id.")
        everyone = self.list()
        found = called(everyone, name_or_tenant_id)
        if len(found) == 1:
            return found[0]
        if found:
            ids = ", ".join(one.tenant_id for one in found)
            raise ConfigurationError(f"Several organisations are called “{name_or_tenant_id}”; name one by id: {ids}.")
        similar = called_in_part(everyone, name_or_tenant_id)
        if len(similar) == 1:
            return similar[0]
        if similar:
            names = ", ".join(one.name for one in similar)
            raise ConfigurationError(f"“{name_or_tenant_id}” is a part of several names; name one of them: {names}.")
        known = ", ".join(f"{one.name} ({one.tenant_id})" for one in everyone) or "none; run `xero-pipeline connect`"
        raise ConfigurationError(f"There is no organisation “{name_or_tenant_id}”. Known: {known}.")

    def mark(self, tenant_id: str, status: Status) -> None:
        """Note how an organisation fares.

        Args:
            status: What became of it.
        """
        with write_transaction(self._engine) as connection:
            connection.execute(self._table.update().where(self._table.c.tenant_id == tenant_id).values(status=status))

    def detach(self, tenant_id: str) -> None:
        """Note that an organisation's connections were removed; its name stays known."""
        gone = {"status": "disconnected", "connection_id": None, "consent_id": None}
        with write_transaction(self._engine) as connection:
            self._ways.close(connection, tenants=[tenant_id])
            connection.execute(self._table.update().where(self._table.c.tenant_id == tenant_id).values(**gone))

    def _read(self, which: sa.ColumnElement[bool]) -> Sequence[Organisation]:
        statement = sa.select(self._table).where(which)
        with read_connection(self._engine) as connection:
            rows = connection.execute(statement.order_by(self._table.c.name, self._table.c.tenant_id)).mappings().all()
            named = Counter(plain(name) for name in connection.execute(sa.select(self._table.c.name)).scalars())
        known = [Organisation(**row) for row in rows]
        return [one if named[plain(one.name)] == 1 else replace(one, name=_told_apart(one)) for one in known]

    def _consent_of(self, connection: sa.Connection, tenant_id: str) -> str | None:
        return connection.execute(
            sa.select(self._table.c.consent_id).where(self._table.c.tenant_id == tenant_id)
        ).scalar_one_or_none()

    def _way(self, consent_id: str, entry: Connection) -> StoredConnection:
        made = entry.created_at or datetime.fromtimestamp(self._clock(), UTC)
        return StoredConnection(entry.tenant_id, consent_id, entry.connection_id, made)

    def _use(self, connection: sa.Connection, way: StoredConnection, name: str) -> None:
        values = {
            "name": name,
            "connection_id": way.connection_id,
            "consent_id": way.consent_id,
            "status": "connected",
            "connected_at": way.connected_at,
        }
        known = self._table.c.tenant_id == way.tenant_id
        if connection.execute(self._table.update().where(known).values(**values)).rowcount == 0:
            connection.execute(self._table.insert().values(tenant_id=way.tenant_id, **values))
