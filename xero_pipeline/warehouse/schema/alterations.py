"""Words for revisions of the warehouse: each changes a table and its history alike, and lets its view be made again.

A revision may meet a warehouse in which its table is not made yet (the declarations come last), or which was altered
before it broke off: what is not there is left to the declarations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.warehouse.load.history import HISTORY_SCHEMA
from xero_pipeline.warehouse.schema.ddl import SCHEMA
from xero_pipeline.warehouse.sql import q

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alembic.operations import Operations
    from sqlalchemy.types import TypeEngine

_MADE_WITH_LEDGER = {
    "duckdb": "SELECT schema_name, view_name FROM duckdb_views() WHERE POSITION('(definition ' IN comment) > 0",
    "postgresql": """
        SELECT n.nspname, c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.relkind = 'v' AND POSITION('(definition ' IN obj_description(c.oid, 'pg_class')) > 0
    """,
}
"""The views that are ours and are made again by themselves: `ledger.views` signs them."""


def rename_column(op: Operations, table: str, old: str, new: str) -> None:
    """Give a column another name; its values stay.

    Args:
        table: Name of the table.
        old: How the column is called in older warehouses.
        new: How it is declared now.

    Raises:
        ConfigurationError: A view that somebody made of ours stands in the way.
    """
    for schema in _with(op, table, old):
        op.execute(f"ALTER TABLE {schema}.{q(table)} RENAME COLUMN {q(old)} TO {q(new)}")


def change_type(op: Operations, table: str, column: str, kind: TypeEngine[Any], using: str = "") -> None:
    """Give a column another type; its values are converted, and one that cannot be stops the revision.

    Args:
        table: Name of the table.
        column: Name of the column; not one of the key.
        kind: Its type from now on.
        using: SQL that makes the new value of the old; empty for a cast.

    Raises:
        ConfigurationError: A view that somebody made of ours stands in the way.
    """
    target = kind.compile(dialect=op.get_bind().dialect)
    for schema in _with(op, table, column):
        made = using or f"CAST({q(column)} AS {target})"
        op.execute(f"ALTER TABLE {schema}.{q(table)} ALTER COLUMN {q(column)} TYPE {target} USING {made}")


def rename_table(op: Operations, old: str, new: str) -> None:
    """Give a table another name, and its history too.

    Args:
        old: How it is called in older warehouses.
        new: How it is declared now.

    Raises:
        ConfigurationError: A view that somebody made of ours stands in the way.
    """
    for schema in _with(op, old):
        op.execute(f"ALTER TABLE {schema}.{q(old)} RENAME TO {q(new)}")


def _with(op: Operations, table: str, column: str | None = None) -> Iterator[str]:
    """The schemas that have the table, or in it the column; the view over both of them is dropped first."""
    from sqlalchemy import inspect

    dropped = False
    for schema in (SCHEMA, HISTORY_SCHEMA):
        known = inspect(op.get_bind())
        if not known.has_table(table, schema=schema):
            continue
        if column is not None and all(one["name"] != column for one in known.get_columns(table, schema=schema)):
            continue
        if not dropped:
            _drop_views(op, table)
            dropped = True
        yield schema


def _drop_views(op: Operations, table: str) -> None:
    """The view of its history, and those that are made again with the ledger."""
    bind = op.get_bind()
    ours = bind.exec_driver_sql(_MADE_WITH_LEDGER[bind.dialect.name]).fetchall()
    for schema, name in ((SCHEMA, f"{table}_history"), *ours):
        _drop_view(op, table, f"{schema}.{q(name)}")


def _drop_view(op: Operations, table: str, view: str) -> None:
    from sqlalchemy.exc import DBAPIError

    try:
        op.execute(f"DROP VIEW IF EXISTS {view}")
    except DBAPIError as error:
        raise ConfigurationError(
            f"The layout of {SCHEMA}.{table} changes, and something of yours is made of the view {view}: "
            f"{error.orig} Drop it, start again, and make it again afterwards; nothing has been changed yet."
        ) from error
