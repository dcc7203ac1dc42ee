"""Which machines work together, and which runs their workers carry: each shows again and again that it is there.

All instants are the database's, for the clocks of two machines may differ.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from xero_pipeline import clock
from xero_pipeline.state.tables import state_table

BEAT_SECONDS = 10.0
"""How often a run and a machine show themselves."""

LOST_SECONDS = 45.0
"""A run whose process has been silent for so long is lost."""

FORGOTTEN_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True)
class Machine:
    """What a machine says of itself.

    Args:
        machine: Its host name.
        program: The version of the program there.
        layout: The revisions of the databases that it writes.
        key_print: Fingerprint of its encryption key; None without one.
        ahead: Seconds by which its clock is ahead of the database's.
        silent: Seconds since it was last there.
    """

    machine: str
    program: str
    layout: str
    key_print: str | None
    ahead: float = 0.0
    silent: float = 0.0


def enrol(engine: sa.Engine, me: Machine) -> Machine:
    """Write down what this machine says of itself, in place of what it said before.

    Returns:
        The same, with how far its clock is ahead.
    """
    table = state_table("machines")
    with engine.begin() as connection:
        now = _now(connection)
        ahead = clock.now().timestamp() - now
        values = {"program": me.program, "layout": me.layout, "key_print": me.key_print, "ahead": ahead, "seen_at": now}
        _put(connection, table, {"machine": me.machine}, values)
        connection.execute(sa.delete(table).where(table.c.seen_at < now - FORGOTTEN_SECONDS))
    return Machine(me.machine, me.program, me.layout, me.key_print, ahead)


def machines(engine: sa.Engine, *, within_seconds: float) -> Sequence[Machine]:
    """The machines that were there lately, by name."""
    table = state_table("machines")
    with engine.connect() as connection:
        now = _now(connection)
        rows = connection.execute(
            sa.select(table).where(table.c.seen_at > now - within_seconds).order_by(table.c.machine)
        )
        return [
            Machine(row.machine, row.program, row.layout, row.key_print, row.ahead, now - row.seen_at) for row in rows
        ]


def carry(engine: sa.Engine, run_id: str, machine: str, pid: int) -> bool:
    """Show that a run is being carried.

    Returns:
        Whether somebody has asked it to stop.
    """
    table = state_table("carried_runs")
    with engine.begin() as connection:
        _put(connection, table, {"run_id": run_id}, {"machine": machine, "pid": pid, "seen_at": _now(connection)})
        return bool(connection.execute(sa.select(table.c.stop).where(table.c.run_id == run_id)).scalar_one())


def ask_to_stop(engine: sa.Engine, run_id: str) -> bool:
    """Ask the process that carries a run to stop it.

    Returns:
        Whether there is one.
    """
    table = state_table("carried_runs")
    with engine.begin() as connection:
        return connection.execute(sa.update(table).where(table.c.run_id == run_id).values(stop=True)).rowcount > 0


def put_down(engine: sa.Engine, run_id: str) -> None:
    """A run has ended, and so have those that nobody carried for a day."""
    table = state_table("carried_runs")
    with engine.begin() as connection:
        old = table.c.seen_at < _now(connection) - FORGOTTEN_SECONDS
        connection.execute(sa.delete(table).where((table.c.run_id == run_id) | old))


def silent_for(engine: sa.Engine, run_ids: Collection[str]) -> dict[str, float]:
    """For how many seconds the processes of runs have said nothing; a run that nobody carries is missing."""
    table = state_table("carried_runs")
    with engine.connect() as connection:
        now = _now(connection)
        found = sa.select(table.c.run_id, table.c.seen_at).where(table.c.run_id.in_(run_ids))
        return {run_id: now - seen_at for run_id, seen_at in connection.execute(found)}


def lost_holders(connection: sa.Connection) -> frozenset[tuple[str, int]]:
    """Machine and process id of those that carried a run and have been silent for too long."""
    table = state_table("carried_runs")
    seen = sa.select(table.c.machine, table.c.pid, sa.func.max(table.c.seen_at)).group_by(table.c.machine, table.c.pid)
    now = _now(connection)
    return frozenset((row[0], row[1]) for row in connection.execute(seen) if now - row[2] > LOST_SECONDS)


def _now(connection: sa.Connection) -> float:
    if connection.dialect.name == "postgresql":
        return float(connection.exec_driver_sql("SELECT extract(epoch FROM clock_timestamp())::float8").scalar_one())
    return clock.now().timestamp()


def _put(connection: sa.Connection, table: sa.Table, key: Mapping[str, str], values: Mapping[str, object]) -> None:
    """A row, whether it is there or not. Each key has one writer."""
    mine = [table.c[name] == value for name, value in key.items()]
    if not connection.execute(sa.update(table).where(*mine).values(values)).rowcount:
        connection.execute(sa.insert(table).values({**key, **values}))
