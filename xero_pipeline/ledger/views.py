"""Making views: one that is there as declared is left alone, for replacing it would wait for everybody who reads it.

PostgreSQL replaces no view whose columns have changed: such a view is dropped first. What others have made of it is
never dropped: it is named.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.warehouse.sql import among, carry_out, literal, q

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Connection

_COMMENTS = {
    "duckdb": "SELECT schema_name, view_name, comment FROM duckdb_views() WHERE schema_name IN {schemas}",
    "postgresql": """
        SELECT n.nspname, c.relname, obj_description(c.oid, 'pg_class') FROM pg_class AS c
        JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.relkind = 'v' AND n.nspname IN {schemas}
    """,
}
_OTHER_COLUMNS = "42P16"
"""What PostgreSQL says of a view that would get other columns than it has: invalid_table_definition."""


class Views:
    """The views of some schemas.

    Args:
        connection: In a transaction; one that writes, to make any.
        schemas: Which: a warehouse has one for each organisation.
    """

    def __init__(self, connection: Connection, schemas: Iterable[str]) -> None:
        self._connection = connection
        rows = connection.exec_driver_sql(_COMMENTS[connection.dialect.name].format(schemas=among(schemas)))
        self._known: Mapping[tuple[str, str], str | None] = {(row[0], row[1]): row[2] for row in rows}

    def put(self, schema: str, name: str, query: str, comment: str) -> bool:
        """Make a view, or make it again if it is declared in another way than it was.

        Args:
            query: The SELECT it is made of.
            comment: What one row is, a sentence without its full stop.

        Returns:
            Whether there was anything to do.

        Raises:
            ConfigurationError: A view that somebody made of it stands in the way.
        """
        if self.has(schema, name, query, comment):
            return False
        told = _signed(query, comment)
        full = f"{q(schema)}.{q(name)}"
        carry_out(self._connection, f"CREATE SCHEMA IF NOT EXISTS {q(schema)}")
        self._replace(full, f"CREATE OR REPLACE VIEW {full} AS {query}")
        carry_out(self._connection, f"COMMENT ON VIEW {full} IS {literal(told)}")
        return True

    def has(self, schema: str, name: str, query: str, comment: str) -> bool:
        """Whether the view is there as `put` would make it."""
        return self._known.get((schema, name)) == _signed(query, comment)

    def _replace(self, name: str, statement: str) -> None:
        from sqlalchemy.exc import ProgrammingError

        if self._connection.dialect.name != "postgresql":
            carry_out(self._connection, statement)
            return
        try:
            with self._connection.begin_nested():
                carry_out(self._connection, statement)
        except ProgrammingError as error:
            if getattr(error.orig, "sqlstate", None) != _OTHER_COLUMNS:
                raise
            self._drop(name)
            carry_out(self._connection, statement)

    def _drop(self, name: str) -> None:
        from sqlalchemy.exc import DBAPIError

        try:
            self._connection.exec_driver_sql(f"DROP VIEW {name}")
        except DBAPIError as error:
            raise ConfigurationError(
                f"The view {name} gets other columns, and something of yours is made of it: {error.orig} Drop it, "
                "start again, and make it again afterwards (dbt makes its own again by itself); nothing has been "
                "changed yet."
            ) from error


def _signed(query: str, comment: str) -> str:
    # The database keeps a definition in words of its own: the comment has a sign of ours. Revisions of the warehouse
    # know by it which views they may take away.
    sign = hashlib.sha256(query.encode()).hexdigest()[:12]
    return f"{comment} (definition {sign})"
