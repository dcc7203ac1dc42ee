"""Making the views: schema `fivetran_xero` with all organisations, and one more schema for each of them.

Fivetran has one schema per connection, and dbt_xero takes each for one organisation: of several in one schema it
would count every balance several times. So whoever has several gives dbt_xero their own schemas (`xero_sources`).

A view that is there as declared is left alone: replacing it would wait for everybody who reads it. PostgreSQL replaces
no view whose columns have changed: such a view is dropped first, and what others have made of it is never dropped.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.ledger.fivetran.declared import views
from xero_pipeline.ledger.fivetran.numbers import number_journals
from xero_pipeline.ledger.layout import make_current
from xero_pipeline.ledger.queries import literal
from xero_pipeline.warehouse.sql import q

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from xero_pipeline.ledger.fivetran.declared import View
    from xero_pipeline.warehouse.merge import Dialect

SCHEMA = "fivetran_xero"
"""Where the views of all organisations are; those of one are in a schema whose name goes on with its short code."""

_ORGANISATIONS = "SELECT tenant_id, short_code FROM xero.organisations ORDER BY tenant_id"
_COMMENTS = {
    "duckdb": """
        SELECT schema_name, view_name, comment FROM duckdb_views() WHERE SUBSTR(schema_name, 1, 13) = 'fivetran_xero'
    """,
    "postgresql": """
        SELECT n.nspname, c.relname, obj_description(c.oid, 'pg_class') FROM pg_class AS c
        JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.relkind = 'v' AND SUBSTR(n.nspname, 1, 13) = 'fivetran_xero'
    """,
}
_PLAINLY = {"no_parameters": True}
"""The statement has per cent signs of its own, and nothing is put in for them."""

_OTHER_COLUMNS = "42P16"
"""What PostgreSQL says of a view that would get other columns than it has: invalid_table_definition."""


def make_views(connection: Connection, dialect: Dialect) -> int:
    """Make what is missing or declared in another way; number the journals that have no number.

    Args:
        connection: In a transaction that writes, to a warehouse of our layout.
        dialect: The database's ways.

    Returns:
        How many views were made or replaced.

    Raises:
        ConfigurationError: A view that somebody made of ours stands in the way of a new declaration.
    """
    make_current(dialect, connection)
    dialect.lock(connection, SCHEMA)
    number_journals(connection)
    known, made = _known(connection), 0
    for schema, tenant_id in schemas(connection).items():
        lacking = [view for view in views() if known.get((schema, view.name)) != _comment(view, tenant_id)]
        if lacking:
            connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {q(schema)}")
        for view in lacking:
            _make(connection, schema, view, tenant_id)
        made += len(lacking)
    return made


def schemas(connection: Connection) -> Mapping[str, str | None]:
    """The schemas, each with the tenant id of its organisation; None for the one of all.

    Args:
        connection: To the warehouse.
    """
    found: dict[str, str | None] = {SCHEMA: None}
    for tenant_id, short_code in connection.exec_driver_sql(_ORGANISATIONS):
        name = _schema(short_code or tenant_id)
        # Short codes differ in capitals alone, now and then.
        found[name if name not in found else _schema(f"{short_code}_{tenant_id}")] = tenant_id
    return found


def _schema(text: str) -> str:
    return f"{SCHEMA}_{re.sub(r'[^a-z0-9]+', '_', text.lower()).strip('_')}"


def _known(connection: Connection) -> dict[tuple[str, str], str | None]:
    rows = connection.exec_driver_sql(_COMMENTS[connection.dialect.name])
    return {(schema, name): comment for schema, name, comment in rows}


def _comment(view: View, tenant_id: str | None) -> str:
    """What a person reads, and a sign of the definition: databases keep a definition in words of their own."""
    sign = hashlib.sha256(view.query(tenant_id).encode()).hexdigest()[:12]
    return f"{view.comment}. As Fivetran's connector has it (definition {sign})"


def _make(connection: Connection, schema: str, view: View, tenant_id: str | None) -> None:
    name = f"{q(schema)}.{q(view.name)}"
    _replace(connection, name, f"CREATE OR REPLACE VIEW {name} AS {view.query(tenant_id)}")
    connection.exec_driver_sql(f"COMMENT ON VIEW {name} IS {literal(_comment(view, tenant_id))}")


def _replace(connection: Connection, name: str, statement: str) -> None:
    from sqlalchemy.exc import ProgrammingError

    if connection.dialect.name != "postgresql":
        connection.exec_driver_sql(statement)
        return
    try:
        with connection.begin_nested():
            connection.exec_driver_sql(statement, execution_options=_PLAINLY)
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", None) != _OTHER_COLUMNS:
            raise
        _drop(connection, name)
        connection.exec_driver_sql(statement, execution_options=_PLAINLY)


def _drop(connection: Connection, name: str) -> None:
    from sqlalchemy.exc import DBAPIError

    try:
        connection.exec_driver_sql(f"DROP VIEW {name}")
    except DBAPIError as error:
        raise ConfigurationError(
            f"The view {name} gets other columns, and something of yours is made of it: {error.orig} Drop it, start "
            "again, and make it again afterwards (dbt makes its own again by itself); nothing has been changed yet."
        ) from error
