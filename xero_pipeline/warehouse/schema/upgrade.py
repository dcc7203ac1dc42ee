"""The layout of a warehouse: whether it is the declared one, at one look, and what makes it that."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from xero_pipeline.revisions import BASE, TABLE, Revisions, program_version
from xero_pipeline.warehouse.load.history import HISTORY_SCHEMA, history_changes
from xero_pipeline.warehouse.schema import migrations
from xero_pipeline.warehouse.schema.catalogue import all_tables
from xero_pipeline.warehouse.schema.ddl import SCHEMA, changes
from xero_pipeline.warehouse.sql import carry_out

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from xero_pipeline.warehouse.database.dialect import Dialect

_MAKE = f"CREATE TABLE {HISTORY_SCHEMA}.layout (declared TEXT, found TEXT, program TEXT)"
_NOTED = f"SELECT declared, found FROM {HISTORY_SCHEMA}.layout"
_REVISION = f"SELECT version_num FROM {HISTORY_SCHEMA}.{TABLE}"
_FOUND = f"""
SELECT
    MD5(STRING_AGG(name, ' ' ORDER BY name) FILTER (WHERE table_name <> 'layout')) AS columns,
    COUNT(*) FILTER (WHERE table_name = 'layout') > 0 AS is_noted
FROM (
    SELECT table_schema || '.' || table_name || '.' || column_name AS name, table_name
    FROM information_schema.columns WHERE table_schema IN ('{SCHEMA}', '{HISTORY_SCHEMA}')
) AS names
"""
"""The columns there are, as one value, and whether the layout was ever noted: every program looks once."""

# Goes up when the statements change that make tables, comments or views of the same declarations.
_STATEMENTS = 1


def make_current(dialect: Dialect, connection: Connection) -> None:
    """Make what is missing, and an older layout ours: all of it, or on any error nothing.

    Args:
        connection: In a transaction; nobody else prepares the warehouse meanwhile.

    Raises:
        NewerDatabase: A newer program wrote it.
    """
    if is_current(connection):
        return
    for schema in (SCHEMA, HISTORY_SCHEMA):
        carry_out(connection, f"CREATE SCHEMA IF NOT EXISTS {schema}")
    migrate(connection, is_new=not dialect.existing(connection))
    for statement in changes(dialect.existing(connection), connection.dialect):
        carry_out(connection, statement)
    for statement in history_changes(connection):
        carry_out(connection, statement)
    note(connection)


def check(connection: Connection) -> None:
    """Find out that a newer program has taken the warehouse over while this one was running.

    Args:
        connection: To a warehouse that was made current by this program once.

    Raises:
        NewerDatabase: Its layout is not ours any more.
    """
    found = connection.exec_driver_sql(_REVISION).scalar_one_or_none()
    if found != migrations.HEAD:
        raise revisions().newer(found, program(connection))


def is_current(connection: Connection) -> bool:
    """Whether nothing is to be done: the declarations and the warehouse are both as they were the last time."""
    found = connection.exec_driver_sql(_FOUND).one()
    if not found.is_noted:
        return False
    noted = connection.exec_driver_sql(_NOTED).one_or_none()
    return noted is not None and tuple(noted) == (_declared(), found.columns)


def migrate(connection: Connection, *, is_new: bool) -> None:
    """Run the revisions a warehouse lacks; a new one has the newest from the beginning.

    Args:
        connection: In the transaction that adds what is new in the declarations, too.
        is_new: Whether there is no table of ours yet.

    Raises:
        NewerDatabase: A newer program wrote it; nothing is changed.
    """
    known = revisions()
    if known.of(connection, HISTORY_SCHEMA) is None:
        known.stamp(connection, HISTORY_SCHEMA, known.head if is_new else BASE)
    known.upgrade(connection, HISTORY_SCHEMA, written_by=program(connection))


def revisions() -> Revisions:
    """The revisions of the warehouse's layout."""
    return Revisions(Path(migrations.__file__).parent, migrations.HEAD, "warehouse", "XERO_WAREHOUSE_URL")


def note(connection: Connection) -> None:
    """Write down that the warehouse has the declared layout now, and who gave it that.

    Args:
        connection: In the transaction that made it so.
    """
    connection.exec_driver_sql(f"DROP TABLE IF EXISTS {HISTORY_SCHEMA}.layout")
    connection.exec_driver_sql(_MAKE)
    found = connection.exec_driver_sql(_FOUND).one().columns
    values = {"declared": _declared(), "found": found, "program": program_version()}
    connection.execute(text(f"INSERT INTO {HISTORY_SCHEMA}.layout VALUES (:declared, :found, :program)"), values)


def program(connection: Connection) -> str | None:
    """The version that noted the layout; those from before there were revisions did not say."""
    known = inspect(connection)
    there = known.has_table("layout", schema=HISTORY_SCHEMA)
    if not there or all(one["name"] != "program" for one in known.get_columns("layout", schema=HISTORY_SCHEMA)):
        return None
    return connection.exec_driver_sql(f"SELECT program FROM {HISTORY_SCHEMA}.layout").scalar_one_or_none()


@cache
def _declared() -> str:
    return hashlib.sha256(repr((_STATEMENTS, migrations.HEAD, all_tables())).encode()).hexdigest()
