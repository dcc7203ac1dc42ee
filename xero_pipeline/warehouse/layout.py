"""Whether a warehouse already has the layout that is declared: one look instead of comparing thousands of columns."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import text

from xero_pipeline.warehouse.history import HISTORY_SCHEMA
from xero_pipeline.warehouse.schema import SCHEMA
from xero_pipeline.warehouse.tables import all_tables

if TYPE_CHECKING:
    from sqlalchemy import Connection

_THERE = (
    f"SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = '{HISTORY_SCHEMA}' AND table_name = 'layout'"
)
_MAKE = f"CREATE TABLE IF NOT EXISTS {HISTORY_SCHEMA}.layout (declared TEXT, found TEXT)"
_NOTED = f"SELECT declared, found FROM {HISTORY_SCHEMA}.layout"
_FOUND = f"""
SELECT table_schema, table_name, column_name FROM information_schema.columns
WHERE table_schema IN ('{SCHEMA}', '{HISTORY_SCHEMA}') AND table_name <> 'layout'
"""

# Goes up when the statements change that make tables, comments or views of the same declarations.
_STATEMENTS = 1


def is_current(connection: Connection) -> bool:
    """Whether nothing is to be done: the declarations and the warehouse are both as they were the last time.

    Args:
        connection: To the warehouse.
    """
    if not connection.exec_driver_sql(_THERE).scalar_one():
        return False
    noted = connection.exec_driver_sql(_NOTED).one_or_none()
    return noted is not None and tuple(noted) == (_declared(), _found(connection))


def note(connection: Connection) -> None:
    """Write down that the warehouse has the declared layout now.

    Args:
        connection: In the transaction that made it so.
    """
    connection.exec_driver_sql(_MAKE)
    connection.exec_driver_sql(f"DELETE FROM {HISTORY_SCHEMA}.layout")
    values = {"declared": _declared(), "found": _found(connection)}
    connection.execute(text(f"INSERT INTO {HISTORY_SCHEMA}.layout VALUES (:declared, :found)"), values)


@cache
def _declared() -> str:
    return hashlib.sha256(repr((_STATEMENTS, all_tables())).encode()).hexdigest()


def _found(connection: Connection) -> str:
    rows = sorted(map(tuple, connection.exec_driver_sql(_FOUND)))
    return hashlib.sha256(repr(rows).encode()).hexdigest()
